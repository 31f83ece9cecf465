"""How old the young person is, and whether Waymark is for them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.codes import AgeBasis
from services.intake.application.receive_referral import receive_referral
from services.intake.domain.age import (
    Age,
    AgeOutOfScope,
    AgesDisagree,
    AgeUnanswered,
    BornInTheFuture,
    Scope,
    age_of,
    years_old,
)
from tests.factories.intake import a_content, a_receipt, somebody
from tests.fakes.intake import FakeUnitOfWork

TODAY = date(2026, 11, 22)
SCOPE = Scope(youngest=10, oldest=25, younger="For a younger child go there", older="For somebody older go there")


def age(*, born: date | None = None, about: int | None = None, not_known: bool = False, disputed: bool = False) -> Age:
    return age_of(born=born, about=about, not_known=not_known, disputed=disputed, on=TODAY, scope=SCOPE)


class TestAge:
    def test_about_15_is_an_estimate(self) -> None:
        assert age(about=15) == Age(years=15, basis=AgeBasis.ESTIMATED)

    def test_not_known_is_an_answer(self) -> None:
        assert age(not_known=True) == Age(years=None, basis=AgeBasis.NOT_KNOWN)

    def test_disputed_is_said_of_a_date_of_birth_too(self) -> None:
        assert age(born=date(2011, 3, 27), disputed=True).basis is AgeBasis.DISPUTED

    def test_must_be_answered(self) -> None:
        with pytest.raises(AgeUnanswered):
            age()

    def test_cannot_be_known_and_not_known(self) -> None:
        with pytest.raises(AgeUnanswered):
            age(about=15, not_known=True)

    def test_may_be_off_by_one_from_the_date_of_birth_and_no_more(self) -> None:
        assert age(born=date(2011, 3, 27), about=16).years == 15
        with pytest.raises(AgesDisagree):
            age(born=date(2011, 3, 27), about=17)

    def test_of_somebody_born_tomorrow_is_refused(self) -> None:
        with pytest.raises(BornInTheFuture):
            age(born=date(2026, 11, 23))


class TestScope:
    @pytest.mark.parametrize("born", [date(2016, 11, 22), date(2000, 11, 23)])
    def test_holds_the_tenth_birthday_and_the_last_day_of_25(self, born: date) -> None:
        assert age(born=born).years in (10, 25)

    @pytest.mark.parametrize(
        ("born", "signpost"), [(date(2016, 11, 23), SCOPE.younger), (date(2000, 11, 22), SCOPE.older)]
    )
    def test_ends_there_with_a_signpost_where_to_go(self, born: date, signpost: str) -> None:
        with pytest.raises(AgeOutOfScope) as refused:
            age(born=born)

        assert refused.value.detail == signpost
        assert [error.pointer for error in refused.value.errors] == ["/young_person/date_of_birth"]

    @pytest.mark.parametrize("years", [9, 26, 0, 120])
    def test_holds_for_a_stated_age_too(self, years: int) -> None:
        with pytest.raises(AgeOutOfScope):
            age(about=years)

    def test_turns_at_midnight_in_london(self) -> None:
        """On 1 June London is an hour ahead: 23:30 UTC on the eve is the birthday itself."""
        born = a_content(young_person=somebody(date_of_birth=date(2016, 6, 1)))

        with pytest.raises(AgeOutOfScope):
            receive_referral(a_receipt(born), FakeUnitOfWork(at=datetime(2026, 5, 31, 22, 30, tzinfo=UTC)))
        received = receive_referral(a_receipt(born), FakeUnitOfWork(at=datetime(2026, 5, 31, 23, 30, tzinfo=UTC)))

        assert received.age.years == 10


class TestYearsOld:
    @pytest.mark.parametrize(
        ("on", "years"), [(date(2026, 2, 28), 13), (date(2026, 3, 1), 14), (date(2028, 2, 29), 16)]
    )
    def test_somebody_born_on_29_february_turns_on_1_march_of_a_common_year(self, on: date, years: int) -> None:
        assert years_old(date(2012, 2, 29), on) == years

    @given(st.dates(date(1990, 1, 1), date(2020, 1, 1)), st.dates(date(2020, 1, 1), date(2040, 1, 1)))
    def test_never_falls_with_time(self, born: date, on: date) -> None:
        later = date.fromordinal(on.toordinal() + 1)

        assert years_old(born, later) - years_old(born, on) in (0, 1)
