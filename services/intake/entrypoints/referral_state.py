"""A referral's progress as its referrer may see it."""

from datetime import datetime

from flask_babel import gettext as _

from services.contracts.codes import ProgressStep
from services.intake.entrypoints import labels
from services.platform.ui import dates

OPEN = (ProgressStep.RECEIVED, ProgressStep.BEING_READ)
"""No decision is recorded: a withdrawal waits for a reviewer to confirm it."""


def sentence(step: ProgressStep, *, withdrawn_at: datetime | None) -> str:
    """Returns the progress as a sentence that stays true until the next event."""
    if withdrawn_at is None:
        return labels.label(step)
    asked = dates.day(withdrawn_at)
    if step in OPEN:
        return str(_("You asked to withdraw this referral on %(day)s. A reviewer has not confirmed it yet.", day=asked))
    return str(_("%(state)s. You asked to withdraw this referral on %(day)s.", state=labels.label(step), day=asked))
