"""Each version of a referral is compared with the one before it: what makes a young person less safe raises an alarm.

Facts and ways of contact come by two topics, and versions in any order. Whatever came first, the same alarms are left:
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


def _compare(event: Event, part: Part, said: Mapping[str, Any], uow: ReviewUnitOfWork) -> None:
    referral_id, version = event["referral_id"], event["version"]
    held = uow.alarms.versions(referral_id, part)
    if version in held:
        return
    earlier = max((other for other in held if other < version), default=None)
    later = min((other for other in held if other > version), default=None)
    if earlier is not None:
        _settle(referral_id, version, part, reasons(part, held[earlier], said), uow)
    if later is not None:
        _settle(referral_id, later, part, reasons(part, said, held[later]), uow)
    uow.alarms.note_version(referral_id, part, version, said)


def _settle(referral_id: UUID, version: int, part: Part, found: Set[AlarmReason], uow: ReviewUnitOfWork) -> None:
    alarm, hours = uow.alarms.of_version(referral_id, version), uow.policy.alarm_hours
    if alarm is None:
        if found:
            _raise(referral_id, version, frozenset(found), uow)
    elif alarm.settle(part, found, at=uow.at, hours=hours):
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
    said = {"referral": str(alarm.referral_id), "reasons": sorted(alarm.reasons)}
    uow.audit(what, subject_type="alarm", subject_id=alarm.id, details=said)
