"""Need-to-know over the whole system, by HTTP: no page, list, count or API tells what design.md 8.11 forbids.

A seed draws staff of every role in many organisations, and referrals that lead every kind of life; the rule stands in
`whole/rule.py` in plain Python. Every member of staff is taken to every GET route of the five services.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from devtools.postgresql import Cluster
from services.casework.adapters import case_scope, review_queries
from services.casework.adapters.review_tables import reviews
from services.casework.domain.review_reader import ReviewReader
from services.intake.adapters import queries as intake_queries
from services.intake.adapters.tables import referrals
from services.intake.domain.referral import ReferredBy
from services.oversight.freezing import Freeze
from tests.property.whole import derived, lists, routes
from tests.property.whole.draw import SENDERS
from tests.property.whole.people import Whole, a_whole
from tests.property.whole.rule import Member, Referral, Rule, What
from tests.property.whole.story import Story
from tests.property.whole.walk import Seen, Walk

pytestmark = pytest.mark.slow

Grant = Callable[[Rule, Member, Referral], bool]
_MAX_SAID = 25
READING = slice(4, 8)
"""Of the drawn staff: the reviewer, the two caseworkers and the manager."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one walk found: what somebody was told wrongly, and the rows, by table, that are not as they were before."""

    wrong: list[str]
    changed: dict[str, list[str]]


class Wholes:
    """Systems in which everything has happened, by database: built once, with the seed of whoever asks first."""

    def __init__(self, folder: Callable[[], Path], cluster: Callable[[], Cluster], stack: ExitStack) -> None:
        self._folder, self._cluster, self._stack = folder, cluster, stack
        self._built: dict[str, Whole] = {}
        self._outcome: Outcome | None = None

    def of(self, database: str, seed: int) -> Whole:
        if database not in self._built:
            url = self._cluster().schema if database == "postgresql" else None
            whole = self._stack.enter_context(a_whole(self._folder(), seed, database_url=url))
            Story(whole).run()
            whole.world.system.services["oversight"].dispatcher.handle(Freeze(immediately=True), actor=None)
            self._built[database] = whole
        return self._built[database]

    def walked_with_heads(self, seed: int) -> Outcome:
        """Every GET of the walk, and a HEAD before each, of all who were drawn: once for all that is asked of it."""
        if self._outcome is None:
            whole = self.of("sqlite", seed)
            before = kept(whole)
            wrong = walked(whole, whole.drawn, WalkOfHeads)
            changed = {name: rows for name, rows in kept(whole).items() if rows != before[name]}
            self._outcome = Outcome(wrong=wrong, changed=changed)
        return self._outcome


@pytest.fixture(scope="module")
def wholes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wholes]:
    with ExitStack() as stack:
        yield Wholes(lambda: tmp_path_factory.mktemp("whole"), lambda: request.getfixturevalue("postgresql"), stack)


GRANTS: dict[What, Grant] = {
    What.WRITTEN: lambda rule, m, r: still_sends(rule, m, r) or rule.reviews(m, r) or rule.works(m, r),
    What.REFERENCE: lambda rule, m, r: rule.reviews(m, r) or rule.lists(m, r),
    What.CASE_ID: lambda rule, m, r: rule.lists(m, r),
    What.REVIEW_ID: lambda rule, m, r: rule.reviews(m, r),
    What.RECORD: lambda rule, m, r: rule.works(m, r) and bool(r.case and r.case.notes),
}
"""What must be told to whom: a system that tells nobody anything keeps every secret."""


def still_sends(rule: Rule, member: Member, referral: Referral) -> bool:
    """Who has another role by now has no page of what they wrote, and may have had one."""
    return rule.wrote(member, referral) and bool(member.roles & set(SENDERS))


def kept_back(whole: Whole, member: Member, seen: Seen) -> Iterator[str]:
    for what, grant in GRANTS.items():
        for number, referral in whole.referrals.items():
            if grant(whole.rule, member, referral) and not whole.marks.of(what, number) & seen.forms:
                yield f"{'+'.join(sorted(member.roles))} is not told the {what.value} of {number}"


def walked(whole: Whole, staff: list[UUID], kind: type[Walk] = Walk) -> list[str]:
    """What is wrong with what they are told, all routes walked."""
    wrong = []
    for staff_id in staff:
        member = whole.staff[staff_id]
        seen = kind(whole, member, whole.callers[staff_id], whole.rule).everywhere()
        wrong += [*seen.faults, *lists.faults(whole, member, seen), *kept_back(whole, member, seen)]
        wrong += derived.faults(whole, member, whole.callers[staff_id])
        wrong += [f"nobody said how to ask for {name}" for name in seen.asked - routes.ASKED]
    return wrong


RECORDS = {
    "audit_rows", "audit_subjects", "audit_head",  # who read what
    "request_counts",  # how much each account asks for in a minute
    "outbox.published_at", "sessions.last_used_at",
    "own_views.shown_at", "own_views.shown_sequence", "own_views.shown_band", "own_views.shown_model_version",
    "own_views.shown_probability", "own_views.shown_known_answers", "own_views.shown_all_answers", "replacements_shown",
}  # fmt: skip
"""Tables and columns that record that somebody asked, and what they were shown."""


def kept(whole: Whole) -> dict[str, list[str]]:
    """Every row of every service, but for what records a reading."""
    found = {}
    for service, built in whole.world.system.services.items():
        for table in built.metadata.tables.values():
            if table.name in RECORDS:
                continue
            columns = [column for column in table.columns if f"{table.name}.{column.name}" not in RECORDS]
            with built.database.read() as connection:
                found[f"{service}.{table.name}"] = sorted(map(str, connection.execute(sa.select(*columns))))
    return found


class WalkOfHeads(Walk):
    """The same walk, each address asked for by HEAD too."""

    def get(self, path: str) -> TestResponse:
        self.caller.send("HEAD", path)
        return super().get(path)


def rarely() -> settings:
    """One world is dear: one example, and no smaller one is looked for."""
    slow = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]
    return settings(max_examples=1, database=None, phases=[Phase.generate], suppress_health_check=slow)


SEEDS = st.integers(0, 2**32 - 1).filter(bool)


class TestNeedToKnowOfTheWhole:
    @rarely()
    @given(seed=SEEDS)
    def test_holds_for_everybody_at_every_route(self, wholes: Wholes, seed: int) -> None:
        assert wholes.walked_with_heads(seed).wrong[:_MAX_SAID] == []

    @rarely()
    @given(seed=SEEDS)
    def test_holds_on_postgresql(self, wholes: Wholes, seed: int) -> None:
        """For those who read what others wrote: what differs between the databases is the queries."""
        whole = wholes.of("postgresql", seed)

        assert walked(whole, whole.drawn[READING])[:_MAX_SAID] == []

    @rarely()
    @given(seed=SEEDS)
    def test_is_asked_for_without_changing_anything(self, wholes: Wholes, seed: int) -> None:
        """A GET and a HEAD of every route leave every row as it was, but for those that record the reading."""
        assert wholes.walked_with_heads(seed).changed == {}

    def test_holds_for_what_services_tell_each_other(self, wholes: Wholes) -> None:
        """What scoring draws on for a referral is what is known in the referral's own area, whoever reads it."""
        whole = wholes.of("sqlite", 1)
        histories = [whole.rule.history(referral, whole.referrals) for referral in whole.referrals.values()]

        assert list(derived.of_messages(whole)) == []
        assert any(histories)

    def test_holds_for_what_is_counted(self, wholes: Wholes) -> None:
        whole = wholes.of("sqlite", 1)

        counted = [whole.world.figures(f"/{name}/metrics") for name in whole.world.system.services]

        assert {answer.status_code for answer in counted} == {200}
        assert [whole.marks.found(answer.text) for answer in counted] == [set()] * len(counted)

    def test_knows_how_to_fill_every_route(self, wholes: Wholes) -> None:
        whole = wholes.of("sqlite", 1)

        assert routes.unknown(service.app for service in whole.world.system.services.values()) == set()

    def test_left_nothing_undelivered(self, wholes: Wholes) -> None:
        """A dead letter would hide what its event would have told."""
        whole = wholes.of("sqlite", 1)

        assert [name for name in whole.world.system.services if whole.rows(name, "dead_letters")] == []


def without_area(reader: ReviewReader) -> sa.ColumnElement[bool]:
    return reviews.c.referrer_key != reader.staff_id


def without_organisation(asking: ReferredBy) -> sa.ColumnElement[bool]:
    if asking.is_system:
        return referrals.c.by_system
    return referrals.c.referred_by == asking.staff_id


BROKEN: dict[str, tuple[object, str, Any, str]] = {
    "the area of a review": (review_queries, "visible_to", without_area, "/casework/api/v1/reviews"),
    "the basis of a case": (case_scope, "covers", lambda *_, **__: sa.true(), "/casework/api/v1/cases"),
    "the organisation of a sender": (intake_queries, "_written_by", without_organisation, "/intake/api/v1/referrals"),
}
"""A condition that a query forgets, and the routes where that is seen."""


class TestTheWalk:
    @pytest.mark.parametrize("forgotten", BROKEN)
    def test_would_fail_on_a_query_that_forgets(
        self, wholes: Wholes, monkeypatch: pytest.MonkeyPatch, forgotten: str
    ) -> None:
        whole = wholes.of("sqlite", 1)
        module, name, broken, at = BROKEN[forgotten]
        monkeypatch.setattr(module, name, broken)

        told = (
            Walk(whole, member, whole.callers[staff_id], whole.rule).everywhere(only=at).faults
            for staff_id, member in whole.staff.items()
        )

        assert any(told)
