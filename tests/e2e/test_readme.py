"""The README's commands, taken from it as they stand and run beside a served demonstration."""

import os
import re
import subprocess

import pytest
from werkzeug.test import Client

from services.embedded import staff
from services.embedded.folder import Folder
from tests import documents
from tests.documents import README, ROOT, Block
from tests.e2e.conftest import Site

pytestmark = pytest.mark.slow

RUN_ELSEWHERE = {
    "make run": "the fixture `site` serves what it serves",
    "make test": ".ci/run",
    "make kafka": "tests/integration/test_distributed.py",
}
"""The commands that cannot be run from within a test, and who does run them."""

_LANGUAGES = {"sh", "text", "mermaid"}
_SECONDS = 600
_BEGIN = "set -euo pipefail"
_REFERRAL = re.compile(r"^(/intake/api/v1/referrals/[0-9a-f-]{36}) is (R-[0-9A-Z]{6})$", re.MULTILINE)


@pytest.fixture(scope="module")
def said(site: Site, folder: Folder) -> str:
    """What the README's commands print, one after the other in one shell that stops at the first that fails."""
    script = "\n".join([_BEGIN, *(block.body for block in _to_run())])
    environment = {
        "PATH": os.environ["PATH"],
        "WAYMARK": site.url,
        "WAYMARK_FOLDER": str(folder.root),
        "NO_PROXY": "127.0.0.1",
    }
    done = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=_SECONDS
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


class TestTheReadmesCommands:
    def test_bring_a_referral_to_its_first_contact(self, said: str, site: Site) -> None:
        found = _REFERRAL.search(said)
        assert found is not None
        address, reference = found.groups()

        referral = _read(site, "navigator", address)

        assert (referral["reference"], referral["step"]) == (reference, "first_contact_made")

    def test_are_refused_the_estimate_before_the_own_view_and_given_it_after(self, said: str) -> None:
        refused, given = said.find("urn:waymark:problem:own-view-first"), said.find('"probability"')

        assert -1 < refused < given

    def test_find_the_audit_of_every_service_sound(self, said: str) -> None:
        sound = re.findall(r"^(\w+): \d+ rows, each as it was sealed", said, re.MULTILINE)

        assert set(sound) == {"accounts", "intake", "scoring", "casework", "oversight"}

    def test_are_all_run_by_somebody(self) -> None:
        blocks = documents.blocks(README)

        assert {block.language for block in blocks} <= _LANGUAGES
        assert {line for block in _left_out() for line in block.lines} == set(RUN_ELSEWHERE)


def _to_run() -> list[Block]:
    return [block for block in documents.blocks(README) if block.language == "sh" and block not in _left_out()]


def _left_out() -> list[Block]:
    blocks = [block for block in documents.blocks(README) if block.language == "sh"]
    return [block for block in blocks if set(block.lines) <= set(RUN_ELSEWHERE)]


def _read(site: Site, user: str, address: str) -> dict[str, str]:
    """Asks the application itself, past curl."""
    headers = {"Authorization": f"Bearer {staff.token(site.system, user)}"}
    response = Client(site.system.app, use_cookies=False).get(address, headers=headers, base_url=site.url)
    read: dict[str, str] = response.get_json()
    return read
