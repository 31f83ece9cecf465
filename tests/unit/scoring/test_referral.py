"""What scoring knows of a referral, whatever the order of the events."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.codes import Source
from services.scoring.referral import Referral, ReferralVersion, known_before
from tests.factories.scoring import a_version, day

PERSON, OTHER_PERSON = UUID(int=1), UUID(int=2)


def a_referral(**changes: object) -> Referral:
    return Referral(**{"id": uuid4(), "person_id": PERSON, "person_since": day(0), **changes})  # type: ignore[arg-type]


def a_received(on: float, *amended: float) -> Referral:
    """A referral received on a day, and amended on these days."""
    referral = a_referral()
    for version, at in enumerate((on, *amended), start=1):
        referral.add_version(a_version(version, at=at), received_at=day(on))
    return referral


class TestAReferral:
    def test_takes_a_higher_version_as_its_latest(self) -> None:
        referral = a_received(0)

        newest = referral.add_version(a_version(2, at=1), received_at=day(0))

        assert newest
        assert referral.latest == a_version(2, at=1)

    def test_stores_a_lower_version_without_going_back_to_it(self) -> None:
        referral = a_referral()
        referral.add_version(a_version(2, at=1), received_at=day(0))

        newest = referral.add_version(a_version(1, at=0), received_at=day(0))

        assert not newest
        assert referral.latest == a_version(2, at=1)
        assert referral.known_at(day(0.5)) == a_version(1, at=0)

    def test_ignores_a_version_that_it_has_already(self) -> None:
        referral = a_received(0)

        referral.add_version(a_version(1, at=0, facts={"number": 9}), received_at=day(0))

        assert referral.latest == a_version(1, at=0)

    def test_belongs_to_the_person_that_the_latest_event_named(self) -> None:
        referral = a_received(0)

        assert referral.belongs_to(OTHER_PERSON, since=day(3))
        assert not referral.belongs_to(PERSON, since=day(2))
        assert referral.person_id == OTHER_PERSON

    def test_is_in_the_area_of_its_latest_version(self) -> None:
        referral = a_received(0)
        referral.add_version(a_version(3, at=2, area="riverside"), received_at=day(0))

        referral.add_version(a_version(2, at=1, area="westborough"), received_at=day(0))

        assert referral.area == "riverside"

    def test_takes_the_area_of_a_version_that_was_stored_without_one(self) -> None:
        referral = a_referral()
        stored = ReferralVersion(version=1, stated_at=day(0), facts={}, area=None, source=None)
        referral.referral_versions[1] = stored

        assert not referral.knows(1)
        assert referral.add_version(a_version(1, at=0), received_at=day(0))
        assert referral.knows(1)

    @given(st.permutations(range(7)))
    def test_is_the_same_whatever_the_order_of_events(self, order: list[int]) -> None:
        first = UUID(int=9)

        def replay(numbers: list[int]) -> Referral:
            referral = a_referral(id=first)
            changes: list[Callable[[], object]] = [
                lambda: referral.add_version(a_version(1, at=0), received_at=day(0)),
                lambda: referral.add_version(a_version(2, at=1), received_at=day(0)),
                lambda: referral.add_version(a_version(3, at=2, area="riverside"), received_at=day(0)),
                lambda: referral.belongs_to(OTHER_PERSON, since=day(1)),
                lambda: referral.belongs_to(PERSON, since=day(2)),
                lambda: referral.belongs_to(OTHER_PERSON, since=day(2)),
                lambda: referral.withdraw(day(4)),
            ]
            for number in numbers:
                changes[number]()
            return referral

        assert replay(order) == replay(sorted(order))


class TestWhatWasKnownOfThePerson:
    def test_is_the_facts_of_earlier_referrals_by_then(self) -> None:
        earlier, referral = a_received(0, 1, 9), a_received(5)

        known = known_before(referral, [earlier, referral])

        assert [(other.received_at, other.facts) for other in known] == [(day(0), {"number": 2})]

    @pytest.mark.parametrize(("stated", "number"), [(5, 2), (8, 2), (9, 3), (12, 3)])
    def test_has_a_correction_from_the_next_version_on(self, stated: float, number: int) -> None:
        earlier, referral = a_received(0, 1, 9), a_received(5, stated)

        [known] = known_before(referral, [earlier])

        assert known.facts == {"number": number}

    def test_is_of_the_latest_version_whichever_arrives_last(self) -> None:
        earlier, referral = a_received(0, 1, 9), a_referral()
        referral.add_version(a_version(2, at=10), received_at=day(5))
        referral.add_version(a_version(1, at=5), received_at=day(5))

        assert [known.facts for known in known_before(referral, [earlier])] == [{"number": 3}]

    def test_leaves_out_what_was_referred_after_the_first_version(self) -> None:
        assert known_before(a_received(5, 9), [a_received(7)]) == []

    def test_leaves_out_what_was_referred_later(self) -> None:
        assert known_before(a_received(5), [a_received(5), a_received(6)]) == []

    def test_leaves_out_what_was_withdrawn_even_later(self) -> None:
        earlier, referral = a_received(0), a_received(5)
        earlier.withdraw(day(8))

        assert known_before(referral, [earlier]) == []

    def test_leaves_out_a_referral_of_which_no_version_has_arrived(self) -> None:
        assert known_before(a_received(5), [a_referral()]) == []

    def test_leaves_out_what_is_in_another_area_now(self) -> None:
        earlier, referral = a_received(0), a_received(5)
        earlier.add_version(a_version(2, at=8, area="riverside"), received_at=day(0))

        assert known_before(referral, [earlier]) == []

    def test_has_what_moved_to_the_same_area_later_with_the_facts_of_the_time(self) -> None:
        earlier, referral = a_referral(), a_received(5)
        earlier.add_version(a_version(1, at=0, area="riverside", source=Source.SCHOOL), received_at=day(0))
        earlier.add_version(a_version(2, at=8, area="northside", source=Source.SCHOOL), received_at=day(0))

        [known] = known_before(referral, [earlier])

        assert (known.id, known.source, known.facts) == (earlier.id, Source.SCHOOL, {"number": 1})

    def test_leaves_out_a_referral_whose_area_was_not_stored(self) -> None:
        earlier, referral = a_referral(received_at=day(0)), a_received(5)
        earlier.referral_versions[1] = ReferralVersion(version=1, stated_at=day(0), facts={}, area=None, source=None)

        assert known_before(referral, [earlier]) == []

    def test_is_newest_first_on_the_same_day_too(self) -> None:
        morning, evening, referral = a_received(0), a_received(0.3), a_received(5)

        assert [one.id for one in known_before(referral, [morning, evening])] == [evening.id, morning.id]

    def test_is_nothing_for_a_referral_that_has_not_arrived(self) -> None:
        assert known_before(a_referral(), [a_received(0)]) == []
