"""Every act that a service audits has a name in the search."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from services.accounts import bootstrap as accounts
from services.accounts.audit_wording import ACTS, GROUPS, SUBJECTS
from services.casework import bootstrap as casework
from services.intake import bootstrap as intake
from services.intake.domain.match import MatchState
from services.scoring import bootstrap as scoring

SERVICES = Path(__file__).parents[3] / "services"
AUDITING = {"audit", "_audit", "save_case", "end_claim", "end_claims_of", "Failure"}
ACT = re.compile(r"[a-z_]+\.[a-z_]+")


def acts_in(path: Path) -> Iterator[str]:
    """Texts of the form of an act in a module that audits, where a call or a choice between two acts names them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in AUDITING:
            for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                yield from texts(argument)
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "what":
            yield from texts(node.value)


def texts(expression: ast.AST) -> Iterator[str]:
    for node in ast.walk(expression):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and ACT.fullmatch(node.value):
            yield node.value


SERVICES_WITH_ACTS = tuple(name for name in GROUPS if name != "every service")
OF_A_MATCH = {f"match.{state}" for state in MatchState if state is not MatchState.POSSIBLE}
"""Named by the state that was decided."""
OF_A_REFUSAL = {
    f"{record.subject_type}.access_refused"
    for bootstrap in (accounts, intake, scoring, casework)
    for record in bootstrap.RECORDS
} | {"dead_letter.access_refused"}


def test_each_act_has_a_name_and_each_name_an_act() -> None:
    assert {act for path in SERVICES.rglob("*.py") for act in acts_in(path)} | OF_A_MATCH | OF_A_REFUSAL == set(ACTS)


def test_each_service_names_its_own_acts_in_its_group() -> None:
    every_service = set(GROUPS["every service"][1])
    for name in SERVICES_WITH_ACTS:
        acts = {act for path in (SERVICES / name).rglob("*.py") for act in acts_in(path)}
        assert acts <= set(GROUPS[name][1]) | every_service, name


def test_each_kind_of_subject_has_a_name() -> None:
    texts_of_services = "".join(path.read_text(encoding="utf-8") for path in SERVICES.rglob("*.py"))

    found = re.findall(r'subject_type="([a-z_]+)"(?: if \w+ else "([a-z_]+)")?', texts_of_services)

    assert {kind for kinds in found for kind in kinds if kind} == set(SUBJECTS)
