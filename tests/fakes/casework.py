"""The casework database of reviews, in memory: it passes the same port suites as the real one."""

from collections.abc import Collection, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from services.casework.application.review_ports import Event
from services.casework.domain.alarm import Alarm, AlarmAction, AlarmNotFound
from services.casework.domain.case_clock import CASE_HOURS
from services.casework.domain.case_reader import CaseReader
from services.casework.domain.change import ChangeKind
from services.casework.domain.decision import OwnView
from services.casework.domain.disclosure import Disclosing
from services.casework.domain.estimate import Estimated, EstimateShown, NotEstimated
from services.casework.domain.referral_changes import Part
from services.casework.domain.review import FactsNow, Review, ReviewEnded, ReviewNotFound, ReviewState, StaleReview
from services.casework.domain.review_clock import ReviewHours
from services.casework.domain.review_reader import ReviewReader
from services.casework.domain.routing import Subject, Team
from services.casework.domain.withdrawal import ConsentEnded, Withdrawal
from services.contracts.codes import (
    Answer,
    DisclosureGateway,
    LawfulBasis,
    OrganisationClass,
    ProgressStep,
    Question,
    RecipientClass,
)
from tests.factories.reviews import after
from tests.fakes.casework_cases import FakeCaseChanges, FakeCaseRepository, FakeCaseUnitOfWork


def is_visible_to(review: Review, reader: ReviewReader, covered: Collection[RecipientClass]) -> bool:
    """The need-to-know rule of reviews in plain words, to hold the SQL against."""
    return review.area in reader.areas and review.referred_by != reader.staff_id and RecipientClass.TRIAGE in covered


def is_unanswered(review: Review, at: datetime) -> bool:
    return review.state is ReviewState.QUESTION_ASKED and (review.pause_ends_at is None or review.pause_ends_at <= at)


class FakeReviewRepository:
    def __init__(self, projections: "FakeProjections") -> None:
        self._projections = projections
        self._stored: dict[UUID, Review] = {}

    def add(self, review: Review) -> None:
        review.stored_version = review.version
        self._stored[review.id] = deepcopy(review)

    def get(self, review_id: UUID, reader: ReviewReader) -> Review:
        review = self._stored.get(review_id)
        if review is None or not is_visible_to(review, reader, self._projections.covered(review.referral_id)):
            raise ReviewNotFound
        return deepcopy(review)

    def of_referral(self, referral_id: UUID) -> Review | None:
        rounds = [review for review in self._stored.values() if review.referral_id == referral_id]
        return deepcopy(max(rounds, key=lambda review: review.round, default=None))

    def next_unclaimed(self, reader: ReviewReader, *, at: datetime) -> Review | None:
        waiting = [
            review
            for review in self._stored.values()
            if (review.state in (ReviewState.WAITING, ReviewState.AGREEMENT_NEEDED) or is_unanswered(review, at))
            and (review.proposal is None or review.proposal.proposed.decided_by != reader.staff_id)
            and review.claimant(at) is None
            and is_visible_to(review, reader, self._projections.covered(review.referral_id))
        ]
        return (
            deepcopy(min(waiting, key=lambda review: (not review.danger, review.due_at, review.id)))
            if waiting
            else None
        )

    def with_expired_claims(self, *, at: datetime, limit: int) -> list[Review]:
        expired = [r for r in self._stored.values() if r.claim_expires_at is not None and r.claim_expires_at <= at]
        return deepcopy(expired[:limit])

    def claimed_by(self, staff_id: UUID) -> list[Review]:
        return deepcopy([r for r in self._stored.values() if r.claim_expires_at and r.claimed_by == staff_id])

    def save(self, review: Review) -> None:
        stored = self._stored[review.id]
        if stored.version != review.stored_version:
            raise StaleReview
        if stored.decision is not None:
            raise ReviewEnded
        self.add(review)

    def save_shown(self, view: OwnView) -> None:
        for review in self._stored.values():
            for stored in review.own_views:
                if stored.id == view.id:
                    stored.shown_at, stored.shown, stored.replaced = view.shown_at, view.shown, list(view.replaced)


class FakeEstimates:
    """What an estimate draws on is the business of the database: here a reader may know all of it."""

    def __init__(self) -> None:
        self.parked: dict[tuple[UUID, int, int], Event] = {}

    def store(self, event: Event, *, estimated: bool) -> None:
        self.parked.setdefault((event["referral_id"], event["referral_version"], event["sequence"]), event)

    def beside(self, view: OwnView, review: Review, reader: ReviewReader) -> EstimateShown | None:
        of_version = [
            event
            for (referral_id, version, _), event in self.parked.items()
            if (referral_id, version) == (review.referral_id, view.referral_version)
            and version == review.referral_version
        ]
        newest = max(of_version, key=lambda event: event["sequence"], default=None)
        if newest is None:
            return None
        return EstimateShown(sequence=newest["sequence"], cause=newest["cause"], answer=_answer(newest))


class FakeAlarms:
    def __init__(self) -> None:
        self.stored: dict[tuple[UUID, int], Alarm] = {}
        self.actions: list[AlarmAction] = []
        self._content: dict[tuple[UUID, Part], dict[int, Mapping[str, Any]]] = {}

    def versions(self, referral_id: UUID, part: Part) -> Mapping[int, Mapping[str, Any]]:
        return self._content.get((referral_id, part), {})

    def add_version(self, referral_id: UUID, part: Part, version: int, content: Mapping[str, Any]) -> None:
        self._content.setdefault((referral_id, part), {})[version] = content

    def of_version(self, referral_id: UUID, referral_version: int) -> Alarm | None:
        return deepcopy(self.stored.get((referral_id, referral_version)))

    def get(self, alarm_id: UUID, reviewer: ReviewReader, worker: CaseReader) -> Alarm:
        found = next((alarm for alarm in self.stored.values() if alarm.id == alarm_id), None)
        if found is None:
            raise AlarmNotFound
        return deepcopy(found)

    def add(self, alarm: Alarm) -> None:
        self.stored[alarm.referral_id, alarm.referral_version] = deepcopy(alarm)

    save = add

    def remove(self, alarm: Alarm) -> None:
        del self.stored[alarm.referral_id, alarm.referral_version]

    def add_action(self, action: AlarmAction) -> None:
        self.actions.append(action)


class FakeProjections(FakeCaseChanges):
    """Referrals, bases and changes are kept; of the rest only that it was heard."""

    def __init__(self, *teams: Team, cases: FakeCaseRepository | None = None) -> None:
        super().__init__(cases or FakeCaseRepository())
        self._teams = teams
        self.referrals: dict[UUID, Event] = {}
        self.withdrawals: dict[UUID, Event] = {}
        self.added: dict[UUID, set[RecipientClass]] = {}
        self.confirmed: dict[UUID, tuple[UUID, datetime]] = {}
        self.recorded: set[tuple[UUID, RecipientClass, LawfulBasis]] = set()
        self.hidden: dict[UUID, RecipientClass] = {}
        """Of each review, the class of its case's team when no basis lets it know any more."""
        self.acknowledgements: list[Event] = []
        self.reviewers: dict[str, set[UUID]] = {}
        """Who reviews each area."""

    def apply_staff(self, event: Event) -> None:
        self.acknowledgements.append(event)

    apply_team = apply_identity = apply_narrative = apply_match = apply_model = apply_staff

    def apply_referral(self, event: Event) -> bool:
        return _newer(self.referrals, event)

    def apply_withdrawal(self, event: Event) -> bool:
        return _newer(self.withdrawals, event)

    def withdrawal(self, referral_id: UUID) -> Withdrawal | None:
        asked = self.withdrawals.get(referral_id)
        if asked is None:
            return None
        content = Withdrawal(reason=asked["reason"], withdrawn_at=asked["withdrawn_at"])
        by, until = self.confirmed.get(referral_id, (None, None))
        return replace(content, confirmed_at=after(60) if by else None, confirmed_by=by, readable_until=until)

    def confirm_withdrawal(self, referral_id: UUID, *, by: UUID, readable_until: datetime) -> None:
        self.confirmed[referral_id] = (by, readable_until)

    def do_not_contact(self, referral_id: UUID) -> frozenset[str]:
        return self.forbidden.get(referral_id, frozenset())

    def person_of(self, referral_id: UUID) -> UUID:
        person_id: UUID = self.referrals[referral_id]["person_id"]
        return person_id

    def change_to_read(self, review: Review, *, referral_version: int, kind: ChangeKind) -> None:
        self.changes.append((review.referral_id, referral_version, kind))

    def change_read(self, referral_id: UUID, referral_version: int, kind: ChangeKind, *, reader: ReviewReader) -> bool:
        return self._note_read({(referral_id, referral_version, kind)}, by=reader.staff_id)

    def hidden_from(self, review_id: UUID) -> RecipientClass | None:
        return self.hidden.get(review_id)

    def covered(self, referral_id: UUID) -> frozenset[RecipientClass]:
        event, withdrawal = self.referrals.get(referral_id), self.withdrawal(referral_id)
        ended = withdrawal.consent_ended if withdrawal else ConsentEnded()
        content = {
            basis["recipient_class"]
            for basis in (event["bases"] if event else ())
            if ended.of(basis["recipient_class"], basis["basis"]) is None
        }
        return frozenset(content | self.added.get(referral_id, set()))

    def facts_now(self, referral_id: UUID) -> FactsNow:
        event = self.referrals[referral_id]
        danger = event["facts"]["immediate_danger"] is Answer.YES
        leaves_at = event["discharge_expected_at"]
        return FactsNow(version=event["version"], area=event["area"], danger=danger, leaves_at=leaves_at)

    def subject(self, referral_id: UUID) -> Subject:
        event = self.referrals[referral_id]
        by_police = event["referred_by"]["organisation_class"] is OrganisationClass.POLICE
        return Subject(
            area=event["area"],
            age=event["age"],
            age_basis=event["age_basis"],
            weapon_found_by_police=by_police and event["facts"]["weapon_found_by_police_on"] is not None,
            covered=self.covered(referral_id),
        )

    def teams(self) -> Collection[Team]:
        return self._teams

    def other_reviewer(self, area: str, *, besides: Collection[UUID | None]) -> bool:
        return bool(self.reviewers.get(area, set()) - set(besides))

    def disclosing(self, referral_id: UUID) -> Disclosing:
        event = self.referrals[referral_id]
        return Disclosing(
            referring=event["referred_by"]["organisation_class"],
            patient_information=event["patient_information"] is not False,
            organisation_classes={},
        )

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
        new = (referral_id, recipient, basis) not in self.recorded
        self.recorded.add((referral_id, recipient, basis))
        self.added.setdefault(referral_id, set()).add(recipient)
        return new


class FakeReviewUnitOfWork(FakeCaseUnitOfWork):
    def __init__(self, *teams: Team, at: datetime | None = None) -> None:
        super().__init__(at=at or after(30))
        self.projections = FakeProjections(*teams, cases=self.cases)
        self.reviews = FakeReviewRepository(self.projections)
        self.estimates = FakeEstimates()
        self.policy = SimpleNamespace(
            review_hours=ReviewHours(),
            case_hours=CASE_HOURS,
            claim_lasts=timedelta(minutes=30),
            consent_withdrawn_readable_days=14,
            pause_working_days=2,
            longest_pause_days=14,
            alarm_hours=1,
        )
        self.alarms = FakeAlarms()
        self.questions: list[Question | None] = []
        self.republished: list[UUID] = []

    def new_id(self) -> UUID:
        return uuid4()

    def is_bank_holiday(self, day: date) -> bool:
        return False

    def republish_progress(self, referral_id: UUID) -> None:
        self.republished.append(referral_id)

    def make_progress(
        self,
        referral_id: UUID,
        step: ProgressStep,
        question: Question | None = None,
        question_id: UUID | None = None,
    ) -> None:
        super().make_progress(referral_id, step)
        self.questions.append(question)


def _newer(stored: dict[UUID, Event], event: Event) -> bool:
    known = stored.get(event["referral_id"])
    if known is not None and known["version"] >= event["version"]:
        return False
    stored[event["referral_id"]] = event
    return True


def _answer(event: Mapping[str, Any]) -> Estimated | NotEstimated:
    """What the use cases look at: which of the two it is, its band, and its model."""
    if "probability" not in event:
        return NotEstimated(reason=event["reason"], missing=tuple(event["missing"]))
    return Estimated(
        probability=event["probability"],
        interval=None,
        band=event["band"],
        base_rate=event["base_rate"],
        base_log_odds=event["base_log_odds"],
        contributions=(),
        missing=tuple(event["missing"]),
        harm_event="",
        horizon_months=12,
        model_version=event["model_version"],
        invented_data=event["invented_data"],
        estimated_at=event["estimated_at"],
    )
