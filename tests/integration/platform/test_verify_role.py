"""`python -m services.<name> verify`: one service's audit chain, where its database is all that is at hand."""

import json
import os
from typing import cast
from uuid import uuid4

import pytest

from services.intake.bootstrap import build
from services.intake.settings import Settings
from services.platform.auth.identity import IdentityPort
from services.platform.process_cli import Roles

ROLES = Roles(name="intake", settings=Settings, build=build, asks_accounts=False)


class TestVerifying:
    @pytest.fixture(autouse=True)
    def migrated(self, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", database_url)
        monkeypatch.setenv("SECRET_KEY", "x" * 64)
        ROLES.migrate()

    def test_tells_of_a_sound_chain_how_far_it_goes(self, capsys: pytest.CaptureFixture[str]) -> None:
        ROLES.verify()

        told = json.loads(capsys.readouterr().out)
        assert (told["service"], told["sealed"], told["sound"]) == ("intake", 0, True)

    def test_fails_for_a_chain_whose_head_is_not_its_last_row(self, capsys: pytest.CaptureFixture[str]) -> None:
        service = build(Settings.from_environment(os.environ), identities=cast(IdentityPort, None))
        with service.database.write() as connection:
            connection.execute(service.tables.audit_head.insert().values(id=1, number=7, hash=uuid4().hex * 2))

        with pytest.raises(SystemExit) as end:
            ROLES.verify()

        assert end.value.code == 1
        assert json.loads(capsys.readouterr().out)["findings"] == ["the head stands at 7, the last row at 0"]
