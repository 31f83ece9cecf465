"""Need-to-know of what is derived: an estimate draws on earlier referrals of its own area only, and names them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from devtools.postgresql import Cluster
from services.accounts.scopes import EVERY
from services.accounts.staff import AddMember
from services.accounts.tokens import IssueToken
from services.contracts.codes import Role
from services.platform.messaging.consumer import Consumer
from services.platform.service import Service
from tests.integration.intake.form_fields import fields_of
from tests.world import Caller, World, a_world

REFERRALS = "/intake/api/v1/referrals"
REVIEWS = "/casework/api/v1/reviews"
PERSON = {
    "name": "Rowan Rehearsal",
    "date_of_birth": "2011-05-14",
    "nhs_number": "9990000018",
    "postcode": "ZZ99 3VZ",
    "phone": "07700 900982",
}
FROM_HOSPITAL = {
    "injury": "needs_treatment",
    "looked_after_now": True,
    "childrens_services": "child_protection",
    "mental_health_need": True,
}
LOOKED_AFTER = "Looked after by a local authority now"
INJURY_ONLY = {
    "injury": "minor",
    "retaliation_feared": True,
    "violence_attendances_12m": 1,
    "alcohol_or_drugs_involved": False,
}


@dataclass
class Moving:
    now: datetime = field(default_factory=lambda: datetime(2026, 11, 2, 9, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass(kw_only=True)
class Areas:
    """A whole system, with somebody who refers and a reviewer in each of two areas."""

    world: World
    clock: Moving

    def somebody(self, role: Role, organisation: str, *areas: str) -> Caller:
        accounts = self.world.system.services["accounts"]
        with accounts.database.read() as connection:
            organisations = accounts.metadata.tables["organisations"]
            found = connection.scalar(sa.select(organisations.c.id).where(organisations.c.code == organisation))
        added = AddMember(
            sign_in_name=f"{role}-{uuid4().hex[:8]}",
            display_name="Somebody",
            organisation_id=found,
            roles=frozenset({role}),
            teams=frozenset(),
            areas=frozenset(areas),
        )
        staff_id = accounts.dispatcher.handle(added, actor=None)
        token = accounts.dispatcher.handle(
            IssueToken(staff_id=staff_id, scopes=EVERY, lifetime=timedelta(days=1)), actor=None
        )
        self.world.drain()
        return Caller(client=self.world.anyone(), token=token)

    def refer(self, area: str, facts: dict[str, Any], **changes: Any) -> "Referred":
        """A referral of the one young person of these tests."""
        example = self.world.example("intake", REFERRALS)
        body = example | {"young_person": PERSON, "area": area, "facts": facts} | changes
        answer = self.world.caller("navigator").post(REFERRALS, body)
        assert answer.status_code == 202, answer.text
        self.world.drain()
        return Referred(self, UUID(str(answer.location).rpartition("/")[2]), body)

    def rows(self, service: str, table: str) -> list[sa.Row[Any]]:
        of = self.world.system.services[service]
        with of.database.read() as connection:
            return list(connection.execute(sa.select(of.metadata.tables[table])).all())


@dataclass
class Referred:
    of: Areas
    id: UUID
    body: dict[str, Any]

    def review(self, reader: Caller) -> str:
        found = reader.get(REVIEWS, query_string={"referral_id": str(self.id)}).get_json()["items"]
        return f"{REVIEWS}/{found[0]['id']}"

    def viewed_by(self, reader: Caller) -> str:
        """The reader records an own view. Gives the review's address."""
        review = self.review(reader)
        view = {"level": "planned", "sureness": "fairly", "why": "Wants help."}
        tag = reader.get(review).headers["ETag"]
        answer = reader.post(f"{review}/own-view", view, headers={"If-Match": tag})
        assert answer.status_code == 201, answer.text
        return review

    def estimate(self, reader: Caller) -> dict[str, Any]:
        answer = reader.get(f"{self.review(reader)}/estimate")
        if answer.status_code == 409:
            self.viewed_by(reader)
            answer = reader.get(f"{self.review(reader)}/estimate")
        assert answer.status_code == 200, answer.text
        return dict(answer.get_json())

    def amend(self, **changes: Any) -> None:
        where = f"{REFERRALS}/{self.id}"
        navigator = self.of.world.caller("navigator")
        self.body |= changes
        tag = navigator.get(where).headers["ETag"]
        assert navigator.send("PUT", where, self.body, headers={"If-Match": tag}).status_code < 300
        self.of.world.drain()

    def withdraw(self) -> None:
        said = {"reason": "made_in_error"}
        answer = self.of.world.caller("navigator").post(f"{REFERRALS}/{self.id}/withdrawal", said)
        assert answer.status_code < 300, answer.text
        self.of.world.drain()


@pytest.fixture(params=["sqlite", "postgresql"])
def areas(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Areas]:
    cluster: Cluster | None = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    clock = Moving()
    with a_world(tmp_path, clock=clock, database_url=cluster.schema if cluster else None) as world:
        yield Areas(world=world, clock=clock)


def known_values(estimate: dict[str, Any]) -> dict[str, Any]:
    parts = estimate["estimate"]["contributions"]
    return {part["label"]: part["value"] for part in parts if part["value"] is not None}


def sources(estimate: dict[str, Any]) -> set[str]:
    """The referrals that the estimate says it drew on."""
    found = set()
    for part in estimate["estimate"]["contributions"]:
        found |= {part["source_referral_id"]} if part["source_referral_id"] else set()
        found |= {other["referral_id"] for other in part["further_sources"]}
    return found


class TestTheHistoryOfAnEstimate:
    def test_has_nothing_of_a_referral_in_another_area(self, areas: Areas) -> None:
        areas.refer("riverside", FROM_HOSPITAL)
        areas.clock.wait(days=2)
        later = areas.refer("northside", INJURY_ONLY)
        reader = areas.somebody(Role.REVIEWER, "partnership", "northside")

        estimate = later.estimate(reader)

        known = known_values(estimate)
        assert known.keys().isdisjoint({LOOKED_AFTER, "Children’s services", "Mental health need"})
        assert [value for label, value in known.items() if label.startswith("Earlier")] == [0]
        assert sources(estimate) == set()
        page = reader.get(later.review(reader).replace("/api/v1", "") + "/estimate").text
        assert "child protection" not in page.casefold()
        assert "earlier referrals in Northside only" in page

    def test_names_the_referral_of_its_own_area_that_a_value_comes_from(self, areas: Areas) -> None:
        earlier = areas.refer("northside", FROM_HOSPITAL)
        areas.clock.wait(days=2)
        later = areas.refer("northside", INJURY_ONLY)
        reader = areas.somebody(Role.REVIEWER, "partnership", "northside")

        estimate = later.estimate(reader)

        assert sources(estimate) == {str(earlier.id)}
        [part] = [part for part in estimate["estimate"]["contributions"] if part["label"] == LOOKED_AFTER]
        assert (part["value"], part["source"]) == (True, "ae_navigator")
        page = reader.get(later.review(reader).replace("/api/v1", "") + "/estimate").text
        assert "from an earlier A&amp;E referral, 2 November 2026" in page

    def test_follows_an_earlier_referral_that_moves_to_another_area(self, areas: Areas) -> None:
        earlier = areas.refer("northside", FROM_HOSPITAL)
        areas.clock.wait(days=2)
        later, elsewhere = areas.refer("northside", INJURY_ONLY), areas.refer("riverside", INJURY_ONLY)
        reader = areas.somebody(Role.REVIEWER, "partnership", "northside", "riverside")
        assert sources(later.estimate(reader)) == {str(earlier.id)}
        assert sources(elsewhere.estimate(reader)) == set()

        earlier.amend(area="riverside")

        assert sources(later.estimate(reader)) == set()
        assert sources(elsewhere.estimate(reader)) == {str(earlier.id)}

    def test_is_that_of_the_area_that_the_referral_itself_moves_to(self, areas: Areas) -> None:
        in_riverside = areas.refer("riverside", FROM_HOSPITAL)
        areas.clock.wait(days=2)
        later = areas.refer("northside", INJURY_ONLY)
        reader = areas.somebody(Role.REVIEWER, "partnership", "northside", "riverside")
        assert sources(later.estimate(reader)) == set()

        later.amend(area="riverside")

        assert sources(later.estimate(reader)) == {str(in_riverside.id)}

    def test_has_a_correction_of_an_earlier_referral_from_the_next_version_on(self, areas: Areas) -> None:
        said = {"mental_health_need": True, "housing_unstable": True}
        earlier = areas.refer("northside", said, what_happened=["threat"])
        areas.clock.wait(days=20)
        later = areas.refer("northside", INJURY_ONLY)
        reader = areas.somebody(Role.REVIEWER, "partnership", "northside")
        before = known_values(later.estimate(reader))

        areas.clock.wait(hours=1)
        earlier.amend(facts={"mental_health_need": False}, what_happened=["other"])
        unchanged = known_values(later.estimate(reader))
        areas.clock.wait(hours=1)
        later.amend(facts=INJURY_ONLY | {"self_harm_12m": False})
        after = known_values(later.estimate(reader))

        count = "Earlier referrals about violence in the last 12 months"
        asked = ("Mental health need", "Unsettled place to live", count)
        assert [before.get(label) for label in asked] == [True, True, 1]
        assert unchanged == before
        assert [after.get(label) for label in asked] == [False, None, 0]

    def test_ends_with_the_withdrawal_of_its_source(self, areas: Areas) -> None:
        """Also for a referral that somebody asked to withdraw: a reviewer may still decide on it."""
        earlier = areas.refer("northside", FROM_HOSPITAL)
        areas.clock.wait(days=2)
        later, withdrawn = areas.refer("northside", INJURY_ONLY), areas.refer("northside", INJURY_ONLY)
        reader = areas.somebody(Role.REVIEWER, "partnership", "northside")
        withdrawn.withdraw()

        earlier.withdraw()

        assert sources(later.estimate(reader)) == set()
        assert sources(withdrawn.estimate(reader)) == set()

    def test_is_not_shown_between_the_move_of_its_source_and_the_next_estimate(self, areas: Areas) -> None:
        """Scoring is away, so the estimate that draws on what has left the area is still the newest."""
        earlier = areas.refer("northside", FROM_HOSPITAL)
        areas.clock.wait(days=2)
        later = areas.refer("northside", INJURY_ONLY)
        reader = areas.somebody(Role.REVIEWER, "partnership", "northside")
        later.viewed_by(reader)

        with_scoring_away(areas, lambda: earlier.amend(area="riverside"))

        estimate = later.estimate(reader)
        assert (estimate["estimate"], estimate["not_estimated"]) == (None, None)
        assert later.estimate(areas.somebody(Role.REVIEWER, "partnership", "northside", "riverside"))["estimate"]


class TestALinkAcrossAreas:
    def test_leaves_no_trace_that_either_area_can_see(self, areas: Areas) -> None:
        """Nothing that a reviewer of one area reads changes by a byte, and scoring says nothing new."""
        one = areas.refer("riverside", FROM_HOSPITAL)
        areas.clock.wait(days=2)
        known_less = {**PERSON, "nhs_number": None, "postcode": None, "phone": "07700 900983"}
        other = areas.refer("northside", INJURY_ONLY, young_person=known_less)
        of_one = areas.somebody(Role.REVIEWER, "partnership", "riverside")
        of_other = areas.somebody(Role.REVIEWER, "partnership", "northside")
        both = areas.somebody(Role.REVIEWER, "partnership", "northside", "riverside")
        one.estimate(of_one)
        other.estimate(of_other)
        read_by(one, of_one), read_by(other, of_other)  # whoever opens a review first claims it
        before = read_by(one, of_one) + read_by(other, of_other)
        answered = len(areas.rows("scoring", "results"))
        [match] = areas.rows("intake", "matches")

        linked = both.send("POST", f"/intake/matches/{match.id}", data={**form_of(both, match.id), "state": "linked"})
        assert linked.status_code == 303, linked.text
        areas.world.drain()

        assert len({row.person_id for row in areas.rows("intake", "referrals")}) == 1
        assert read_by(one, of_one) + read_by(other, of_other) == before
        assert len(areas.rows("scoring", "results")) == answered


def read_by(referred: Referred, reader: Caller) -> list[tuple[int, str, str]]:
    """Everything that this reviewer reads of the referral, and their lists."""
    review = referred.review(reader)
    page = review.replace("/api/v1", "")
    paths = (REVIEWS, review, f"{review}/estimate", "/casework/reviews", page, f"{page}/estimate")
    return [_told(reader.get(path)) for path in paths]


_OF_THIS_PAGE = re.compile(r'<input type="hidden" name="(?:csrf_token|key|unsent\w*)" value="[^"]*">')
"""What each page carries to know its own form again."""


def _told(answer: TestResponse) -> tuple[int, str, str]:
    return answer.status_code, answer.headers.get("ETag", ""), _OF_THIS_PAGE.sub("", answer.text)


def form_of(reader: Caller, match_id: UUID) -> dict[str, Any]:
    return fields_of(reader.get(f"/intake/matches/{match_id}").text) | {"reason": "The same aunt and the same school."}


def with_scoring_away(areas: Areas, act: Callable[[], None]) -> None:
    """Do it while scoring reads nothing."""
    scoring: Service = areas.world.system.services["scoring"]
    run_once = Consumer.run_once

    def but_not_scoring(consumer: Consumer) -> Any:
        return 0 if consumer._service is scoring else run_once(consumer)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Consumer, "run_once", but_not_scoring)
        act()
