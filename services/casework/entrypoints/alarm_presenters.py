"""Presenters of alarms: a list, one page, and the notice above a review or case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from services.casework.adapters.alarm_queries import ActionView, AlarmRow, AlarmView
from services.casework.domain.alarm import AlarmReason, AlarmState
from services.casework.entrypoints.case_due import Due, due
from services.casework.entrypoints.case_labels import label
from services.platform.ui import dates

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class AlarmItem:
    href: str
    who: str
    reference: str
    due: Due
    tags: list[Row]
    raised: str


@dataclass(frozen=True, kw_only=True)
class AlarmPage:
    href: str
    list_href: str
    title: str
    caption: str
    due: Due | None
    tags: list[Row]
    raised: str
    version: int
    is_open: bool
    review_href: str | None
    case_href: str | None
    actions: list[Row]


def item(row: AlarmRow, now: datetime) -> AlarmItem:
    return AlarmItem(
        href=_href(row),
        who=_who(row),
        reference=row.reference,
        due=due(row.due_at, now),
        tags=tags(row.reasons),
        raised=dates.timestamp(row.raised_at),
    )


def page(row: AlarmRow, view: AlarmView, now: datetime) -> AlarmPage:
    still_open = row.state is AlarmState.OPEN
    return AlarmPage(
        href=_href(row),
        list_href=url_for("alarms.waiting"),
        title=_("Alarm: act now") if still_open else _("Alarm: acted on"),
        caption=_("Referral %(reference)s, %(who)s", reference=row.reference, who=_who(row)),
        due=due(row.due_at, now) if still_open else None,
        tags=tags(row.reasons),
        raised=dates.timestamp(row.raised_at),
        version=row.version,
        is_open=still_open,
        review_href=url_for("reviews.show", review_id=row.review_id) if row.review_id else None,
        case_href=url_for("cases.show", case_id=row.case_id) if row.case_id else None,
        actions=[_action(action) for action in view.actions],
    )


def above(alarms: Sequence[AlarmView], now: datetime) -> list[Row]:
    """Returns the open alarms, for the top of a review or case."""
    return [
        {
            "href": url_for("alarms.show", alarm_id=alarm.id),
            "tags": tags(alarm.reasons),
            "due": due(alarm.due_at, now),
            "raised": dates.timestamp(alarm.raised_at),
        }
        for alarm in alarms
        if alarm.state is AlarmState.OPEN
    ]


def history(alarms: Sequence[AlarmView]) -> list[Row]:
    """Returns every alarm of the referral with its actions, newest first."""
    return [
        {
            "href": url_for("alarms.show", alarm_id=alarm.id),
            "reasons": reasons(alarm.reasons),
            "raised": dates.timestamp(alarm.raised_at),
            "actions": [_action(action) for action in alarm.actions],
        }
        for alarm in alarms
    ]


def tags(codes: Sequence[AlarmReason]) -> list[Row]:
    return [{"text": label(code), "colour": "red"} for code in codes]


def reasons(codes: Sequence[AlarmReason]) -> str:
    return "; ".join(label(code) for code in codes)


def _action(action: ActionView) -> Row:
    by = action.acted_by_name or _("A member of staff")
    return {
        "done": action.done,
        "by": _("%(name)s, %(timestamp)s", name=by, timestamp=dates.timestamp(action.acted_at)),
    }


def _href(row: AlarmRow) -> str:
    return url_for("alarms.show", alarm_id=row.id)


def _who(row: AlarmRow) -> str:
    return row.initials if row.initials and row.initials != "–" else str(_("Name not known"))
