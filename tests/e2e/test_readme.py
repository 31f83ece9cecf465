"""Runs the commands of README.md and docs/api.md, unchanged, against a served demonstration."""

import os
import re
import subprocess

import pytest
from werkzeug.test import Client

from services.embedded import staff
from services.embedded.folder import Folder
from tests import documents
from tests.documents import API, README, ROOT, Block
from tests.e2e.conftest import Site

pytestmark = pytest.mark.slow

RUN_ELSEWHERE = {
    "make run": "the fixture `site` serves what it serves",
    "make test": ".ci/run",
    "make kafka": "tests/integration/test_distributed.py",
}
"""Commands that a test cannot run, and what runs them."""

_LANGUAGES = {"sh", "text", "mermaid"}
_SECONDS = 600
_BEGIN = "set -euo pipefail"
_REFERRAL = re.compile(r"^(/intake/api/v1/referrals/[0-9a-f-]{36}) is (R-[0-9A-Z]{6})$", re.MULTILINE)


@pytest.fixture(scope="module")
def output(site: Site, folder: Folder) -> str:
    """Runs all commands in one shell, which stops at the first failure, and returns what they print."""
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


class TestTheDocumentedCommands:
    def test_bring_a_referral_to_its_first_contact(self, output: str, site: Site) -> None:
        found = _REFERRAL.search(output)
        assert found is not None
        address, reference = found.groups()

        referral = _read(site, "navigator", address)

        assert (referral["reference"], referral["step"]) == (reference, "first_contact_made")

    def test_get_the_estimate_only_after_the_own_view(self, output: str) -> None:
        refusal, estimate = output.find("urn:waymark:problem:own-view-first"), output.find('"probability"')

        assert -1 < refusal < estimate

    def test_verify_the_audit_of_every_service(self, output: str) -> None:
        verified = re.findall(r"^(\w+): \d+ rows, each as it was sealed", output, re.MULTILINE)

        assert set(verified) == {"accounts", "intake", "scoring", "casework", "oversight"}

    def test_are_all_run(self) -> None:
        blocks = [block for document in (README, API) for block in documents.blocks(document)]

        assert {block.language for block in blocks} <= _LANGUAGES
        assert {line for block in blocks if _runs_elsewhere(block) for line in block.lines} == set(RUN_ELSEWHERE)


def _to_run() -> list[Block]:
    blocks = [block for document in (README, API) for block in documents.blocks(document)]
    return [block for block in blocks if block.language == "sh" and not _runs_elsewhere(block)]


def _runs_elsewhere(block: Block) -> bool:
    return block.language == "sh" and set(block.lines) <= set(RUN_ELSEWHERE)


def _read(site: Site, user: str, address: str) -> dict[str, str]:
    """Reads from the application directly, without curl."""
    headers = {"Authorization": f"Bearer {staff.token(site.system, user)}"}
    response = Client(site.system.app, use_cookies=False).get(address, headers=headers, base_url=site.url)
    read: dict[str, str] = response.get_json()
    return read
