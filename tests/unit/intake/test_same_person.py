"""The same person again: what is linked, what is only wondered about, and what a person then says."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.intake import MatchChangedV1, ReferralAmendedV1, ReferralReceivedV1
from services.intake.application.amend_referral import AmendReferral, amend_referral
from services.intake.application.decide_match import DecideMatch, decide_match
from services.intake.application.receive_referral import receive_referral
from services.intake.domain.match import Match, MatchAlreadyDecided, MatchState, NoSuchMatch, StaleMatch
from services.intake.domain.referral import Referral
from tests.factories.intake import a_content, a_receipt, a_viewer, somebody
from tests.fakes.intake import FakeUnitOfWork

NHS = "9990000018"
ASPEN = {"name": "Aspen Example", "date_of_birth": date(2011, 3, 27), "postcode": "M1 1AE"}
REVIEWER = uuid4()


def refer(uow: FakeUnitOfWork, *, area: str = "northside", **who: Any) -> Referral:
    uow.at += timedelta(minutes=1)
    return receive_referral(a_receipt(a_content(young_person=somebody(**who)), area=area), uow)


def amend(uow: FakeUnitOfWork, referral: Referral, **who: Any) -> Referral:
    uow.at += timedelta(minutes=1)
    return amend_referral(
        AmendReferral(
            referral_id=referral.id,
            expected_version=referral.version,
            content=a_content(young_person=somebody(**who)),
            asking=referral.referred_by,
        ),
        uow,
    )


def say(uow: FakeUnitOfWork, match: Match, state: MatchState, areas: tuple[str, ...] = ("northside",)) -> Match:
    uow.at += timedelta(minutes=1)
    return decide_match(
        DecideMatch(
            match_id=match.id,
            expected_version=match.version,
            state=state,
            reason="They told me",
            viewer=a_viewer(*areas, staff_id=REVIEWER),
        ),
        uow,
    )


def between(uow: FakeUnitOfWork, one: Referral, other: Referral) -> Match:
    return next(m for m in uow.matches.stored.values() if {m.earlier_id, m.later_id} == {one.id, other.id})


def state(uow: FakeUnitOfWork, one: Referral, other: Referral) -> MatchState:
    return between(uow, one, other).state


def published_persons(uow: FakeUnitOfWork) -> dict[UUID, UUID]:
    """The person of each referral, as somebody who only reads the events knows it."""
    told: dict[UUID, UUID] = {}
    heard: dict[UUID, int] = {}
    for kind, data in uow.published:
        if kind in (ReferralReceivedV1, ReferralAmendedV1):
            told[data["referral_id"]] = data["person_id"]
        elif kind is MatchChangedV1 and data["version"] > heard.get(data["match_id"], 0):
            heard[data["match_id"]] = data["version"]
            told |= dict(zip(data["referral_ids"], data["person_ids"], strict=True))
    return told


@pytest.fixture
def uow() -> FakeUnitOfWork:
    return FakeUnitOfWork()


@pytest.fixture(autouse=True)
def readers_of_events_know_the_same_persons(uow: FakeUnitOfWork) -> Any:
    """Whatever a test does, the events alone must tell which referrals are about one person."""
    yield
    assert published_persons(uow) == {referral.id: referral.person_id for referral in uow.referrals.stored.values()}


class TestANewReferral:
    def test_joins_the_person_that_has_its_nhs_number(self, uow: FakeUnitOfWork) -> None:
        first, second = refer(uow, nhs_number=NHS), refer(uow, nhs_number=NHS)

        assert second.person_id == first.person_id
        assert state(uow, first, second) is MatchState.LINKED

    def test_is_somebody_else_s_until_a_person_looks_when_the_name_contradicts_the_number(
        self, uow: FakeUnitOfWork
    ) -> None:
        first, second = refer(uow, nhs_number=NHS, name="Aspen"), refer(uow, nhs_number=NHS, name="Rowan")

        assert second.person_id != first.person_id
        assert state(uow, first, second) is MatchState.POSSIBLE
        assert between(uow, first, second).contradicting == ("name",)

    def test_of_a_stranger_makes_no_match(self, uow: FakeUnitOfWork) -> None:
        refer(uow, nhs_number=NHS)
        refer(uow, name="Rowan", age_about=15)

        assert not uow.matches.stored
        assert not uow.events(MatchChangedV1)

    def test_that_fits_two_persons_joins_the_first_and_wonders_about_the_other(self, uow: FakeUnitOfWork) -> None:
        by_number, by_name = refer(uow, nhs_number=NHS), refer(uow, **ASPEN)

        both = refer(uow, nhs_number=NHS, **ASPEN)

        assert both.person_id == by_number.person_id != by_name.person_id
        assert state(uow, by_name, both) is MatchState.POSSIBLE


class TestAnAmendment:
    def test_looks_again(self, uow: FakeUnitOfWork) -> None:
        first, second = refer(uow, **ASPEN), refer(uow, name="Aspen Example")

        amended = amend(uow, second, **ASPEN)

        assert amended.person_id == first.person_id
        assert state(uow, first, second) is MatchState.LINKED

    def test_that_contradicts_the_link_takes_it_back(self, uow: FakeUnitOfWork) -> None:
        first, second = refer(uow, nhs_number=NHS, name="Aspen"), refer(uow, nhs_number=NHS)

        amended = amend(uow, second, nhs_number=NHS, name="Rowan")

        assert amended.person_id != first.person_id
        assert state(uow, first, second) is MatchState.POSSIBLE

    def test_after_which_nothing_agrees_ends_the_match(self, uow: FakeUnitOfWork) -> None:
        first, second = refer(uow, nhs_number=NHS), refer(uow, nhs_number=NHS)

        amend(uow, second, name="Rowan")

        assert state(uow, first, second) is MatchState.UNDONE
        assert first.person_id != second.person_id

    def test_never_links_what_a_person_called_different(self, uow: FakeUnitOfWork) -> None:
        first = refer(uow, name="Aspen Example", postcode="M1 1AE")
        second = refer(uow, name="Aspen Example", postcode="M1 1AE")
        say(uow, between(uow, first, second), MatchState.NOT_SAME)

        amend(uow, second, nhs_number=NHS, **ASPEN)
        amend(uow, first, nhs_number=NHS, **ASPEN)

        assert first.person_id != second.person_id
        assert state(uow, first, second) is MatchState.NOT_SAME

    def test_does_not_join_by_way_of_another_what_a_person_called_different(self, uow: FakeUnitOfWork) -> None:
        first = refer(uow, nhs_number=NHS, name="Aspen")
        alike = refer(uow, nhs_number=NHS, name="Aspen")
        twin = refer(uow, nhs_number=NHS, name="Rowan")
        say(uow, between(uow, first, twin), MatchState.NOT_SAME)

        amend(uow, twin, nhs_number=NHS)

        assert twin.person_id != first.person_id == alike.person_id


class TestAReviewer:
    def test_links_two_persons_with_all_their_referrals(self, uow: FakeUnitOfWork) -> None:
        first, again = refer(uow, nhs_number=NHS, name="Aspen"), refer(uow, nhs_number=NHS, name="Aspen")
        other = refer(uow, nhs_number="9990000026", name="Aspen", phone="+447700900982")
        other_again = refer(uow, nhs_number="9990000026", name="Aspen")
        late = refer(uow, nhs_number=NHS, name="Aspen", phone="+447700900982")

        say(uow, between(uow, other, late), MatchState.LINKED)

        assert len({one.person_id for one in (first, again, other, other_again, late)}) == 1

    def test_takes_a_link_back_and_the_later_referral_is_somebody_else_s_again(self, uow: FakeUnitOfWork) -> None:
        first, second, third = (refer(uow, nhs_number=NHS) for _ in range(3))

        say(uow, between(uow, first, third), MatchState.UNDONE)

        assert first.person_id == second.person_id != third.person_id
        assert state(uow, second, third) is MatchState.POSSIBLE

    def test_who_may_not_know_both_finds_nothing(self, uow: FakeUnitOfWork) -> None:
        first, second = refer(uow, nhs_number=NHS), refer(uow, nhs_number=NHS, area="westborough")

        with pytest.raises(NoSuchMatch):
            say(uow, between(uow, first, second), MatchState.UNDONE, areas=("northside",))

    def test_cannot_take_back_what_is_not_linked_or_say_the_same_twice(self, uow: FakeUnitOfWork) -> None:
        first, second = refer(uow, name="A", phone="+447700900982"), refer(uow, name="A", phone="+447700900982")
        match = between(uow, first, second)

        with pytest.raises(MatchAlreadyDecided):
            say(uow, match, MatchState.UNDONE)
        say(uow, match, MatchState.LINKED)
        with pytest.raises(MatchAlreadyDecided):
            say(uow, match, MatchState.LINKED)

    def test_who_read_an_older_version_is_told_so(self, uow: FakeUnitOfWork) -> None:
        first, second = refer(uow, nhs_number=NHS), refer(uow, nhs_number=NHS)
        match = between(uow, first, second)

        with pytest.raises(StaleMatch):
            match.decide(MatchState.UNDONE, by=REVIEWER, reason="x", at=uow.at, expected=match.version - 1)

    def test_is_audited_without_the_reason_s_words(self, uow: FakeUnitOfWork) -> None:
        first, second = refer(uow, nhs_number=NHS), refer(uow, nhs_number=NHS)
        match = say(uow, between(uow, first, second), MatchState.UNDONE)

        assert uow.audited[-1] == ("match.undone", str(match.id))
        assert "They told me" not in str(uow.events(MatchChangedV1)[-1])


class TestWhateverHappens:
    """Random referrals, amendments and decisions: the events always tell who is who, and links always mean one person."""

    people = st.fixed_dictionaries(
        {},
        optional={
            "nhs_number": st.sampled_from([NHS, "9990000026"]),
            "name": st.sampled_from(["Aspen", "Rowan"]),
            "date_of_birth": st.sampled_from([date(2011, 3, 27), date(2008, 1, 2)]),
            "postcode": st.sampled_from(["M1 1AE", "SW1A 1AA"]),
            "phone": st.sampled_from(["+447700900982", "+447700900001"]),
        },
    )
    steps = st.lists(
        st.one_of(
            st.tuples(st.just("refer"), people),
            st.tuples(st.just("amend"), people, st.integers(0, 50)),
            st.tuples(st.just("say"), st.sampled_from(MatchState), st.integers(0, 50)),
        ),
        max_size=14,
    )

    @settings(max_examples=60)
    @given(steps)
    def test_who_is_who_is_told_and_linked_is_one_person(self, steps: list[Any]) -> None:
        uow = FakeUnitOfWork()

        for step in steps:
            self.take(uow, *step)

        assert published_persons(uow) == {one.id: one.person_id for one in uow.referrals.stored.values()}
        for match in uow.matches.stored.values():
            pair = [uow.referrals.get(match.earlier_id), uow.referrals.get(match.later_id)]
            if match.state is MatchState.LINKED:
                assert pair[0].person_id == pair[1].person_id

    @staticmethod
    def take(uow: FakeUnitOfWork, kind: str, what: Any, which: int = 0) -> None:
        referrals, matches = list(uow.referrals.stored.values()), list(uow.matches.stored.values())
        if kind == "refer":
            refer(uow, **what)
        elif kind == "amend" and referrals:
            amend(uow, referrals[which % len(referrals)], **what)
        elif kind == "say" and matches and what is not MatchState.POSSIBLE:
            with suppress(MatchAlreadyDecided):
                say(uow, matches[which % len(matches)], what)
