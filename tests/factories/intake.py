"""Referrals for tests: the least that is accepted, and what the test is about."""

from datetime import date
from typing import Any
from uuid import uuid4

from services.contracts.codes import (
    Answer,
    DisclosureGateway,
    LawfulBasis,
    OrganisationClass,
    RecipientClass,
    Source,
    WhatHappened,
)
from services.intake.application.receive_referral import ReceiveReferral
from services.intake.domain.content import Basis, Content, YoungPerson
from services.intake.domain.referral import ReferredBy
from services.intake.domain.viewer import Viewer


def somebody(**who: Any) -> YoungPerson:
    aged = {} if who.keys() & {"date_of_birth", "age_about"} else {"age_not_known": True}
    return YoungPerson(**aged, **who)


def a_basis(
    recipient: RecipientClass = RecipientClass.TRIAGE,
    basis: LawfulBasis = LawfulBasis.SAFEGUARDING,
    *,
    gateway: DisclosureGateway | None = None,
    given_by: str | None = None,
    expires_on: date | None = None,
) -> Basis:
    return Basis(recipient_class=recipient, basis=basis, gateway=gateway, given_by=given_by, expires_on=expires_on)


def a_content(**changes: Any) -> Content:
    given = {
        "what_happened": (WhatHappened.KNIFE_OR_SHARP_OBJECT,),
        "immediate_danger": Answer.NO,
        "bases": (a_basis(),),
        "young_person": somebody(age_about=15),
    }
    return Content(**given | changes)


def a_referrer(organisation: OrganisationClass = OrganisationClass.HEALTH) -> ReferredBy:
    return ReferredBy(staff_id=uuid4(), organisation_id=uuid4(), organisation_class=organisation)


def a_receipt(
    content: Content | None = None, *, by: ReferredBy | None = None, area: str = "northside"
) -> ReceiveReferral:
    return ReceiveReferral(
        content=content or a_content(),
        source=Source.AE_NAVIGATOR,
        referred_by=by or a_referrer(),
        area=area,
    )


def a_viewer(*areas: str, **changes: Any) -> Viewer:
    """A reviewer of the partnership, of these areas or of Northside."""
    given = {
        "staff_id": uuid4(),
        "organisation_class": OrganisationClass.LOCAL_AUTHORITY,
        "areas": frozenset(areas or ("northside",)),
    }
    return Viewer(**given | changes)
