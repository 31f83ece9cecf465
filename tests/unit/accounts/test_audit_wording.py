"""Every act that a service audits has a name in the search."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from services.accounts import bootstrap as accounts
from services.accounts.audit_wording import ACTS
from services.casework import bootstrap as casework
from services.intake import bootstrap as intake
from services.intake.domain.match import MatchState
from services.scoring import bootstrap as scoring

SERVICES = Path(__file__).parents[3] / "services"
AUDITING = {"audit", "_audit", "keep_case", "end_claim", "end_claims_of", "Failure"}
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


OF_A_MATCH = {f"match.{state}" for state in MatchState if state is not MatchState.POSSIBLE}
"""Named by the state that was decided."""
OF_A_REFUSAL = {
    f"{record.subject_type}.access_refused"
    for bootstrap in (accounts, intake, scoring, casework)
    for record in bootstrap.RECORDS
}


def test_each_act_has_a_name_and_each_name_an_act() -> None:
    assert {act for path in SERVICES.rglob("*.py") for act in acts_in(path)} | OF_A_MATCH | OF_A_REFUSAL == set(ACTS)
