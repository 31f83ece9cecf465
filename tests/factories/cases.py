"""Cases and those who ask about them, for tests: each shows only what its test is about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from services.casework.domain.case import Act, Case
from services.casework.domain.case_reader import CaseReader
from services.casework.domain.routing import TEAM_CLASS_OF
from services.contracts.codes import ContactMode, Outcome, Pathway, SupportLevel

DECIDED_AT = datetime(2026, 11, 20, 9, 30, 20, tzinfo=UTC)
TEAM = UUID("00000000-0000-4000-8000-0000000000a1")
WORKER = UUID("00000000-0000-4000-8000-0000000000b1")
COLLEAGUE = UUID("00000000-0000-4000-8000-0000000000b2")
MANAGER = UUID("00000000-0000-4000-8000-0000000000b3")
REVIEWER = UUID("00000000-0000-4000-8000-0000000000b4")


def later(minutes: int = 60) -> datetime:
    return DECIDED_AT + timedelta(minutes=minutes)


def an_act(by: UUID = WORKER, at: datetime | None = None, entry_id: UUID | None = None) -> Act:
    return Act(entry_id=entry_id or uuid4(), by=by, at=at or later())


def a_case(
    *,
    pathway: Pathway = Pathway.EARLY_INTERVENTION,
    team_id: UUID = TEAM,
    area: str = "northside",
    referral_id: UUID | None = None,
    due_at: datetime | None = None,
    assignee_id: UUID | None = None,
) -> Case:
    case = Case.open(
        case_id=uuid4(),
        review_id=uuid4(),
        referral_id=referral_id or uuid4(),
        person_id=uuid4(),
        team_id=team_id,
        team_class=TEAM_CLASS_OF[pathway],
        pathway=pathway,
        level=SupportLevel.PLANNED,
        area=area,
        by=REVIEWER,
        at=DECIDED_AT,
        due_at=due_at or DECIDED_AT + timedelta(hours=72),
    )
    if assignee_id is not None:
        case.take(an_act(assignee_id, later(1)))
    return case


def a_hand_over(**what: object) -> Case:
    return a_case(pathway=Pathway.SAFEGUARDING, **what)  # type: ignore[arg-type]


def with_attempt(case: Case, *, reached: bool, at: datetime | None = None) -> UUID:
    """Adds a contact attempt to the case and gives its id."""
    act = an_act(at=at or later(30))
    case.attempt_contact(ContactMode.PHONE, reached=reached, attempted_at=at or later(20), text=None, act=act)
    return act.entry_id


def in_contact(case: Case) -> Case:
    case.make_first_contact(with_attempt(case, reached=True), an_act(), today=DECIDED_AT.date())
    return case


def with_outcome(case: Case) -> Case:
    case.record_outcome(Outcome.SUPPORT_COMPLETED, an_act())
    return case


def the_worker(staff_id: UUID = WORKER, *, team_id: UUID = TEAM) -> CaseReader:
    return CaseReader(
        staff_id=staff_id,
        on=DECIDED_AT.date(),
        teams=frozenset({team_id}),
        classes=frozenset(TEAM_CLASS_OF.values()),
    )


def the_manager(staff_id: UUID = MANAGER, *, team_id: UUID = TEAM) -> CaseReader:
    return replace(the_worker(staff_id, team_id=team_id), manager=True)


def the_reviewer(staff_id: UUID = REVIEWER, *, area: str = "northside") -> CaseReader:
    return CaseReader(staff_id=staff_id, on=DECIDED_AT.date(), review_areas=frozenset({area}))
