"""The revisions of casework make the tables that its code has."""

from services.casework.bootstrap import build
from services.casework.settings import Settings
from services.kernel.db import migrate
from tests.integration.casework.case_world import Tokens


class TestTheRevisions:
    def test_make_every_table_and_leave_no_difference(self, database_url: str) -> None:
        service = build(
            Settings(database_url=database_url, secret_key=b"k" * 32, demonstration=True), identities=Tokens()
        )

        migrate.upgrade(service)

        assert migrate.differences(service) == []
