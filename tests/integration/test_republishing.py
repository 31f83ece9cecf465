"""What was accepted becomes reviewable and estimated, though the broker lost it; until then reviewers see that it waits."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from devtools.postgresql import Cluster
from services.casework.adapters import review_tables, tables
from services.contracts import topics
from services.demo.api_client import ApiClient
from services.intake.adapters.tables import referrals as intake_referrals
from services.oversight.tables import timelines
from services.platform.messaging.consumer import Consumer
from services.platform.messaging.embedded import _records
from services.platform.messaging.relay import Relay
from services.platform.messaging.worker import reconcile
from services.scoring.tables import outcomes, results
from tests.world import Caller, World, a_world

REFERRALS = "/intake/api/v1/referrals"
IN_TRANSIT = "/intake/in-transit"


@dataclass
class Moving:
    """A clock that a test moves; each look at it is a little later."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 22, 2, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at

    def wait(self, **time: float) -> None:
        self.at += timedelta(**time)


@dataclass(kw_only=True)
class Night:
    """A whole system on whose broker nothing can be relied."""

    world: World
    clock: Moving
    read: int = 0
    """The last record that everybody has read."""

    @property
    def navigator(self) -> Caller:
        return self.world.caller("navigator")

    @property
    def reviewer(self) -> Caller:
        return self.world.caller("reviewer")

    def body(self, **changes: Any) -> dict[str, Any]:
        """A referral of somebody whom nobody referred before."""
        example = self.world.example("intake", REFERRALS)
        nobody = {"young_person": {"name": f"Nobody {uuid4()}", "age_about": 15}, "contact": {"safe": ["face_to_face"]}}
        return example | nobody | changes

    def refer(self, **changes: Any) -> UUID:
        answer = self.navigator.post(REFERRALS, self.body(**changes))
        assert answer.status_code == 202, answer.text
        return UUID(answer.headers["Location"].rpartition("/")[2])

    def amend(self, referral_id: UUID) -> None:
        where = f"{REFERRALS}/{referral_id}"
        tag = self.navigator.get(where).headers["ETag"]
        changed = self.body(concern={"concern": "It has become worse."})
        answer = self.navigator.send("PUT", where, changed, headers={"If-Match": tag})
        assert answer.status_code < 300, answer.text

    def lose(self, *lost: topics.Topic) -> None:
        """What is sent on these topics (on all, if none is named) is gone before anybody reads it; the rest arrives."""
        self._move([topic.name for topic in lost or topics.TOPICS])

    def drain(self) -> None:
        """Everybody reads everything."""
        self._move([])

    def _move(self, lost: list[str]) -> None:
        log = self.world.system.log
        services = self.world.system.services.values()
        relays = [Relay(service, log) for service in services]
        while sum(relay.run_once() for relay in relays):
            with log.database.write() as connection:
                gone = _records.c.topic.in_(lost) & (_records.c.position > self.read)
                connection.execute(sa.delete(_records).where(gone))
                self.read = connection.execute(sa.select(sa.func.max(_records.c.position))).scalar() or self.read
            for service in services:
                while Consumer(service, log).run_once():
                    pass
        for relay in relays:
            relay.stop()

    def reconcile(self) -> int:
        """As the workers do every half minute, once. Gives how much there was to do."""
        did = sum(reconcile(service) for service in self.world.system.services.values())
        self.drain()
        return did

    @property
    def client(self) -> ApiClient:
        return ApiClient(self.world.system, self.clock)

    def claim(self, referral_id: UUID) -> str:
        """Gives the review's address."""
        found = self.review(referral_id)
        assert found is not None
        where = f"/casework/api/v1/reviews/{found['id']}"
        self.client.create("reviewer", f"{where}/claim", {})
        return where

    def decide(self, referral_id: UUID) -> None:
        """As support by a team, which opens a case."""
        where, client = self.claim(referral_id), self.client
        view = {"level": "planned", "sureness": "fairly", "why": "As they say."}
        client.change("reviewer", f"{where}/own-view", view, of=where)
        decision = {
            "level": "planned",
            "pathway": "early_intervention",
            "team": "early-help",
            "reasons": "As they say.",
        }
        client.change("reviewer", f"{where}/decision", decision, of=where)

    def record_outcome(self, referral_id: UUID) -> None:
        worker, client = "early-intervention-caseworker", self.client
        items = client.get(worker, "/casework/api/v1/cases?list=unassigned&limit=100")["items"]
        case = next(item["id"] for item in items if item["reference"] == self.reference(referral_id))
        where = f"/casework/api/v1/cases/{case}"
        client.change(worker, f"{where}/assignment", {"assignee_id": None}, of=where)
        client.create(worker, f"{where}/contact-attempts", {"mode": "phone", "reached": True, "attempted_at": None})
        client.change(worker, f"{where}/first-contact", {"attempt_id": None, "answer": "accepts"}, of=where)
        client.change(worker, f"{where}/outcome", {"outcome": "support_completed"}, of=where)

    def audited(self, service: str) -> list[str]:
        rows = self.world.system.services[service].tables.audit_rows
        with self.world.system.services[service].database.read() as connection:
            return list(connection.execute(sa.select(rows.c.what)).scalars())

    def review(self, referral_id: UUID) -> dict[str, Any] | None:
        items = self.reviewer.get(f"/casework/api/v1/reviews?referral_id={referral_id}").get_json()["items"]
        return items[0] if items else None

    def row(self, service: str, table: sa.Table, referral_id: UUID) -> Any:
        key = table.c.id if "referral_id" not in table.c else table.c.referral_id
        with self.world.system.services[service].database.read() as connection:
            return connection.execute(sa.select(table).where(key == referral_id)).one_or_none()

    def answered(self, referral_id: UUID) -> bool:
        """Whether casework has an estimate of it, or why there is none."""
        return self.row("casework", review_tables.estimates, referral_id) is not None

    def in_transit(self) -> tuple[str, bool]:
        """What a reviewer of its area sees of what waits, and whether their list of reviews says that there is some."""
        page = self.reviewer.get(IN_TRANSIT)
        assert page.status_code == 200
        return page.text, self.reviewer.get(f"{IN_TRANSIT}/any").get_json()["waiting"]

    def reference(self, referral_id: UUID) -> str:
        return str(self.row("intake", intake_referrals, referral_id).reference)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def system(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    cluster: Cluster | None = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    clock = Moving()
    root = tmp_path_factory.mktemp("world")
    with a_world(root, clock=clock, database_url=cluster.schema if cluster else None) as world:
        yield Night(world=world, clock=clock)


@pytest.fixture
def night(system: Night) -> Night:
    system.clock.wait(days=1)
    while system.reconcile():
        pass
    system.drain()
    return system


class TestAReferralThatTheBrokerLost:
    def test_is_told_again_and_then_read_and_estimated(self, night: Night) -> None:
        lost = night.refer()
        night.lose()
        assert night.review(lost) is None

        night.clock.wait(minutes=11)
        night.reconcile()

        review = night.review(lost)
        assert review is not None
        assert review["details_arrived"]
        assert night.answered(lost)
        assert night.reconcile() == 0

    def test_is_not_told_again_before_it_can_be_called_lost(self, night: Night) -> None:
        night.refer()
        night.lose()
        night.clock.wait(minutes=9)

        assert night.reconcile() == 0

    def test_is_told_again_ever_more_seldom(self, night: Night) -> None:
        night.refer()
        night.lose()
        told = []
        for minutes in (11, 5, 5, 5, 15, 15):
            night.clock.wait(minutes=minutes)
            told.append(sum(reconcile(service) for service in night.world.system.services.values()))
            night.lose()

        assert told == [1, 0, 0, 1, 0, 1]  # after 11 minutes, 22 and 52

    def test_is_not_told_again_while_it_waits_to_be_sent(self, night: Night) -> None:
        waiting = night.refer()
        night.clock.wait(hours=3)

        assert reconcile(night.world.system.services["intake"]) == 0
        night.drain()
        assert night.review(waiting) is not None

    def test_changes_nothing_for_who_heard_of_it(self, night: Night) -> None:
        heard = night.refer()
        night.drain()
        before = [night.review(heard), night.row("scoring", results, heard)]
        with night.world.system.services["intake"].database.write() as connection:
            connection.execute(
                sa.update(intake_referrals).where(intake_referrals.c.id == heard).values(acknowledged_version=0)
            )
        night.clock.wait(minutes=11)

        assert night.reconcile() == 1

        assert [night.review(heard), night.row("scoring", results, heard)] == before
        assert night.row("intake", intake_referrals, heard).acknowledged_version == 1


class TestAChangeThatTheBrokerLost:
    def test_is_told_again(self, night: Night) -> None:
        changed = night.refer()
        night.drain()
        night.amend(changed)
        night.lose()
        assert night.row("casework", tables.referrals, changed).version == 1

        night.clock.wait(minutes=11)
        night.reconcile()

        assert night.row("casework", tables.referrals, changed).version == 2
        assert night.reconcile() == 0


class TestWhatAReviewLacks:
    @pytest.mark.parametrize("lost", [topics.IDENTITIES, topics.NARRATIVES], ids=lambda topic: topic.name)
    def test_is_asked_for_when_the_details_were_lost(self, night: Night, lost: topics.Topic) -> None:
        referral = night.refer()
        night.lose(lost)
        review = night.review(referral)
        assert review is not None
        assert not review["details_arrived"]

        night.clock.wait(minutes=11)
        while night.reconcile():
            pass

        review = night.review(referral)
        assert review is not None
        assert review["details_arrived"]

    def test_is_asked_for_when_the_estimate_was_lost(self, night: Night) -> None:
        referral = night.refer()
        night.lose(topics.ESTIMATES)
        given = night.row("scoring", results, referral)
        assert (given is not None, night.answered(referral)) == (True, False)

        night.clock.wait(minutes=11)
        while night.reconcile():
            pass

        assert night.answered(referral)
        assert night.row("scoring", results, referral) == given

    def test_is_not_asked_for_twice_at_once(self, night: Night) -> None:
        night.refer()
        night.lose(topics.ESTIMATES)
        night.clock.wait(minutes=11)
        casework = night.world.system.services["casework"]

        assert [reconcile(casework), reconcile(casework)] == [1, 0]


class TestTheListOfWhatWaits:
    def test_shows_a_reviewer_of_its_area_what_has_not_reached_the_reviews(self, night: Night) -> None:
        waiting = night.refer()
        first = night.in_transit()
        night.clock.wait(seconds=61)
        later = night.in_transit()
        night.drain()
        drained = night.in_transit()

        reference = night.reference(waiting)
        assert [(reference in page, notice) for page, notice in (first, later, drained)] == [
            (False, False),
            (True, True),
            (False, False),
        ]
        assert "A new referral" in later[0]

    def test_shows_a_change_that_has_not_reached_them(self, night: Night) -> None:
        changed = night.refer()
        night.drain()
        night.amend(changed)
        night.clock.wait(seconds=61)

        page, notice = night.in_transit()

        assert night.reference(changed) in page
        assert "A change to a referral that you have" in page
        assert notice

    def test_shows_no_more_than_a_reference_an_age_and_a_time(self, night: Night) -> None:
        night.refer()
        night.clock.wait(seconds=61)
        body = night.body()

        page, _notice = night.in_transit()

        said = [body["concern"]["concern"], body["concern"]["own_words"], "Nobody ", "knife", "Northside"]
        assert [text for text in said if text in page] == []

    def test_is_kept_from_who_may_not_know(self, night: Night) -> None:
        waiting = night.refer(area="westborough")
        night.clock.wait(seconds=61)
        reference = night.reference(waiting)
        seen = {
            user: reference in night.world.caller(user).get(IN_TRANSIT).text
            for user in ("reviewer", "navigator", "data-scientist", "administrator")
        }
        assert not any(seen.values())

    def test_names_what_it_showed_in_the_audit(self, night: Night) -> None:
        waiting = night.refer()
        night.clock.wait(seconds=61)
        night.in_transit()

        rows = night.world.system.services["intake"].tables.audit_rows.c
        with night.world.system.services["intake"].database.read() as connection:
            shown = connection.execute(sa.select(rows.details).where(rows.what == "in_transit.read")).scalars().all()
        assert [str(waiting)] in [details["referrals"] for details in shown]


class TestAnEventOfCaseworkThatTheBrokerLost:
    """After it was marked as sent: nobody misses it but who lists it and who compares."""

    def test_is_sent_again_to_the_referrer_whose_page_showed_the_step_before(self, night: Night) -> None:
        referral = night.refer()
        night.drain()
        night.claim(referral)
        night.lose(topics.PROGRESS)
        before = night.row("intake", intake_referrals, referral)

        night.clock.wait(minutes=11)
        night.reconcile()
        night.drain()

        after = night.row("intake", intake_referrals, referral)
        assert (before.step, after.step) == ("received", "being_read")
        assert after.step_version == night.row("casework", review_tables.progress, referral).version
        assert "events.sent_again" in night.audited("casework")

    @pytest.mark.parametrize("lost", [[topics.REVIEWS], [topics.CASES], [topics.REVIEWS, topics.CASES]], ids=str)
    def test_is_sent_again_to_those_who_count(self, night: Night, lost: list[topics.Topic]) -> None:
        referral = night.refer()
        night.drain()
        night.decide(referral)
        night.lose(*lost)
        before = night.row("oversight", timelines, referral)

        night.clock.wait(minutes=11)
        night.reconcile()
        night.drain()

        after = night.row("oversight", timelines, referral)
        assert None in (before.decided_at, before.case_opened_at)
        assert after.decided_at is not None
        assert after.case_opened_at is not None

    def test_is_sent_again_to_scoring_when_it_is_an_outcome(self, night: Night) -> None:
        referral = night.refer()
        night.drain()
        night.decide(referral)
        night.drain()
        night.record_outcome(referral)
        night.lose(topics.OUTCOMES)
        assert night.row("scoring", outcomes, referral) is None

        night.clock.wait(minutes=11)
        night.reconcile()
        night.drain()

        assert night.row("scoring", outcomes, referral) is not None

    def test_is_sent_again_though_its_first_list_was_lost_with_it(self, night: Night) -> None:
        referral = night.refer()
        night.drain()
        night.claim(referral)
        night.lose()
        night.clock.wait(minutes=11)
        for service in night.world.system.services.values():
            reconcile(service)
        night.lose()
        assert night.row("intake", intake_referrals, referral).step == "received"

        night.clock.wait(minutes=50)
        night.reconcile()
        night.drain()

        assert night.row("intake", intake_referrals, referral).step == "being_read"

    def test_is_not_sent_again_to_who_has_it(self, night: Night) -> None:
        referral = night.refer()
        night.drain()
        night.claim(referral)
        night.drain()
        sent = night.audited("casework").count("events.sent_again")

        for minutes in (11, 50, 24 * 60):
            night.clock.wait(minutes=minutes)
            night.reconcile()

        assert night.audited("casework").count("events.sent_again") == sent
