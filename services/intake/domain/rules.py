"""Rules across the fields of one version of a referral."""

from collections.abc import Iterator
from datetime import date, datetime

from services.contracts.codes import OrganisationClass, PoliceTold, Told
from services.intake.domain.content import Content
from services.intake.domain.contradictions import new_contradictions
from services.platform.errors import FieldError, Invalid
from services.platform.i18n import N_

LONG_AGO_YEARS = 3


class AnswersDisagree(Invalid):
    """Two answers contradict each other, or a required reason is missing."""


class NotForThisOrganisation(Invalid):
    """Only a police organisation may record what the police found."""

    title = N_("Only a police organisation can answer this")


def check_answers(
    content: Content,
    *,
    referring: OrganisationClass | None,
    at: datetime,
    today: date,
    before: Content | None = None,
) -> None:
    """Raises AnswersDisagree or NotForThisOrganisation. `today` is the day in London; `before` the version before."""
    if content.facts.get("weapon_found_by_police_on") is not None:
        _check_weapon_found(content, referring, today)
    faults = [*_times(content, at), *_reasons(content)]
    faults += [error for found in new_contradictions(content, before, at=at) for error in found.errors]
    if faults:
        raise AnswersDisagree(errors=faults)


def notices(content: Content, *, at: datetime) -> list[str]:
    """What a reader of the referral should look at twice, as short words."""
    found = []
    if content.young_person.name and mixes_scripts(content.young_person.name):
        found.append("The name mixes letters of different alphabets.")
    happened = content.incident.happened_at
    if happened is not None and (at - happened).days > LONG_AGO_YEARS * 365:
        found.append("It happened more than three years before the referral.")
    return found


def mixes_scripts(name: str) -> bool:
    """Whether Latin letters stand beside Greek or Cyrillic ones, which look the same and are not."""
    letters = [character for character in name if character.isalpha()]
    latin = any(character <= "\u024f" for character in letters)
    lookalike = any("\u0370" <= character <= "\u052f" for character in letters)
    return latin and lookalike


def _check_weapon_found(content: Content, referring: OrganisationClass | None, today: date) -> None:
    pointer = "/facts/weapon_found_by_police_on"
    if referring is not OrganisationClass.POLICE:
        sentence = N_("Only a police organisation can record that the police found a weapon")
        raise NotForThisOrganisation(errors=[FieldError(pointer, sentence)])
    if content.facts["weapon_found_by_police_on"] > today:
        raise AnswersDisagree(errors=[FieldError(pointer, N_("The day must be today or in the past"))])


def _times(content: Content, at: datetime) -> Iterator[FieldError]:
    incident, offer = content.incident, content.offer
    past = N_("The time must be in the past")
    for pointer, timestamp in (
        ("/incident/happened_at", incident.happened_at),
        ("/incident/arrived_at", incident.arrived_at),
        ("/offer/made_at", offer.made_at),
    ):
        if timestamp is not None and timestamp > at:
            yield FieldError(pointer, past)
    born = content.young_person.date_of_birth
    if born is not None and incident.happened_at is not None and incident.happened_at.date() <= born:
        yield FieldError("/incident/happened_at", N_("It cannot have happened before the young person was born"))
    if incident.happened_at and incident.arrived_at and incident.arrived_at < incident.happened_at:
        yield FieldError("/incident/arrived_at", N_("They cannot have arrived before it happened"))
    leaves = incident.discharge_expected_at
    if leaves and incident.arrived_at and leaves < incident.arrived_at:
        yield FieldError("/incident/discharge_expected_at", N_("They cannot leave before they arrived"))


def _reasons(content: Content) -> Iterator[FieldError]:
    if content.disclosure.young_person is Told.NO and not content.disclosure.reason:
        yield FieldError("/told/reason", N_("Say why the young person was not told"))
    if content.police.told is PoliceTold.DECIDED_NOT and not content.police.reason:
        yield FieldError("/police/reason", N_("Say why you decided not to tell the police"))
