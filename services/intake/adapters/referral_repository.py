"""Stores referrals with all their versions. Within one transaction the same referral is the same object."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.contracts.intake import Facts
from services.intake.adapters import rows
from services.intake.adapters.tables import (
    bases,
    equality,
    identities,
    narratives,
    persons,
    referral_versions,
    referrals,
)
from services.intake.application.ports import MatchingStep
from services.intake.domain.age import Age
from services.intake.domain.content import Basis, Content
from services.intake.domain.referral import (
    NoSuchReferral,
    Progress,
    Referral,
    ReferredBy,
    StaleReferral,
    Withdrawal,
)
from services.platform.db.batch import Batch
from services.platform.db.upsert import insert_or_ignore

_facts = Facts()


class SqlReferrals:
    """A referral is locked when it is read to be changed (PostgreSQL): of two writers the later one waits."""

    def __init__(self, batch: Batch, *, actor: UUID | None) -> None:
        self._batch = batch
        self._connection = batch.connection
        self._actor = actor
        self._seen: dict[UUID, Referral] = {}
        self._read: dict[UUID, tuple[int, Content]] = {}

    def get(self, referral_id: UUID) -> Referral:
        if referral_id not in self._seen:
            referral = load(self._connection, referral_id, for_update=True)
            if referral is None:
                raise NoSuchReferral
            self._track(referral)
        return self._seen[referral_id]

    def add(self, referral: Referral, *, new_person: bool = True) -> None:
        if new_person:
            self._batch.insert(persons, _person(referral))
        self._batch.insert(referrals, {"id": referral.id, "matching_step": MatchingStep.MATCHED, **_row(referral)})
        self._add_version(referral)
        self._track(referral)

    def save(self, referral: Referral) -> None:
        version, content = self._read[referral.id]
        as_read = {"its_id": referral.id, "its_version": version}
        if self._connection.execute(_SAVE, {**as_read, **_row(referral)}).rowcount != 1:
            raise StaleReferral
        if referral.content is not content:
            self._add_version(referral)
        self._track(referral)

    def moved(self, referral_id: UUID, person_id: UUID) -> None:
        """Assigns the referral to another person."""
        referral = self.get(referral_id)
        referral.person_id = person_id
        insert_or_ignore(self._connection, persons, _person(referral))
        row = {"person_id": person_id}
        self._connection.execute(sa.update(referrals).where(referrals.c.id == referral_id).values(row))

    def reference_taken(self, reference: str) -> bool:
        return self._connection.execute(_WITH_REFERENCE, {"reference": reference}).first() is not None

    def known(self, referral_ids: Collection[UUID]) -> list[UUID]:
        query = sa.select(referrals.c.id).where(referrals.c.id.in_(referral_ids)).order_by(referrals.c.id)
        return list(self._connection.execute(query).scalars())

    def after(self, last_id: UUID | None, *, received_by: datetime, limit: int) -> list[UUID]:
        query = sa.select(referrals.c.id).where(referrals.c.received_at <= received_by)
        if last_id is not None:
            query = query.where(referrals.c.id > last_id)
        return list(self._connection.execute(query.order_by(referrals.c.id).limit(limit)).scalars())

    def history(self, referral_id: UUID) -> list[Referral]:
        row = self._connection.execute(sa.select(referrals).where(referrals.c.id == referral_id)).one()
        versions = (
            sa.select(referral_versions)
            .where(referral_versions.c.referral_id == referral_id)
            .order_by(referral_versions.c.version)
        )
        return [_as_published(row, version, self._connection) for version in self._connection.execute(versions).all()]

    def _track(self, referral: Referral) -> None:
        self._seen[referral.id] = referral
        self._read[referral.id] = (referral.version, referral.content)

    def _add_version(self, referral: Referral) -> None:
        content = referral.content
        key = {"referral_id": referral.id, "version": referral.version}
        version = {
            "recorded_at": referral.recorded_at,
            "recorded_by": self._actor,
            "age": referral.age.years,
            "age_basis": referral.age.basis,
            "told_young_person": content.disclosure.young_person,
            "police_told": content.police.told,
            "arrived_at": content.incident.arrived_at,
            "discharge_expected_at": content.incident.discharge_expected_at,
            "answers_question": content.answers_question,
            "codes": rows.codes_of(content),
        }
        self._batch.insert(referral_versions, key | version)
        for basis in _basis_rows(referral):
            self._batch.insert(bases, key | basis)
        self._batch.insert(identities, key | rows.identity_of(content))
        self._batch.insert(narratives, key | {"texts": rows.texts_of(content)})
        if content.equality.is_recorded:
            self._batch.insert(equality, key | {"answers": rows.equality_of(content)})


def load(connection: sa.Connection, referral_id: UUID, *, for_update: bool = False) -> Referral | None:
    """The referral with its newest version, or None."""
    key = {"its_id": referral_id}
    row = connection.execute(_ONE_LOCKED if for_update else _ONE, key).first()
    return None if row is None else _to_referral(row, connection.execute(_NEWEST, key).one(), connection)


def _of(connection: sa.Connection, table: sa.Table, version: Any) -> sa.CursorResult[Any]:
    return connection.execute(_PART[table], {"its_id": version.referral_id, "its_version": version.version})


def _to_referral(row: Any, version: Any, connection: sa.Connection) -> Referral:
    equality_row = _of(connection, equality, version).first()
    content = rows.content_of(
        codes=version.codes,
        bases=tuple(_to_basis(one) for one in sorted(_of(connection, bases, version), key=lambda one: one.position)),
        identity=_of(connection, identities, version).one()._asdict(),
        texts=_of(connection, narratives, version).one().texts,
        equality=equality_row.answers if equality_row else {},
        answers_question=version.answers_question,
    )
    return Referral(
        id=row.id,
        reference=row.reference,
        person_id=row.person_id,
        source=row.source,
        referred_by=ReferredBy(
            staff_id=row.referred_by,
            organisation_id=row.organisation_id,
            organisation_class=row.organisation_class,
            is_system=row.by_system or row.referred_by is None,
        ),
        area=row.area,
        site=row.site,
        received_at=row.received_at,
        recorded_at=version.recorded_at,
        age=Age(years=version.age, basis=version.age_basis),
        content=content,
        version=row.version,
        withdrawal=_withdrawal(row),
        progress=Progress(
            version=row.step_version,
            step=row.step,
            at=row.step_at,
            question=row.question,
            question_id=row.question_id,
        ),
    )


def _withdrawal(row: Any) -> Withdrawal | None:
    if row.withdrawn_at is None:
        return None
    # Written before versions were: then nothing came after it.
    version = row.version if row.withdrawal_version is None else row.withdrawal_version
    return Withdrawal(at=row.withdrawn_at, reason=row.withdrawal_reason, version=version)


def _as_published(row: Any, version: Any, connection: sa.Connection) -> Referral:
    """Returns one version as it was published: facts stored as text are converted back to codes."""
    referral = _to_referral(row, version, connection)
    content = replace(referral.content, facts=_facts.load(version.codes["facts"]))
    return replace(referral, version=version.version, content=content)


def _to_basis(row: Any) -> Basis:
    return Basis(
        recipient_class=row.recipient_class,
        basis=row.basis,
        gateway=row.gateway,
        given_by=row.given_by,
        expires_on=row.expires_on,
    )


def _row(referral: Referral) -> dict[str, Any]:
    by, withdrawal, progress = referral.referred_by, referral.withdrawal, referral.progress
    return {
        "reference": referral.reference,
        "person_id": referral.person_id,
        "version": referral.version,
        "source": referral.source,
        "area": referral.area,
        "site": referral.site,
        "referred_by": by.staff_id,
        "by_system": by.is_system,
        "organisation_id": by.organisation_id,
        "organisation_class": by.organisation_class,
        "received_at": referral.received_at,
        "withdrawn_at": withdrawal.at if withdrawal else None,
        "withdrawal_reason": withdrawal.reason if withdrawal else None,
        "withdrawal_version": withdrawal.version if withdrawal else None,
        "step": progress.step,
        "step_version": progress.version,
        "step_at": progress.at,
        "question": progress.question,
        "question_id": progress.question_id,
        "changed_at": max(withdrawal.at, referral.recorded_at) if withdrawal else referral.recorded_at,
        "republish_at": None,
    }


def _person(referral: Referral) -> dict[str, Any]:
    return {"id": referral.person_id, "first_known_at": referral.received_at}


def _basis_rows(referral: Referral) -> list[dict[str, Any]]:
    return [
        {
            "recipient_class": basis.recipient_class,
            "position": position,
            "basis": basis.basis,
            "gateway": basis.gateway,
            "referring_class": referral.referred_by.organisation_class,
            "given_by": basis.given_by,
            "expires_on": basis.expires_on,
        }
        for position, basis in enumerate(referral.content.bases)
    ]


_ID: sa.BindParameter[Any] = sa.bindparam("its_id")
_VERSION: sa.BindParameter[Any] = sa.bindparam("its_version")
_ONE = sa.select(referrals).where(referrals.c.id == _ID)
_ONE_LOCKED = _ONE.with_for_update()
_WITH_REFERENCE = sa.select(referrals.c.id).where(referrals.c.reference == sa.bindparam("reference"))
_SAVE = sa.update(referrals).where(referrals.c.id == _ID, referrals.c.version == _VERSION)
_NEWEST = (
    sa.select(referral_versions)
    .where(referral_versions.c.referral_id == _ID)
    .order_by(referral_versions.c.version.desc())
    .limit(1)
)
_PART = {
    table: sa.select(table).where(table.c.referral_id == _ID, table.c.version == _VERSION)
    for table in (bases, identities, narratives, equality)
}
