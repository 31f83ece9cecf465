"""The need-to-know rule of matches as a condition of the query: what it leaves out looks like what does not exist."""

from typing import Any

import sqlalchemy as sa

from services.contracts.codes import OrganisationClass, RecipientClass, WithdrawalReason
from services.intake.adapters.tables import bases, matches, referrals
from services.intake.domain.lawful_basis import CONSENT
from services.intake.domain.viewer import Viewer


def visible_to(viewer: Viewer) -> sa.ColumnElement[bool]:
    """Returns the condition that the viewer may see the match of the row: both of its referrals are visible to them."""
    if viewer.organisation_class is OrganisationClass.POLICE:
        return sa.false()
    return referral_visible_to(matches.c.earlier_id, viewer) & referral_visible_to(matches.c.later_id, viewer)


def referral_visible_to(referral_id: sa.Column[Any], viewer: Viewer) -> sa.ColumnElement[bool]:
    """Returns the condition that a referral is in the viewer's areas, shared with triage and made by another account."""
    if viewer.organisation_class is OrganisationClass.POLICE:
        return sa.false()
    one = referrals.alias()
    made_by_another = one.c.referred_by.is_(None) | (one.c.referred_by != viewer.staff_id)
    return (
        sa.select(one.c.id)
        .where(one.c.id == referral_id, one.c.area.in_(viewer.areas), made_by_another, _shared_with_triage(one.c.id))
        .correlate(referral_id.table)
        .exists()
    )


def hidden(referral_id: sa.ColumnElement[object]) -> sa.ColumnElement[bool]:
    """Returns the condition that consent was withdrawn and no other basis lets reviewers see the identity."""
    one = referrals.alias()
    taken_back = sa.exists().where(
        one.c.id == referral_id, one.c.withdrawal_reason == WithdrawalReason.CONSENT_WITHDRAWN
    )
    return sa.and_(taken_back, ~_shared_with_triage(referral_id, bases.c.basis.not_in(CONSENT)))


def _shared_with_triage(
    referral_id: sa.ColumnElement[object], *which: sa.ColumnElement[bool]
) -> sa.ColumnElement[bool]:
    """Whether the newest version has a basis for triage: it never ends but by a newer version. Each version has bases."""
    every = bases.alias()
    of_the_same = every.c.referral_id == bases.c.referral_id
    newest = sa.select(sa.func.max(every.c.version)).where(of_the_same).scalar_subquery()
    return sa.exists().where(
        bases.c.referral_id == referral_id,
        bases.c.version == newest,
        bases.c.recipient_class == RecipientClass.TRIAGE,
        *which,
    )
