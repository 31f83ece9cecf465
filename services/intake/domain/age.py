"""The young person's age, how it is known, and whether it is in scope."""

from dataclasses import dataclass
from datetime import date

from services.contracts.codes import AgeBasis
from services.platform.errors import FieldError, Invalid
from services.platform.i18n import N_

ASK = N_("Enter a date of birth or an age, or say that it is not known")
_TYPED_AGE_TOLERANCE = 1


class AgeUnanswered(Invalid):
    """No answer about the age, or "not known" together with an age or date of birth."""

    title = N_("Say how old the young person is")


class AgesDisagree(Invalid):
    title = N_("The age and the date of birth do not agree")


class BornInTheFuture(Invalid):
    title = N_("The date of birth is in the future")


class AgeOutOfScope(Invalid):
    """Younger or older than the scope. `detail` names the service to use instead."""

    title = N_("The young person is outside the ages Waymark is for")


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The minimum and maximum age of a referral in years, both inclusive, and the signpost for other ages."""

    youngest: int
    oldest: int
    younger: str
    older: str


@dataclass(frozen=True, kw_only=True)
class Age:
    years: int | None
    basis: AgeBasis


def age_of(*, born: date | None, about: int | None, not_known: bool, disputed: bool, on: date, scope: Scope) -> Age:
    """Returns the age on a day. An unknown age is in scope. Raises one of the errors above."""
    _require_one_answer(born=born, about=about, not_known=not_known)
    years = about if born is None else years_old(born, on)
    if years is None:
        return Age(years=None, basis=AgeBasis.NOT_KNOWN)
    if years < 0:
        raise BornInTheFuture(errors=[_at("date_of_birth", N_("Date of birth must be in the past"))])
    if about is not None and abs(years - about) > _TYPED_AGE_TOLERANCE:
        raise AgesDisagree(errors=[_at("age_about", N_("The age and the date of birth do not agree: leave one out"))])
    _require_in_scope(years, "date_of_birth" if born else "age_about", scope)
    if disputed:
        return Age(years=years, basis=AgeBasis.DISPUTED)
    return Age(years=years, basis=AgeBasis.ESTIMATED if born is None else AgeBasis.DATE_OF_BIRTH)


def years_old(born: date, on: date) -> int:
    """Returns whole years. A person born on 29 February turns a year older on 1 March of a common year."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _require_one_answer(*, born: date | None, about: int | None, not_known: bool) -> None:
    known = born is not None or about is not None
    if known and not_known:
        sentence = N_("Give an age or date of birth, or say that it is not known, not both")
        raise AgeUnanswered(errors=[_at("age_not_known", sentence)])
    if not known and not not_known:
        raise AgeUnanswered(errors=[_at("date_of_birth", ASK)])


def _require_in_scope(years: int, field: str, scope: Scope) -> None:
    if not scope.youngest <= years <= scope.oldest:
        signpost = scope.younger if years < scope.youngest else scope.older
        raise AgeOutOfScope(signpost, errors=[_at(field, signpost)])


def _at(field: str, detail: str) -> FieldError:
    return FieldError(f"/young_person/{field}", detail)
