"""Whatever a referral says, no sentence of its estimate says anything else: by the API, in the table and at the bars.

`ESTIMATES=6000 .venv/bin/pytest -s tests/integration/estimates/test_labels.py` is the long form.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.estimates.generated import Generated, MovingClock, bars_of, table_of
from tests.integration.estimates.oracle import ABOUT_POLICE, ALL_ANSWERS, NOT_KNOWN, Truth, known_answers, truths
from tests.world import a_world

NUMBER = int(os.environ.get("ESTIMATES", "300"))
DIRECTIONS = {1: ("raises", "Raises it"), -1: ("lowers", "Lowers it"), 0: ("neither", "Does not change it")}

HARDLY_SEEN = {("firearm_or_corrosive", "Yes"), ("age_years", "10")}
"""What the model of the tests has seen too few of."""


@pytest.fixture
def generated(tmp_path: Path) -> Iterator[Generated]:
    clock = MovingClock()
    with a_world(tmp_path, clock=clock) as world:
        world.system.do_not_wait_for_the_disk()
        found = Generated(world=world, clock=clock)
        found.post(NUMBER)
        yield found


def test_an_estimate_says_nothing_that_the_referral_does_not(generated: Generated) -> None:
    wrong: Counter[str] = Counter()
    read: Counter[str] = Counter()
    for posted, body, page in generated.read():
        values, known = truths(posted, generated.posted), known_answers(posted, generated.posted)
        wrong.update(_of_answers(body, known))
        if body["estimate"] is None:
            read["not estimated"] += 1
            continue
        read["based on few"] += body["estimate"]["sparse"]
        parts = body["estimate"]["contributions"]
        assert {part["label"] for part in parts} == values.keys()
        read.update(estimates=1, sentences=len(parts), hardly_seen=sum(part["few_seen"] for part in parts))
        wrong.update(_by_api(parts, values))
        if page:
            wrong.update(_on_the_page(page, parts, values))
            read["pages"] += 1

    sys.stdout.write(f"{dict(read)}, wrong: {sum(wrong.values())} {wrong.most_common(40)}\n")  # -s shows it
    assert read["estimates"] > NUMBER * 0.6
    assert read["hardly_seen"] > 0
    assert wrong == Counter()


def _of_answers(body: dict[str, Any], known: int) -> Iterator[str]:
    if (body["known_answers"], body["all_answers"]) != (known, ALL_ANSWERS):
        yield f"answers: {body['known_answers']} of {body['all_answers']} instead of {known}"
    if (body["estimate"] is None) != (known < 8):
        yield f"answers: {'no' if body['estimate'] is None else 'an'} estimate from {known}"
    if body["estimate"] and body["estimate"]["sparse"] != (known <= 19):
        yield f"answers: sparse is {body['estimate']['sparse']} of {known}"


def _by_api(parts: list[dict[str, Any]], values: dict[str, Truth]) -> Iterator[str]:
    for part in parts:
        truth = values[part["label"]]
        if part["wording"] != f"{part['label']}: {truth.value}":
            yield f"api: {part['wording']} instead of {truth.value}"
        if (part["origin"] or "") != truth.origin:
            yield f"api: {part['label']} is {part['origin']} instead of {truth.origin}"
        if part["police_generated"] is not (truth.by_police or part["label"] in ABOUT_POLICE):
            yield f"api: {part['label']} {truth.origin} has police_generated {part['police_generated']}"
        if part["direction"] != DIRECTIONS[_sign(part["log_odds"])][0]:
            yield f"api: {part['label']} {part['direction']}"
        if part["few_seen"] is not ((part["feature"], truth.value) in HARDLY_SEEN):
            yield f"api: {part['label']} is {'' if part['few_seen'] else 'not '}marked as hardly seen"
        if bool(part["caution"]) is not part["few_seen"]:
            yield f"api: {part['label']} says {part['caution']}"


def _on_the_page(page: str, parts: list[dict[str, Any]], values: dict[str, Truth]) -> Iterator[str]:
    rows = table_of(page)
    if {row.label for row in rows} != values.keys():
        yield "page: not every input stands in the table"
    cautions = {part["label"]: part["caution"] or "" for part in parts}
    if any(part["few_seen"] and f"<li>{part['wording']}</li>" not in page for part in parts):
        yield "page: something hardly seen is not listed"
    signs = {part["label"]: _sign(part["log_odds"]) for part in parts}
    for row in rows:
        truth = values[row.label]
        if row.value != truth.value:
            yield f"table: {row.label}: {row.value} instead of {truth.value}"
        if row.origin != _with_police(truth, row.label):
            yield f"table: {row.label} is {row.origin} instead of {_with_police(truth, row.label)}"
        if row.direction != DIRECTIONS[signs[row.label]][1]:
            yield f"table: {row.label} {row.direction}"
        if row.caution != cautions[row.label]:
            yield f"table: {row.label} says {row.caution}"
    bars = bars_of(page)
    if not bars:
        yield "bars: nothing that is known"
    for label, value in bars:
        if value == NOT_KNOWN:
            yield f"bar: {label} is alone and not known"
        if value != values[label].value:
            yield f"bar: {label}: {value} instead of {values[label].value}"


def _with_police(truth: Truth, label: str) -> str:
    """The origin as the table shows it, with how the police are involved, if they are."""
    if truth.by_police:
        verb = "recorded" if label in ABOUT_POLICE else "stated"
        return f"{truth.origin} – {verb} by the police"
    about = label in ABOUT_POLICE and truth.value != NOT_KNOWN
    return f"{truth.origin} – about contact with the police" if about else truth.origin


def _sign(log_odds: float) -> int:
    return (log_odds > 0) - (log_odds < 0)
