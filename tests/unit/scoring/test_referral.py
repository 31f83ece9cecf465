"""What scoring holds of a referral, whatever the order in which it hears of it."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.codes import Source
from services.scoring.domain.referral import Referral, ReferralVersion, known_before
from tests.factories.scoring import a_version, day

PERSON, OTHER_PERSON = UUID(int=1), UUID(int=2)


def a_referral(**changes: object) -> Referral:
    return Referral(**{"id": uuid4(), "person_id": PERSON, "person_since": day(0), **changes})  # type: ignore[arg-type]


def heard(received: float, *times: float) -> Referral:
    """A referral received on a day, its later versions told on these days."""
    referral = a_referral()
    for version, at in enumerate((received, *times), start=1):
        referral.add_version(a_version(version, at=at), received_at=day(received))
    return referral


class TestAReferral:
    def test_takes_a_higher_version_as_its_latest(self) -> None:
        referral = heard(0)

        newest = referral.add_version(a_version(2, at=1), received_at=day(0))

        assert newest
        assert referral.latest == a_version(2, at=1)

    def test_remembers_a_lower_version_without_going_back_to_it(self) -> None:
        referral = a_referral()
        referral.add_version(a_version(2, at=1), received_at=day(0))

        newest = referral.add_version(a_version(1, at=0), received_at=day(0))

        assert not newest
        assert referral.latest == a_version(2, at=1)
        assert referral.known_at(day(0.5)) == a_version(1, at=0)

    def test_does_not_take_another_telling_of_a_version_it_holds(self) -> None:
        referral = heard(0)

        referral.add_version(a_version(1, at=0, facts={"said": "otherwise"}), received_at=day(0))

        assert referral.latest == a_version(1, at=0)

    def test_belongs_to_whom_it_was_last_said_to(self) -> None:
        referral = heard(0)

        assert referral.belongs_to(OTHER_PERSON, since=day(3))
        assert not referral.belongs_to(PERSON, since=day(2))
        assert referral.person_id == OTHER_PERSON

    def test_is_where_its_latest_version_says(self) -> None:
        referral = heard(0)
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
    def test_is_the_same_whatever_the_order_of_what_is_heard(self, order: list[int]) -> None:
        first = UUID(int=9)

        def replay(numbers: list[int]) -> Referral:
            referral = a_referral(id=first)
            said: list[Callable[[], object]] = [
                lambda: referral.add_version(a_version(1, at=0), received_at=day(0)),
                lambda: referral.add_version(a_version(2, at=1), received_at=day(0)),
                lambda: referral.add_version(a_version(3, at=2, area="riverside"), received_at=day(0)),
                lambda: referral.belongs_to(OTHER_PERSON, since=day(1)),
                lambda: referral.belongs_to(PERSON, since=day(2)),
                lambda: referral.belongs_to(OTHER_PERSON, since=day(2)),
                lambda: referral.withdraw(day(4)),
            ]
            for number in numbers:
                said[number]()
            return referral

        assert replay(order) == replay(sorted(order))


class TestWhatWasKnownOfThePerson:
    def test_is_what_earlier_referrals_said_by_then(self) -> None:
        earlier, referral = heard(0, 1, 9), heard(5)

        known = known_before(referral, [earlier, referral])

        assert [(other.received_at, other.facts) for other in known] == [(day(0), {"said": 2})]

    @pytest.mark.parametrize(("stated", "said"), [(5, 2), (8, 2), (9, 3), (12, 3)])
    def test_has_a_correction_from_the_next_version_on(self, stated: float, said: int) -> None:
        earlier, referral = heard(0, 1, 9), heard(5, stated)

        [known] = known_before(referral, [earlier])

        assert known.facts == {"said": said}

    def test_is_of_the_latest_version_whichever_is_heard_last(self) -> None:
        earlier, referral = heard(0, 1, 9), a_referral()
        referral.add_version(a_version(2, at=10), received_at=day(5))
        referral.add_version(a_version(1, at=5), received_at=day(5))

        assert [known.facts for known in known_before(referral, [earlier])] == [{"said": 3}]

    def test_leaves_out_what_was_referred_after_the_first_version(self) -> None:
        assert known_before(heard(5, 9), [heard(7)]) == []

    def test_leaves_out_what_was_referred_later(self) -> None:
        assert known_before(heard(5), [heard(5), heard(6)]) == []

    def test_leaves_out_what_was_withdrawn_even_later(self) -> None:
        earlier, referral = heard(0), heard(5)
        earlier.withdraw(day(8))

        assert known_before(referral, [earlier]) == []

    def test_leaves_out_a_referral_of_which_no_version_has_arrived(self) -> None:
        assert known_before(heard(5), [a_referral()]) == []

    def test_leaves_out_what_is_in_another_area_now(self) -> None:
        earlier, referral = heard(0), heard(5)
        earlier.add_version(a_version(2, at=8, area="riverside"), received_at=day(0))

        assert known_before(referral, [earlier]) == []

    def test_has_what_came_to_the_same_area_later_in_the_words_of_the_time(self) -> None:
        earlier, referral = a_referral(), heard(5)
        earlier.add_version(a_version(1, at=0, area="riverside", source=Source.SCHOOL), received_at=day(0))
        earlier.add_version(a_version(2, at=8, area="northside", source=Source.SCHOOL), received_at=day(0))

        [known] = known_before(referral, [earlier])

        assert (known.id, known.source, known.facts) == (earlier.id, Source.SCHOOL, {"said": 1})

    def test_leaves_out_a_referral_whose_area_was_not_stored(self) -> None:
        earlier, referral = a_referral(received_at=day(0)), heard(5)
        earlier.referral_versions[1] = ReferralVersion(version=1, stated_at=day(0), facts={}, area=None, source=None)

        assert known_before(referral, [earlier]) == []

    def test_is_newest_first_on_the_same_day_too(self) -> None:
        morning, evening, referral = heard(0), heard(0.3), heard(5)

        assert [one.id for one in known_before(referral, [morning, evening])] == [evening.id, morning.id]

    def test_is_nothing_for_a_referral_that_has_not_arrived(self) -> None:
        assert known_before(a_referral(), [heard(0)]) == []
