"""Projections of other services' events. The highest version wins, whatever the arrival order."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters import changes
from services.casework.adapters.bases import end_consent, replace_bases
from services.casework.adapters.case_tables import cases
from services.casework.adapters.persons import Attribution, SqlPersons
from services.casework.adapters.received_versions import SqlReceivedVersions
from services.casework.adapters.referral_history import SqlReferralHistory, stated_at
from services.casework.adapters.review_queries import disclosing, hidden_from, subject, teams_known
from services.casework.adapters.review_repository import SqlReviewRepository
from services.casework.adapters.review_tables import follow_ups, matches, model_descriptions, withdrawals
from services.casework.adapters.second_reviewer import another_reviews
from services.casework.adapters.tables import (
    bases,
    identities,
    narratives,
    referrals,
    staff,
    staff_areas,
    staff_roles,
    staff_teams,
    teams,
)
from services.casework.application.review_ports import Event
from services.casework.domain.case_clock import london_day
from services.casework.domain.change import ChangeKind
from services.casework.domain.disclosure import Disclosing
from services.casework.domain.review import FactsNow, Review
from services.casework.domain.review_reader import ReviewReader
from services.casework.domain.routing import Subject, Team
from services.casework.domain.withdrawal import ConsentEnded, Withdrawal
from services.contracts.codes import Answer, DisclosureGateway, LawfulBasis, RecipientClass
from services.contracts.intake import Facts, IdentityRecordedV1
from services.contracts.scoring import ModelDescribedV2
from services.platform.db.batch import Batch
from services.platform.db.upsert import insert_or_ignore, or_newer
from services.platform.initials import initials

_facts = Facts()
_CIRCUMSTANCES = (
    "site", "told_young_person", "police_told", "arrived_at", "discharge_expected_at", "patient_information",
)  # fmt: skip


class SqlProjections:
    def __init__(self, batch: Batch, *, at: datetime) -> None:
        self._batch = batch
        self._connection = batch.connection
        self._at = at
        self._persons = batch.shared(SqlPersons)
        self._received_versions = batch.shared(SqlReceivedVersions)
        self._history = SqlReferralHistory(batch)

    def apply_staff(self, event: Event) -> bool:
        names = ("version", "display_name", "organisation_id", "organisation_class", "active")
        row = {"id": event["staff_id"], "roles_known": True} | {name: event[name] for name in names}
        if not self._newer(staff, row, key="id"):
            return False
        lists = ((staff_teams, "team_id", "teams"), (staff_roles, "role", "roles"), (staff_areas, "area", "areas"))
        for table, column, name in lists:
            self._connection.execute(sa.delete(table).where(table.c.staff_id == row["id"]))
            known = [{"staff_id": row["id"], column: value} for value in set(event[name])]
            if known:
                self._connection.execute(sa.insert(table), known)
        return True

    def apply_team(self, event: Event) -> None:
        self._newer(teams, {"id": event["team_id"]} | _of(event, teams), key="id")

    def apply_identity(self, event: Event) -> None:
        row = {
            "referral_id": event["referral_id"],
            "version": event["version"],
            "name": event["name"],
            "initials": initials(event["name"]),
            "date_of_birth": event["date_of_birth"],
            "details": _needed(IdentityRecordedV1.encode(event)),
        }
        self._history.add_identity(row)
        self._batch.later(or_newer(identities, self._connection.dialect.name), row)

    def apply_narrative(self, event: Event) -> None:
        row = _of(event, narratives)
        self._history.add_narrative(row)
        self._batch.later(or_newer(narratives, self._connection.dialect.name), row)

    def apply_match(self, event: Event) -> None:
        first, second = event["referral_ids"]
        row = {"id": event["match_id"], "first_referral_id": first, "second_referral_id": second}
        if self._newer(matches, row | _of(event, matches), key="id"):
            for referral_id, attribution in from_match(event):
                self._is_about(referral_id, self._persons.latest(referral_id, attribution))

    def apply_model(self, event: Event) -> None:
        content = ModelDescribedV2.encode(event)
        row = {"model_version": event["model_version"], "version": event["version"], "content": content}
        self._newer(model_descriptions, row, key="model_version")

    def apply_referral(self, event: Event) -> bool:
        row = _of(event, referrals) | {
            "id": event["referral_id"],
            "person_id": self._persons.latest(event["referral_id"], from_referral(event)),
            "referred_by_staff_id": event["referred_by"]["staff_id"],
            "referred_by_class": event["referred_by"]["organisation_class"],
            "facts": _facts.dump(event["facts"]),
            "circumstances": {name: _plain(event[name]) for name in _CIRCUMSTANCES},
        }
        self._history.add_facts(row, stated_at=stated_at(event))
        first = not self._received_versions.referral(row["id"])
        if not self._received_versions.save(row):
            return False
        withdrawal = self._received_versions.withdrawal(row["id"])
        replace_bases(
            self._batch,
            row["id"],
            event["bases"],
            self._at,
            stated_at=event["amended_at"] or event["received_at"],
            ended=withdrawal.consent_ended if withdrawal else ConsentEnded(),
            first=first,
        )
        return True

    def apply_withdrawal(self, event: Event) -> bool:
        before = self._received_versions.withdrawal(event["referral_id"])
        is_new = self._newer(withdrawals, _of(event, withdrawals), key="referral_id")
        if is_new:
            now = Withdrawal(reason=event["reason"], withdrawn_at=event["withdrawn_at"])
            if before is not None:
                now = replace(before, reason=now.reason, withdrawn_at=now.withdrawn_at)
            self._received_versions.withdrawn(event["referral_id"], event["version"], now)
            if now.is_of_consent:
                end_consent(self._connection, event["referral_id"], now.consent_ended)
        return is_new

    def withdrawal(self, referral_id: UUID) -> Withdrawal | None:
        return self._received_versions.withdrawal(referral_id)

    def confirm_withdrawal(self, referral_id: UUID, *, by: UUID, readable_until: datetime) -> None:
        known = self._received_versions.withdrawal(referral_id)
        assert known is not None  # noqa: S101 (a withdrawal is confirmed only after it was requested)
        now = replace(known, confirmed_at=self._at, confirmed_by=by, readable_until=readable_until)
        theirs = sa.update(withdrawals).where(withdrawals.c.referral_id == referral_id)
        confirmed = {"confirmed_at": self._at, "confirmed_by": by, "readable_until": readable_until}
        version = self._connection.execute(theirs.values(**confirmed).returning(withdrawals.c.version)).scalar_one()
        self._received_versions.withdrawn(referral_id, version, now)
        if now.is_of_consent:
            end_consent(self._connection, referral_id, now.consent_ended)

    def do_not_contact(self, referral_id: UUID) -> frozenset[str]:
        found = sa.select(identities.c.details).where(identities.c.referral_id == referral_id)
        details = self._connection.execute(found).scalar_one_or_none() or {}
        return frozenset(details.get("do_not_contact") or ())

    def person_of(self, referral_id: UUID) -> UUID:
        return self._persons.of(referral_id)

    def change_to_read(self, review: Review, *, referral_version: int, kind: ChangeKind) -> None:
        case_id = self._connection.execute(sa.select(cases.c.id).where(cases.c.review_id == review.id)).scalar()
        row = {
            "referral_id": review.referral_id,
            "referral_version": referral_version,
            "kind": kind,
            "review_id": review.id,
            "case_id": case_id,
            "arrived_at": self._at,
        }
        insert_or_ignore(self._connection, follow_ups, row)

    def change_read_in_case(self, case_id: UUID, referral_version: int, *, by: UUID) -> bool:
        c = follow_ups.c
        theirs = sa.exists().where(cases.c.id == case_id, cases.c.assignee_id == by)
        return self._read(
            by, c.referral_version == referral_version, changes.unread_in_case(sa.literal(case_id)), theirs
        )

    def change_read(self, referral_id: UUID, referral_version: int, kind: ChangeKind, *, reader: ReviewReader) -> bool:
        c = follow_ups.c
        this = sa.and_(c.referral_id == referral_id, c.referral_version == referral_version, c.kind == kind)
        return self._read(reader.staff_id, this, changes.unread_by(reader))

    def hidden_from(self, review_id: UUID) -> RecipientClass | None:
        return hidden_from(self._connection, review_id)

    def facts_now(self, referral_id: UUID) -> FactsNow:
        c = referrals.c
        found = sa.select(c.version, c.area, c.facts, c.circumstances).where(c.id == referral_id)
        row = self._connection.execute(found).one()
        danger = row.facts.get("immediate_danger") == Answer.YES
        leaves = row.circumstances.get("discharge_expected_at")
        leaves_at = datetime.fromisoformat(leaves) if leaves else None
        return FactsNow(version=row.version, area=row.area, danger=danger, leaves_at=leaves_at)

    def subject(self, referral_id: UUID) -> Subject:
        return subject(self._connection, referral_id, on=london_day(self._at))

    def teams(self) -> Collection[Team]:
        return teams_known(self._connection)

    def other_reviewer(self, area: str, *, besides: Collection[UUID | None]) -> bool:
        return another_reviews(self._connection, area, besides=besides)

    def disclosing(self, referral_id: UUID) -> Disclosing:
        return disclosing(self._connection, referral_id)

    def add_basis(
        self,
        referral_id: UUID,
        recipient: RecipientClass,
        basis: LawfulBasis,
        *,
        gateway: DisclosureGateway | None,
        by: UUID,
        reason: str,
    ) -> bool:
        row = {"referral_id": referral_id, "recipient_class": recipient, "basis": basis, "by_reviewer": True}
        return insert_or_ignore(self._connection, bases, row | {"gateway": gateway, "added_by": by, "reason": reason})

    def _is_about(self, referral_id: UUID, person_id: UUID) -> None:
        """Updates the person of a referral. Versions do not change, because nothing that was decided changes."""
        if not self._received_versions.referral(referral_id):
            return
        for of_referral in (referrals.c.id, cases.c.referral_id):
            update = sa.update(of_referral.table).where(of_referral == referral_id)
            self._connection.execute(update.values(person_id=person_id))
        self._batch.shared(SqlReviewRepository).is_about(referral_id, person_id)

    def _read(self, by: UUID, *which: sa.ColumnElement[bool]) -> bool:
        noted = sa.update(follow_ups).where(*which).values(read_at=self._at, read_by=by)
        return self._connection.execute(noted).rowcount == 1

    def _newer(self, table: sa.Table, row: Mapping[str, Any], *, key: str) -> bool:
        """Upserts the row if its version is newer. Returns whether it was."""
        if insert_or_ignore(self._connection, table, row):
            return True
        older = sa.and_(table.c[key] == row[key], table.c.version < row["version"])
        return self._connection.execute(sa.update(table).where(older).values(**row)).rowcount == 1


def from_referral(event: Event) -> Attribution:
    """Returns the person that a referral states."""
    return Attribution(stated_at(event), event["person_id"])


def from_match(event: Event) -> list[tuple[UUID, Attribution]]:
    """Returns the person that a match states for each of its referrals."""
    pairs = zip(event["referral_ids"], event["person_ids"], strict=True)
    return [(referral_id, Attribution(event["changed_at"], person_id)) for referral_id, person_id in pairs]


def _of(event: Event, table: sa.Table) -> dict[str, Any]:
    """Returns the event's fields for which the table has columns."""
    return {column.name: event[column.name] for column in table.columns if column.name in event}


def _needed(identity: Mapping[str, Any]) -> dict[str, Any]:
    """Drops the NHS number, which only matching needs."""
    return {name: value for name, value in identity.items() if name != "nhs_number"}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
