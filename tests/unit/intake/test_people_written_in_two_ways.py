"""One person written in two ways is at least a possible match; two persons who look like one are never linked."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.contracts.intake import ReferralReceivedV1
from services.intake.application.receive_referral import receive_referral
from services.intake.domain.match import MatchState
from tests.factories.identities import ONE_PERSON, TWO_PERSONS, Pair, Who
from tests.factories.intake import a_content, a_receipt, somebody
from tests.fakes.intake import FakeUnitOfWork


def found_of(*people: Who) -> tuple[FakeUnitOfWork, MatchState | None]:
    """What is found of the last two of these people, referred in turn."""
    uow = FakeUnitOfWork()
    for who in people:
        uow.at += timedelta(minutes=1)
        receive_referral(a_receipt(a_content(young_person=somebody(**who))), uow)
    last = list(uow.referrals.stored)[-2:]
    states = [match.state for match in uow.matches.stored.values() if [match.earlier_id, match.later_id] == last]
    return uow, states[0] if states else None


def labels(pairs: list[Pair]) -> Any:
    return [pair[0] for pair in pairs]


class TestOnePersonWrittenInTwoWays:
    @pytest.mark.parametrize(("label", "one", "other"), ONE_PERSON, ids=labels(ONE_PERSON))
    def test_is_at_least_a_possible_match(self, label: str, one: Who, other: Who) -> None:
        assert found_of(one, other)[1] in (MatchState.POSSIBLE, MatchState.LINKED)
        assert found_of(other, one)[1] in (MatchState.POSSIBLE, MatchState.LINKED)


class TestTwoPersonsWhoLookLikeOne:
    @pytest.mark.parametrize(("label", "one", "other"), TWO_PERSONS, ids=labels(TWO_PERSONS))
    def test_are_never_linked_by_the_rule(self, label: str, one: Who, other: Who) -> None:
        for uow, state in (found_of(one, other), found_of(other, one)):
            assert state is not MatchState.LINKED
            assert len({event["person_id"] for event in uow.events(ReferralReceivedV1)}) == 2

    def test_are_a_possible_match_when_twins_share_all_but_the_first_name(self) -> None:
        twins = {"date_of_birth": date(2010, 3, 4), "postcode": "M1 1AE", "phone": "+447700900982"}

        assert found_of({"name": "Adam Carter", **twins}, {"name": "Amir Carter", **twins})[1] is MatchState.POSSIBLE

    def test_are_not_joined_by_way_of_a_referral_that_gives_no_name(self) -> None:
        number = {"nhs_number": "9990000018"}

        uow, _ = found_of({"name": "Adam Carter", **number}, number, {"name": "Amir Carter", **number})

        first, nameless, twin = uow.referrals.stored.values()
        assert first.person_id == nameless.person_id != twin.person_id


class TestAnIdentifierThatSeveralShare:
    """Each of these people has a name of their own: only how many have the same phone or postcode makes it weak."""

    def others(self, count: int, **shared: Any) -> list[Who]:
        born = [date(2009, 2, 3 + place) for place in range(count)]
        first = ("Bela", "Chidi", "Dov", "Emre", "Farid", "Gita")
        return [
            {"name": f"{name} {name}son", "date_of_birth": day, **shared}
            for name, day in zip(first, born, strict=False)
        ]

    def linked(self, *before: Who, **who: Any) -> bool:
        person = {"name": "Adam Carter", "date_of_birth": date(2010, 3, 4), **who}
        return found_of(*before, person, person)[1] is MatchState.LINKED

    def test_links_with_a_phone_until_somebody_else_has_it(self) -> None:
        phone = {"phone": "+447700900982"}

        assert self.linked(**phone)
        assert not self.linked(*self.others(1, **phone), **phone)

    def test_links_with_a_postcode_until_five_persons_have_it(self) -> None:
        postcode = {"postcode": "M1 1AE"}

        assert self.linked(*self.others(3, **postcode), **postcode)
        assert not self.linked(*self.others(4, **postcode), **postcode)

    def test_links_with_an_nhs_number_until_two_persons_have_it(self) -> None:
        number = {"nhs_number": "9990000018"}

        assert found_of(number, number)[1] is MatchState.LINKED
        assert found_of(*self.others(1, **number), {"name": "Adam", **number}, {"name": "Adam", **number})[1] is (
            MatchState.POSSIBLE
        )
