"""Casework on an empty database with people in it, for the tests of cases."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from flask.testing import FlaskClient

from services.casework.adapters import tables
from services.casework.adapters.case_repository import SqlCaseRepository
from services.casework.adapters.case_tables import case_notices, cases
from services.casework.adapters.review_tables import follow_ups, reviews
from services.casework.adapters.unit_of_work import SqlUnitOfWork
from services.casework.application.open_case import OpenCase, open_case
from services.casework.bootstrap import build
from services.casework.domain.case_clock import case_due_at
from services.casework.domain.case_notice import NoticeKind
from services.casework.domain.case_reader import CaseReader, case_reader
from services.casework.domain.change import ChangeKind
from services.casework.domain.routing import TEAM_CLASS_OF
from services.casework.settings import Settings
from services.contracts.codes import (
    AgeBasis,
    LawfulBasis,
    OrganisationClass,
    Pathway,
    RecipientClass,
    Role,
    Source,
    SupportLevel,
)
from services.platform.auth.identity import Identity
from tests.factories.cases import DECIDED_AT, REVIEWER

BORN = date(2010, 3, 4)


class _Quiet:
    """Keeps cases and tells nobody."""

    def __init__(self, connection: sa.Connection) -> None:
        self.cases = SqlCaseRepository(connection)

    def publish(self, *_: Any) -> None:
        pass

    def audit(self, *_: Any, **__: Any) -> None:
        pass


class Tokens:
    """Who is signed in, by a token that is their own id."""

    def __init__(self) -> None:
        self.known: dict[str, Identity] = {}

    def identify(self, *, session: str | None, bearer: str | None) -> Identity | None:
        return self.known.get(bearer or session or "")


@dataclass(frozen=True)
class Member:
    identity: Identity

    @property
    def id(self) -> UUID:
        return self.identity.staff_id

    @property
    def reader(self) -> CaseReader:
        return case_reader(
            staff_id=self.identity.staff_id,
            roles=self.identity.roles,
            organisation_class=self.identity.organisation_class,
            teams=self.identity.teams,
            areas=self.identity.areas,
            on=DECIDED_AT.date(),
        )


class CaseWorld:
    def __init__(self, url: str) -> None:
        self._open: sa.Connection | None = None
        self.now = DECIDED_AT + timedelta(hours=4)
        self.settings = Settings(database_url=url, secret_key=b"k" * 32, demonstration=True, https=False)
        self.tokens = Tokens()
        self.service = build(self.settings, identities=self.tokens, clock=lambda: self.now)
        self.database, self.dispatcher = self.service.database, self.service.dispatcher
        with self.database.write() as connection:
            tables.metadata.create_all(connection)

    def close(self) -> None:
        self.database.close()

    def empty(self) -> None:
        """Nobody and nothing. The tables are made anew: from some of them nothing can be deleted."""
        self.tokens.known.clear()
        with self.database.write() as connection:
            tables.metadata.drop_all(connection)
            tables.metadata.create_all(connection)

    @contextmanager
    def one_transaction(self) -> Iterator[None]:
        """What is added within is one transaction, which is faster; no event tells of it."""
        with self.database.write() as connection:
            self._open = connection
            yield
        self._open = None

    def team(self, team_class: RecipientClass, name: str = "Early help") -> UUID:
        team_id = uuid4()
        self._insert(
            tables.teams,
            id=team_id,
            version=1,
            team_code=str(team_id)[:8],
            name=name,
            team_class=team_class,
            organisation_class=OrganisationClass.VOLUNTARY,
            areas=["northside"],
            age_from=10,
            age_to=25,
            on_call_address="01632 960001",
            active=True,
        )
        return team_id

    def member(
        self,
        *roles: Role,
        team_id: UUID | None = None,
        areas: tuple[str, ...] = ("northside",),
        organisation: OrganisationClass = OrganisationClass.VOLUNTARY,
        name: str = "Amara Osei",
        active: bool = True,
        staff_id: UUID | None = None,
    ) -> Member:
        staff_id = staff_id or uuid4()
        in_teams = frozenset({team_id} if team_id else ())
        identity = Identity(
            staff_id=staff_id,
            display_name=name,
            organisation_id=uuid4(),
            organisation_name="Breakwater Youth Support",
            organisation_class=organisation,
            roles=frozenset(roles),
            teams=in_teams,
            areas=frozenset(areas),
            session_id="s",
        )
        self.tokens.known[str(staff_id)] = identity
        self._insert(
            tables.staff,
            id=staff_id,
            version=1,
            display_name=name,
            organisation_id=identity.organisation_id,
            organisation_class=organisation,
            active=active,
        )
        for member_of in in_teams:
            self._insert(tables.staff_teams, staff_id=staff_id, team_id=member_of)
        return Member(identity)

    def referral(
        self,
        *covered: RecipientClass,
        name: str | None = "Kofi Adjei",
        area: str = "northside",
        reference: str | None = None,
        concern: str = "Afraid to go back to college",
        referred_by: UUID | None = None,
        **contact: Any,
    ) -> UUID:
        """A referral that these classes may be told of."""
        referral_id = uuid4()
        self._insert(
            tables.referrals,
            id=referral_id,
            version=1,
            reference=reference or f"R-{str(referral_id)[:6].upper()}",
            person_id=uuid4(),
            received_at=DECIDED_AT - timedelta(hours=2),
            source=Source.AE_NAVIGATOR,
            area=area,
            referred_by_staff_id=referred_by,
            age=16,
            age_basis=AgeBasis.DATE_OF_BIRTH,
            facts={"what_happened": ["knife_or_sharp_object"], "injury": "needs_treatment"},
            circumstances={},
        )
        initials = "".join(f"{part[0]}." for part in name.split()) if name else ""
        self._insert(
            tables.identities,
            referral_id=referral_id,
            version=1,
            name=name,
            initials=initials,
            date_of_birth=BORN,
            details={"phone": "07700 900123", "safe_contact": ["text"], "do_not_contact": ["home"], **contact},
        )
        self._insert(tables.narratives, referral_id=referral_id, version=1, texts={"concern": concern})
        for recipient_class in covered:
            self.cover(referral_id, recipient_class)
        return referral_id

    def cover(self, referral_id: UUID, recipient_class: RecipientClass) -> None:
        basis = LawfulBasis.CONSENT_YOUNG_PERSON
        self._insert(tables.bases, referral_id=referral_id, recipient_class=recipient_class, basis=basis)

    def uncover(self, referral_id: UUID) -> None:
        self._execute(sa.delete(tables.bases).where(tables.bases.c.referral_id == referral_id))

    def case(
        self,
        team_id: UUID,
        referral_id: UUID | None = None,
        *,
        pathway: Pathway = Pathway.EARLY_INTERVENTION,
        due_at: datetime | None = None,
        area: str = "northside",
        name: str | None = "Kofi Adjei",
    ) -> UUID:
        """A case on the team's queue, by default of a referral that its class may be told of."""
        referral_id = referral_id or self.referral(TEAM_CLASS_OF[pathway], RecipientClass.TRIAGE, area=area, name=name)
        opening = OpenCase(
            case_id=uuid4(),
            review_id=uuid4(),
            referral_id=referral_id,
            person_id=uuid4(),
            team_id=team_id,
            team_class=TEAM_CLASS_OF[pathway],
            pathway=pathway,
            level=SupportLevel.PLANNED,
            area=area,
            opened_by=REVIEWER,
            opened_at=DECIDED_AT,
            due_at=due_at or case_due_at(DECIDED_AT, SupportLevel.PLANNED),
        )
        if self._open is None:
            with self.dispatcher.transaction(actor=REVIEWER) as transaction:
                open_case(opening, SqlUnitOfWork(transaction, self.settings))
        else:
            open_case(opening, _Quiet(self._open))
        return opening.case_id

    def review(self, case_id: UUID) -> UUID:
        """The decided review that opened the case; cases are added without one."""
        [case] = self.rows(cases, id=case_id)
        if not self.rows(reviews, id=case["review_id"]):
            self._insert(
                reviews,
                **{name: case[name] for name in ("referral_id", "person_id", "area")},
                id=case["review_id"],
                referral_version=1,
                referrer_key=UUID(int=0),
                state="decided",
                danger=False,
                received_at=DECIDED_AT,
                due_at=DECIDED_AT,
                version=4,
            )
        review_id: UUID = case["review_id"]
        return review_id

    def change(self, case_id: UUID, version: int = 2, kind: ChangeKind = ChangeKind.AMENDED) -> None:
        """What came after the decision that opened this case."""
        [case] = self.rows(cases, id=case_id)
        self._insert(
            follow_ups,
            referral_id=case["referral_id"],
            referral_version=version,
            kind=kind,
            case_id=case_id,
            review_id=self.review(case_id),
            arrived_at=DECIDED_AT + timedelta(hours=1),
        )

    def notice(self, case_id: UUID, about: Member) -> None:
        """The manager is to see that this worker has not signed in for long."""
        kind, at = NoticeKind.WORKER_IDLE, self.now
        self._insert(case_notices, id=uuid4(), case_id=case_id, kind=kind, staff_id=about.id, raised_at=at)

    def assign(self, case_id: UUID, staff_id: UUID) -> None:
        """Says who has the case, whoever may: rights change after an assignment too."""
        self._execute(sa.update(cases).where(cases.c.id == case_id).values(assignee_id=staff_id))

    def client(self, member: Member) -> "Client":
        return Client(self.service.app.test_client(), str(member.id))

    def rows(self, table: sa.Table, **where: Any) -> list[Mapping[str, Any]]:
        found = sa.select(table).filter_by(**where) if where else sa.select(table)
        with self.database.read() as connection:
            return [dict(row._mapping) for row in connection.execute(found)]

    def _insert(self, table: sa.Table, **values: Any) -> None:
        self._execute(sa.insert(table).values(**values))

    def _execute(self, statement: sa.Executable) -> None:
        if self._open is not None:
            self._open.execute(statement)
            return
        with self.database.write() as connection:
            connection.execute(statement)


@dataclass(frozen=True)
class Client:
    """Asks as one member of staff, as a program does (by token) or as a browser does (by cookie)."""

    flask: FlaskClient
    token: str

    def get(self, address: str, **options: Any) -> Any:
        return self.flask.get(address, headers=self._headers(options), **options)

    def post_json(self, address: str, body: Mapping[str, Any], **headers: str) -> Any:
        return self.flask.post(address, json=body, headers=self._headers({"headers": headers}))

    def post(self, address: str, form: Mapping[str, Any] | None = None) -> Any:
        return self.flask.post(address, data=dict(form or {}), headers=self._headers({}))

    def _headers(self, options: dict[str, Any]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
