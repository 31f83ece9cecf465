"""Compares each version of a referral with the one before it and raises alarms for what makes a young person less safe.

Facts and contact details arrive on two topics, and versions in any order. The result does not depend on the order:
each version is compared with the nearest earlier one that has arrived, and again when one between them arrives.
"""

from collections.abc import Mapping, Set
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.casework.application.review_ports import Event, ReviewUnitOfWork
from services.casework.domain.alarm import Alarm, AlarmReason, reasons
from services.casework.domain.referral_changes import Part


def compare_facts(event: Event, uow: ReviewUnitOfWork) -> None:
    """Call before the version is stored."""
    _compare(event, Part.FACTS, event, uow)


def compare_identity(event: Event, uow: ReviewUnitOfWork) -> None:
    """Call before the version is stored."""
    _compare(event, Part.IDENTITY, event, uow)


def _compare(event: Event, part: Part, content: Mapping[str, Any], uow: ReviewUnitOfWork) -> None:
    referral_id, version = event["referral_id"], event["version"]
    stored = uow.alarms.versions(referral_id, part)
    if version in stored:
        return
    earlier = max((other for other in stored if other < version), default=None)
    later = min((other for other in stored if other > version), default=None)
    if earlier is not None:
        _update_alarm(referral_id, version, part, reasons(part, stored[earlier], content), uow)
    if later is not None:
        _update_alarm(referral_id, later, part, reasons(part, content, stored[later]), uow)
    uow.alarms.add_version(referral_id, part, version, content)


def _update_alarm(referral_id: UUID, version: int, part: Part, found: Set[AlarmReason], uow: ReviewUnitOfWork) -> None:
    alarm, hours = uow.alarms.of_version(referral_id, version), uow.policy.alarm_hours
    if alarm is None:
        if found:
            _raise(referral_id, version, frozenset(found), uow)
    elif alarm.update_reasons(part, found, at=uow.at, hours=hours):
        if alarm.reasons:
            uow.alarms.save(alarm)
        else:
            uow.alarms.remove(alarm)
        _audit("alarm.changed", alarm, uow)


def _raise(referral_id: UUID, version: int, found: frozenset[AlarmReason], uow: ReviewUnitOfWork) -> None:
    alarm = Alarm(
        id=uow.new_id(),
        referral_id=referral_id,
        referral_version=version,
        reasons=found,
        raised_at=uow.at,
        due_at=uow.at + timedelta(hours=uow.policy.alarm_hours),
    )
    uow.alarms.add(alarm)
    _audit("alarm.raised", alarm, uow)


def _audit(what: str, alarm: Alarm, uow: ReviewUnitOfWork) -> None:
    content = {"referral": str(alarm.referral_id), "reasons": sorted(alarm.reasons)}
    uow.audit(what, subject_type="alarm", subject_id=alarm.id, details=content)
