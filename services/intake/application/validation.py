"""The rules that a version of a referral must pass, whether it is the first or an amendment."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from services.contracts.codes import OrganisationClass
from services.intake.application.ports import UnitOfWork
from services.intake.domain.age import Age, age_of
from services.intake.domain.content import Content
from services.intake.domain.lawful_basis import check_bases
from services.intake.domain.nhs_number import NotAnNhsNumber, nhs_number
from services.intake.domain.rules import check_answers
from services.platform.errors import ApplicationError, FieldError, Invalid

_LONDON = ZoneInfo("Europe/London")
_T = TypeVar("_T")


class AnswersRefused(Invalid):
    """Several rules are broken; `errors` has all of them."""


def check(
    content: Content,
    *,
    referring: OrganisationClass | None,
    referred_at: datetime,
    uow: UnitOfWork,
    before: Content | None = None,
) -> Age:
    """The age on the day of the referral. Raises the error of the rule broken, or AnswersRefused for several."""
    faults: list[ApplicationError] = []
    age = _collect(faults, lambda: _age(content, referred_at, uow))
    today = _day(uow.at)
    _collect(faults, lambda: check_answers(content, referring=referring, at=uow.at, today=today, before=before))
    organisation_classes = uow.teams.organisation_classes()
    bases_before = before.bases if before else ()
    _collect(
        faults,
        lambda: check_bases(
            content,
            referring=referring,
            organisation_classes=organisation_classes,
            today=today,
            bases_before=bases_before,
        ),
    )
    _collect(faults, lambda: _check_nhs_number(content, uow))
    if len(faults) > 1:
        raise AnswersRefused(errors=[error for fault in faults for error in fault.errors])
    if faults or age is None:
        raise faults[0]
    return age


def _collect(faults: list[ApplicationError], rule: Callable[[], _T]) -> _T | None:
    try:
        return rule()
    except ApplicationError as fault:
        faults.append(fault)
        return None


def _age(content: Content, referred_at: datetime, uow: UnitOfWork) -> Age:
    young_person = content.young_person
    return age_of(
        born=young_person.date_of_birth,
        about=young_person.age_about,
        not_known=young_person.age_not_known,
        disputed=young_person.age_disputed,
        on=_day(referred_at),
        scope=uow.policy.scope,
    )


def _check_nhs_number(content: Content, uow: UnitOfWork) -> None:
    """The field lets numbers of the test range through; whether they are good here is settled by the policy."""
    number = content.young_person.nhs_number
    if number is None:
        return
    try:
        nhs_number(number, test_numbers=uow.policy.test_nhs_numbers)
    except NotAnNhsNumber as fault:
        raise NotAnNhsNumber(errors=[FieldError("/young_person/nhs_number", fault.detail)]) from None


def _day(timestamp: datetime) -> date:
    return timestamp.astimezone(_LONDON).date()
