"""Reads and changes a referral for its own referrer: what the pages about one have in common."""

from typing import Any
from uuid import UUID

from services.intake.adapters import queries
from services.intake.application.amend_referral import AmendReferral
from services.intake.domain.referral import NoSuchReferral, Referral
from services.intake.entrypoints import caller
from services.intake.entrypoints.schema import content_from
from services.platform.web import current

_REASON = "own_referral"


def found(referral_id: UUID) -> Referral:
    """Raises NoSuchReferral unless the account that asks wrote it."""
    referral = queries.referral_of(current.reading(), referral_id, caller.referred_by(current.identity()))
    if referral is None:
        raise NoSuchReferral
    return referral


def read(referral_id: UUID) -> Referral:
    """The same, to show personal data: the read is audited."""
    with current.transaction() as transaction:
        referral = queries.referral_of(transaction.connection, referral_id, caller.referred_by(current.identity()))
        if referral is None:
            raise NoSuchReferral
        transaction.audit("referral.read", subject_type="referral", subject_id=referral_id, reason=_REASON)
    return referral


def amend(referral_id: UUID, values: dict[str, Any], version: int) -> str:
    """Change the version that the page was filled from. Returns the `changed` parameter of the next page: "yes" or "no".

    Raises what `amend_referral` raises.
    """
    command = _amendment(referral_id, values, version)
    referral: Referral = current.handle(command)
    return "no" if referral.version == command.expected_version else "yes"


def _amendment(referral_id: UUID, values: dict[str, Any], version: int) -> AmendReferral:
    identity = current.identity()
    place = caller.place(identity, area=values["area"], site=values.get("site")) if values.get("area") else None
    return AmendReferral(
        referral_id=referral_id,
        expected_version=version,
        content=content_from(values),
        asking=caller.referred_by(identity),
        area=place.area if place else None,
        site=values.get("site"),
    )
