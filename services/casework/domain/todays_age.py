"""A young person's age today. A referral states the age on the day of the referral."""

from datetime import date

from services.contracts.codes import AgeBasis

_FROM_A_DATE_OF_BIRTH = (AgeBasis.DATE_OF_BIRTH, AgeBasis.DISPUTED)


def todays_age(stated: int | None, basis: AgeBasis, born: date | None, *, on: date) -> int | None:
    """Returns the age on this day in London, or the stated age if the date of birth is unknown or has not arrived."""
    if born is None or basis not in _FROM_A_DATE_OF_BIRTH:
        return stated
    # Somebody born on 29 February turns a year older on 1 March of a common year.
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
