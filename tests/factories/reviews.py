"""Reviews, who reads them, and the events that open them, for tests: each shows only what its test is about."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.casework.domain.decision import Decision, OwnView, Proposal, Shown
from services.casework.domain.review import Review, ReviewState
from services.casework.domain.review_clock import ReviewHours
from services.casework.domain.review_reader import ReviewReader
from services.casework.domain.routing import Subject, Team
from services.contracts import accounts, intake, scoring
from services.contracts.codes import (
    AgeBasis,
    Band,
    EstimateCause,
    LawfulBasis,
    OrganisationClass,
    Pathway,
    Question,
    RecipientClass,
    Source,
    SupportLevel,
    Sureness,
)

RECEIVED_AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
REVIEWER = UUID("00000000-0000-4000-8000-0000000000c1")
COLLEAGUE = UUID("00000000-0000-4000-8000-0000000000c2")
NAVIGATOR = UUID("00000000-0000-4000-8000-0000000000c3")
SHOWN = Shown(sequence=1, band=Band.RAISED, model_version="3", probability=0.12)


def after(minutes: float) -> datetime:
    return RECEIVED_AT + timedelta(minutes=minutes)


def a_reader(staff_id: UUID = REVIEWER, *, areas: tuple[str, ...] = ("northside",)) -> ReviewReader:
    return ReviewReader(staff_id=staff_id, areas=frozenset(areas))


def a_review(
    *,
    referred_by: UUID | None = NAVIGATOR,
    danger: bool = False,
    referral_id: UUID | None = None,
    area: str = "northside",
) -> Review:
    return Review(
        id=uuid4(),
        referral_id=referral_id or uuid4(),
        referral_version=1,
        person_id=uuid4(),
        referred_by=referred_by,
        area=area,
        state=ReviewState.WAITING,
        danger=danger,
        received_at=RECEIVED_AT,
        due_at=after(120 if danger else 24 * 60),
    )


def views(
    review: Review, by: UUID = REVIEWER, *, level: SupportLevel = SupportLevel.PLANNED, minute: float = 10
) -> OwnView:
    """The reviewer records an own view."""
    return review.record_own_view(
        view_id=uuid4(), by=by, level=level, sureness=Sureness.FAIRLY, why="Nobody at home.", at=after(minute)
    )


def fitting(pathway: Pathway) -> SupportLevel:
    """A level that goes with the pathway."""
    usual = {Pathway.UNIVERSAL_SUPPORT: SupportLevel.LIGHT, Pathway.NO_FURTHER_ACTION: SupportLevel.NONE}
    return usual.get(pathway, SupportLevel.PLANNED)


def decides(review: Review, by: UUID = REVIEWER, *, minute: float = 30, **fields: Any) -> Decision:
    usual: dict[str, Any] = {
        "level": fitting(fields.get("pathway", Pathway.UNIVERSAL_SUPPORT)),
        "pathway": Pathway.UNIVERSAL_SUPPORT,
        "reasons": "As I said.",
        "difference_reasons": (),
        "team_id": None,
    }
    decision = review.would_decide(by=by, at=after(minute), **usual | fields)
    review.decide(decision)
    return decision


def proposes(review: Review, by: UUID = REVIEWER, *, minute: float = 30) -> Proposal:
    """The reviewer proposes universal services."""
    decision = review.would_decide(
        by=by,
        level=SupportLevel.LIGHT,
        pathway=Pathway.UNIVERSAL_SUPPORT,
        reasons="Enough is in place.",
        difference_reasons=(),
        team_id=None,
        at=after(minute),
    )
    return review.propose(decision, proposal_id=uuid4())


def asks(
    review: Review, by: UUID = REVIEWER, *, question_id: UUID | None = None, minute: float = 15, until: float = 2895
) -> UUID:
    """The reviewer asks the referrer; the clock stands still for two days."""
    question_id = question_id or uuid4()
    review.ask(
        by=by,
        question=Question.AGE,
        question_id=question_id,
        at=after(minute),
        until=after(until),
        hours=ReviewHours(),
    )
    return question_id


def amends(
    review: Review,
    *,
    minute: float = 20,
    danger: bool = False,
    leaves_at: datetime | None = None,
    answers: UUID | None = None,
) -> None:
    """The referrer changes the referral."""
    review.facts_changed(
        referral_version=review.referral_version + 1,
        danger=danger,
        leaves_at=leaves_at,
        at=after(minute),
        stated_at=after(minute),
        hours=ReviewHours(),
        answers=answers,
    )


def a_team(
    team_class: RecipientClass,
    *,
    ages: tuple[int, int] = (10, 25),
    areas: tuple[str, ...] = ("northside",),
    code: str | None = None,
    active: bool = True,
) -> Team:
    return Team(
        id=uuid4(),
        code=code or team_class.value,
        name=team_class.value,
        team_class=team_class,
        areas=frozenset(areas),
        age_from=ages[0],
        age_to=ages[1],
        active=active,
    )


def a_subject(
    *,
    age: int | None = 16,
    age_basis: AgeBasis = AgeBasis.DATE_OF_BIRTH,
    weapon_found_by_police: bool = False,
    recipients: tuple[RecipientClass, ...] = tuple(RecipientClass),
    area: str = "northside",
) -> Subject:
    return Subject(
        area=area,
        age=age,
        age_basis=age_basis,
        weapon_found_by_police=weapon_found_by_police,
        covered=frozenset(recipients),
    )


def a_basis(recipient: RecipientClass, basis: LawfulBasis = LawfulBasis.SAFEGUARDING) -> dict[str, str]:
    return {"recipient_class": recipient.value, "basis": basis.value}


def a_referral_event(*recipients: RecipientClass, **fields: Any) -> dict[str, Any]:
    """A referral as its event tells it, decoded: triage may be told, and who is named. Facts and referrer in part."""
    data: dict[str, Any] = {
        "referral_id": str(fields.pop("referral_id", None) or uuid4()),
        "version": 1,
        "reference": f"R-{uuid4().hex[:6].upper()}",
        "person_id": str(fields.pop("person_id", None) or uuid4()),
        "received_at": RECEIVED_AT.isoformat(),
        "source": Source.AE_NAVIGATOR.value,
        "area": "northside",
        "referred_by": {
            "staff_id": str(NAVIGATOR),
            "organisation_class": OrganisationClass.HEALTH.value,
            **fields.pop("referred_by", {}),
        },
        "age": 16,
        "age_basis": AgeBasis.DATE_OF_BIRTH.value,
        "facts": {"what_happened": ["knife_or_sharp_object"], "immediate_danger": "no", **fields.pop("facts", {})},
        "bases": [a_basis(recipient) for recipient in (RecipientClass.TRIAGE, *recipients)],
    }
    return intake.ReferralReceivedV1.decode(data | fields)


def a_withdrawal_event(referral_id: UUID, *, version: int = 2, reason: str = "made_in_error") -> dict[str, Any]:
    return intake.ReferralWithdrawnV1.decode(
        {
            "referral_id": str(referral_id),
            "version": version,
            "person_id": str(uuid4()),
            "withdrawn_at": after(60).isoformat(),
            "reason": reason,
        }
    )


def an_identity_event(referral_id: UUID, *, version: int = 1, name: str | None = "Fern Fiction") -> dict[str, Any]:
    return intake.IdentityRecordedV1.decode(
        {
            "referral_id": str(referral_id),
            "version": version,
            "name": name,
            "safe_contact": ["text"],
            "do_not_contact": ["home"],
        }
    )


def a_narrative_event(referral_id: UUID, *, version: int = 1, concern: str = "Afraid to go back") -> dict[str, Any]:
    return intake.NarrativeRecordedV1.decode(
        {"referral_id": str(referral_id), "version": version, "texts": {"concern": concern}}
    )


def an_estimate_event(
    referral_id: UUID,
    *,
    referral_version: int = 1,
    sequence: int = 1,
    band: Band = Band.RAISED,
    cause: EstimateCause = EstimateCause.RECEIVED,
) -> dict[str, Any]:
    return scoring.ReferralEstimatedV1.decode(
        {
            "estimate_id": str(uuid4()),
            "referral_id": str(referral_id),
            "referral_version": referral_version,
            "sequence": sequence,
            "person_id": str(uuid4()),
            "probability": 0.12,
            "interval_low": 0.09,
            "interval_high": 0.16,
            "band": band.value,
            "base_rate": 0.05,
            "base_log_odds": -2.94,
            "contributions": [
                {"feature": "violence_attendances_12m", "value": 3, "origin": "health", "log_odds": 0.9},
                {"feature": "trusted_adult", "value": True, "origin": "referrer", "log_odds": -0.3},
            ],
            "missing": ["education_status"],
            "model_version": "3",
            "invented_data": True,
            "cause": cause.value,
            "estimated_at": after(1).isoformat(),
        }
    )


def a_refusal_event(referral_id: UUID, *, referral_version: int = 1, sequence: int = 1) -> dict[str, Any]:
    return scoring.ReferralNotEstimatedV1.decode(
        {
            "referral_id": str(referral_id),
            "referral_version": referral_version,
            "sequence": sequence,
            "person_id": str(uuid4()),
            "reason": "model_unavailable",
            "missing": [],
            "cause": "received",
            "decided_at": after(1).isoformat(),
        }
    )


def a_model_event(model_version: str = "3") -> dict[str, Any]:
    wording = {
        "violence_attendances_12m": "A&E visits because of violence, last 12 months",
        "trusted_adult": "An adult they trust",
        "education_status": "Education or work",
    }
    return scoring.ModelDescribedV2.decode(
        {
            "model_version": model_version,
            "version": 1,
            "harm_event": "a violence-related A&E visit",
            "horizon_months": 12,
            "base_rate": 0.05,
            "invented_data": True,
            "features": [
                {
                    "feature": feature,
                    "label": label,
                    "domain": "safety",
                    "police_generated": False,
                    "in_days": False,
                }
                for feature, label in wording.items()
            ],
            "described_at": RECEIVED_AT.isoformat(),
        }
    )


def a_team_event(team: Team, *, version: int = 1) -> dict[str, Any]:
    return accounts.TeamChangedV1.decode(
        {
            "team_id": str(team.id),
            "version": version,
            "code": team.code,
            "name": team.name,
            "team_class": team.team_class.value,
            "organisation_class": OrganisationClass.VOLUNTARY.value,
            "areas": sorted(team.areas),
            "age_from": team.age_from,
            "age_to": team.age_to,
            "active": team.active,
        }
    )
