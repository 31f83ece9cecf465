"""Names that standard terms replaced: they stay out of code, tables, topics, routes, documents and help."""

import re

import pytest

from tests.architecture.test_layout import ROOT, files_of_the_project

REPLACED = {
    "republish": r"retelling|retold|tell_again|TellAgain|StateTold|tell_some|\bTeller\b",
    "event handlers: on_…": r"\b_?hear_\w+|\bHear[A-Z]\w+|HEARING",
    "projections": r"\btold\.py|SqlTold|uow\.told\b",
    "acknowledgements": r"\bheard\.py|\bSqlHeard|heard_version|[Uu]nheard",
    "missing data": r"SqlLacking|AskForMissing|ask_for_missing",
    "apply events": r"\bnoting\.py|\bNote(Referral|Review|Decision|Case|Told|Model)\w*",
    "row-level security": r"[Ss]econd wall|\bWALL\b|\bWall\b|put_up\b|take_down\b",
    "readiness, SchemaState": r"\bStanding\b|\bstanding\.py",
    "request guard": r"\bdoor\.py|[Cc]loses its door",
    "transient, unavailable": r"\baway\.py|\bis_away|gave_way|\w+Away\b",
    "multi-table insert, batch size": r"\bat_once\.py|\b_AT_ONCE\b|\.at_once\b",
    "prefetch": r"\bread_ahead|\b[Rr]eads? ahead",
    "FairLock": r"\bTurns\b|\bturns\.py",
    "locks": r"\bholding\.py|db\.holding\b",
    "EventCommand": r"\bCaused\b",
    "OffsetTracker": r"kafka/places|\bPlaces\(",
    "StallDetector": r"kafka/progress",
    "LeaderLock": r"\bLeadership\b",
    "dead-letter": r"\bbur(y|ied|ies)\b|buried_at|\b[Pp]uts? aside|\bput_aside",
    "SettingsError": r"\bUnset\b",
    "ServiceContext": r"current\.site\b|\bsite\(\)",
    "ReferralVersion": r"\bTelling\b|\btellings\b",
    "score, is_unchanged": r"\banswering\.py|says_already",
    "model cache": r"kept_models|KeptModels",
    "sandbox, ModelRejected": r"\bNotFit\b|must_pass|\btrial\.py",
    "store an estimate": r"estimates\.park\b",
    "in transit, received versions": r"\barriving\b|arriving_pages|SqlArrived",
    "Attribution": r"\bSaid\(|said_by_match",
    "matching": r"same_person\.(look|keep)\b|settle_persons|_cut_loose",
    "validation": r"CheckReferral|check_referral|\bchecking\.py",
    "platform": r"\b[Kk]ernel(?!\.org)|kernel_",
    "process_cli": r"services/\w+/roles\.py",
    "OIDC sign-in, managed by the provider": r"provided_rights|vouched_for|name_there",
    "failed sign-ins": r"\bcount_try\b|TooManyTries",
    "API client, scenarios": r"\b[Dd]esk\b|\bstories\b|StoryClock",
    "reconciliation, side effects, orphans": r"\bBooks\b|\b[Dd]eeds?\b|\bghosts\b|\btorn\b|balances the books",
    "timeline": r"HeldJourneys|\bJourney\b",
}
"""By the standard term, what it replaced."""

_NOT_OURS = {".lock", ".png", ".svg", ".ico"}
_ITSELF = ROOT / "tests/architecture/test_names.py"


def texts() -> dict[str, str]:
    return {
        str(path.relative_to(ROOT)): f"{path.relative_to(ROOT)}\n{path.read_text(encoding='utf-8')}"
        for path in files_of_the_project()
        if path.suffix not in _NOT_OURS and path.name != "package-lock.json" and path != _ITSELF
    }


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return texts()


@pytest.mark.parametrize("term", REPLACED)
def test_a_standard_term_has_replaced_every_other_name(files: dict[str, str], term: str) -> None:
    found = re.compile(REPLACED[term])
    assert {name: hit.group() for name, text in files.items() if (hit := found.search(text))} == {}
