"""The casework database of cases, in memory: it passes the same port suite as the real one."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any
from uuid import UUID

from services.casework.domain.case import Case, CaseState
from services.casework.domain.case_equality import CaseEquality
from services.casework.domain.case_notice import NoticeKind
from services.casework.domain.case_reader import AccessLevel, CaseReader
from services.casework.domain.case_rules import CaseNotFound, StaleCase
from services.casework.domain.change import ChangeKind
from services.contracts.codes import HAND_OVERS, ProgressStep
from services.contracts.schema import EventSchema
from tests.factories.cases import later


def is_visible_to(
    case: Case,
    reader: CaseReader,
    access: AccessLevel,
    *,
    covered: bool = True,
    noticed: bool = False,
    triage: bool = True,
    referred_by: UUID | None = None,
) -> bool:
    """The need-to-know rule in plain words, to hold the SQL against.

    `covered`: a recorded lawful basis lets the class of the case's team know of the referral; `triage`: the reviewers.
    `noticed`: none does any more, for consent was withdrawn.
    """
    in_team = case.team_id in reader.teams and case.team_class in reader.classes and covered
    match access:
        case AccessLevel.NOTICE:
            unfinished = case.state is CaseState.OPEN or (
                case.state is CaseState.AWAITING_CONFIRMATION and case.stopped_at is None
            )
            return case.team_id in reader.teams and case.team_class in reader.classes and noticed and unfinished
        case AccessLevel.SUMMARY:
            reviews = case.area in reader.review_areas and triage and referred_by != reader.staff_id
            return in_team or (case.pathway in HAND_OVERS and reviews)
        case AccessLevel.FULL:
            return in_team and (reader.manager or case.assignee_id == reader.staff_id)
        case AccessLevel.MANAGE:
            return in_team and reader.manager


class FakeCaseRepository:
    def __init__(self, *cases: Case) -> None:
        self._stored: dict[UUID, Case] = {}
        self.uncovered: set[UUID] = set()
        """Referrals of which no basis lets the case's team know."""
        self.noticed: set[UUID] = set()
        """Those of them whose consent was withdrawn."""
        self.not_for_triage: set[UUID] = set()
        self.reviewed_again: set[UUID] = set()
        """Cases whose referral is reviewed again."""
        self.referrers: dict[UUID, UUID] = {}
        for case in cases:
            self.add(case)

    def add(self, case: Case) -> None:
        case.stored_version = case.version
        self._stored[case.id] = deepcopy(case)

    def get(self, case_id: UUID, reader: CaseReader, access: AccessLevel) -> Case:
        case = self._stored.get(case_id)
        if case is None or not self._known(case, reader, access):
            raise CaseNotFound
        return deepcopy(case)

    def stored(self, case_id: UUID) -> Case | None:
        """The case, whoever asks."""
        return deepcopy(self._stored.get(case_id))

    def newest_of(self, referral_id: UUID) -> Case | None:
        """In the fake, the one that was added last."""
        of_referral = [case for case in self._stored.values() if case.referral_id == referral_id]
        return deepcopy(of_referral[-1]) if of_referral else None

    def has_newer_review(self, case: Case) -> bool:
        return case.id in self.reviewed_again

    def assigned_to(self, staff_id: UUID) -> list[Case]:
        mine = [one for one in self._stored.values() if one.assignee_id == staff_id and one.state is CaseState.OPEN]
        return deepcopy(sorted(mine, key=lambda case: case.id))

    def next_unassigned(self, reader: CaseReader) -> Case | None:
        waiting = [
            case
            for case in self._stored.values()
            if case.state is CaseState.OPEN
            and case.assignee_id is None
            and self._known(case, reader, AccessLevel.SUMMARY)
        ]
        return deepcopy(min(waiting, key=lambda case: (case.due_at, case.id))) if waiting else None

    def hand_overs_without_basis(self, referral_id: UUID) -> list[Case]:
        return [
            deepcopy(case)
            for case in self._stored.values()
            if case.referral_id == referral_id
            and case.state is CaseState.AWAITING_CONFIRMATION
            and case.stopped_at is None
            and referral_id in self.uncovered
        ]

    def save(self, case: Case) -> None:
        if self._stored[case.id].version != case.stored_version:
            raise StaleCase
        self.add(case)

    def _known(self, case: Case, reader: CaseReader, access: AccessLevel) -> bool:
        return is_visible_to(
            case,
            reader,
            access,
            covered=case.referral_id not in self.uncovered,
            noticed=case.referral_id in self.noticed,
            triage=case.referral_id not in self.not_for_triage,
            referred_by=self.referrers.get(case.referral_id),
        )


class FakeCaseEqualityRepository:
    def __init__(self) -> None:
        self.recorded: list[CaseEquality] = []

    def version(self, case_id: UUID) -> int:
        return sum(1 for equality in self.recorded if equality.case_id == case_id)

    def add(self, equality: CaseEquality) -> None:
        self.recorded.append(equality)


class FakeTeamMembers:
    def __init__(self, *members: tuple[UUID, UUID]) -> None:
        self._members = set(members)

    def has(self, team_id: UUID, staff_id: UUID) -> bool:
        return (team_id, staff_id) in self._members


class FakeCaseChanges:
    def __init__(self, cases: FakeCaseRepository) -> None:
        self._cases = cases
        self.changes: list[tuple[UUID, int, ChangeKind]] = []
        """What came after the decision: of which referral, its version, and what."""
        self.read: list[tuple[UUID, int, ChangeKind, UUID]] = []
        """What was read, and by whom."""
        self.forbidden: dict[UUID, frozenset[str]] = {}
        """The do-not-contact list of each referral."""

    def do_not_contact(self, referral_id: UUID) -> frozenset[str]:
        return self.forbidden.get(referral_id, frozenset())

    def change_read_in_case(self, case_id: UUID, referral_version: int, *, by: UUID) -> bool:
        case = self._cases.stored(case_id)
        if case is None or case.assignee_id != by:
            return False
        kinds = {ChangeKind.AMENDED, ChangeKind.WITHDRAWN}
        return self._note_read({(case.referral_id, referral_version, kind) for kind in kinds}, by=by)

    def _note_read(self, which: set[tuple[UUID, int, ChangeKind]], *, by: UUID) -> bool:
        """Whether one of them was there and nobody had read it."""
        unread = (which & set(self.changes)) - {read[:3] for read in self.read}
        self.read += [(*change, by) for change in unread]
        return bool(unread)


class FakeHoldings:
    """What was told of cases and their workers; questions are kept with who asked them."""

    def __init__(self) -> None:
        self.notices: list[tuple[UUID, NoticeKind, UUID]] = []
        self.questions: dict[UUID, tuple[UUID, UUID]] = {}

    def question_asked(self, question_id: UUID, review_id: UUID, *, by: UUID) -> None:
        self.questions[question_id] = (review_id, by)

    def notify(self, case_id: UUID, kind: NoticeKind, *, about: UUID) -> bool:
        self.notices.append((case_id, kind, about))
        return True

    def resolve(self, case_id: UUID, *, by: UUID) -> None:
        self.notices = [notice for notice in self.notices if notice[0] != case_id]


class FakeCaseUnitOfWork:
    def __init__(self, *cases: Case, members: set[tuple[UUID, UUID]] = frozenset(), at: datetime | None = None) -> None:  # type: ignore[assignment]
        self.cases = FakeCaseRepository(*cases)
        self.case_equality = FakeCaseEqualityRepository()
        self.projections = FakeCaseChanges(self.cases)
        self.team_members = FakeTeamMembers(*members)
        self.holdings = FakeHoldings()
        self.at = at or later(120)
        self.published: list[tuple[type[EventSchema], dict[str, Any]]] = []
        self.progress: list[ProgressStep] = []
        self.audited: list[str] = []

    def publish(self, schema: type[EventSchema], data: Mapping[str, Any]) -> None:
        schema.encode(data)
        self.published.append((schema, dict(data)))

    def make_progress(self, referral_id: UUID, step: ProgressStep) -> None:
        self.progress.append(step)

    def audit(self, what: str, **_: Any) -> None:
        self.audited.append(what)

    def published_types(self) -> list[str]:
        return [schema.type for schema, _ in self.published]
