"""A referral as its referrer wrote it, in the form in which it was sent: they can change it and send it back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from services.intake.domain.referral import Referral
from services.intake.entrypoints.fields import NOT_KNOWN

_OURS = ("answers_question", "answered")


def written(referral: Referral) -> dict[str, Any]:
    """The values of the schema, as its `load` takes them but not yet as JSON: times are times."""
    content = referral.content
    values = {name: _without_empty(value) for name, value in asdict(content).items() if name not in _OURS}
    values["told"] = values.pop("disclosure")
    values["what_happened"] = [code.value for code in content.what_happened] or [NOT_KNOWN]
    values["contact"]["safe"] = [way.value for way in content.contact.safe] or [NOT_KNOWN]
    values["area"], values["site"] = referral.area, referral.site
    return {name: value for name, value in values.items() if value not in (None, {}, [])}


def representation(referral: Referral) -> dict[str, Any]:
    """The referral as the API gives it: what was written, and what only we set."""
    progress, withdrawal = referral.progress, referral.withdrawal
    ours = {
        "id": str(referral.id),
        "reference": referral.reference,
        "version": referral.version,
        "source": referral.source.value,
        "received_at": referral.received_at.isoformat(),
        "step": progress.step.value,
        "question": progress.question.value if progress.question else None,
        "question_id": str(progress.question_id) if progress.question_id else None,
        "withdrawn_at": withdrawal.at.isoformat() if withdrawal else None,
    }
    written_now = {name: value for name, value in written(referral).items() if name != "answer"}
    return {**ours, "referral": as_json(written_now)}


def as_json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: as_json(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(inner) for inner in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def _without_empty(value: Any) -> Any:
    """Drops the fields that were left empty."""
    if isinstance(value, Mapping):
        filled = {name: _without_empty(inner) for name, inner in value.items()}
        return {name: inner for name, inner in filled.items() if inner not in (None, [], {}) and inner is not False} | {
            name: False for name, inner in filled.items() if inner is False and not name.startswith("age_")
        }
    if isinstance(value, list | tuple):
        return [_without_empty(inner) for inner in value]
    return value
