"""The question of each hour, answered from what people's own lists show, against rules written in plain Python."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from govuk_bank_holidays.bank_holidays import BankHolidays

from services.platform.ui import dates
from tests.simulation.office import Member, Office
from tests.simulation.work import ALARMS, CASES, REVIEWS, Work

CLAIM = timedelta(minutes=30)
PAUSE_WORKING_DAYS = 2
_OPEN = ("waiting", "question_asked", "agreement_needed")


@dataclass(frozen=True, kw_only=True)
class Missed:
    """A referral that nobody who can sign in was shown as theirs to act on."""

    at: datetime
    referral_id: UUID
    why: str


@dataclass
class Lists:
    """What those who can sign in are shown in this hour, by referral or case."""

    reviews: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    alarms: set[UUID] = field(default_factory=set)
    mine: dict[UUID, UUID] = field(default_factory=dict)
    unassigned: set[UUID] = field(default_factory=set)
    hand_overs: set[UUID] = field(default_factory=set)


def working_days_after(begin: datetime, days: int) -> datetime:
    """When that many working days of England and Wales have passed. What begins on a day off begins at its end."""
    holidays = {one["date"] for one in BankHolidays(use_cached_holidays=True).get_holidays("england-and-wales")}

    def works(day: date) -> bool:
        return day.weekday() < 5 and day not in holidays

    day, clock = begin.date(), begin.time()
    if not works(day):
        clock, days = time(), days + 1
    while days:
        day += timedelta(days=1)
        days -= works(day)
    return datetime.combine(day, clock, begin.tzinfo)


class Check:
    def __init__(self, office: Office, work: Work) -> None:
        self._office = office
        self._work = work

    def missed(self) -> list[Missed]:
        """Every referral that was accepted and is nobody's now."""
        office, sent = self._office, self._work.sent
        reviews: dict[UUID, Any] = {}
        for row in office.rows("casework", "reviews"):
            held = reviews.get(row.referral_id)
            if held is None or row.round > held.round:
                reviews[row.referral_id] = row
        cases = {row.review_id: row for row in office.rows("casework", "cases")}
        lists = self._lists(list(reviews.values()), list(cases.values()))
        found = []
        for referral_id in sent:
            review = reviews.get(referral_id)
            why = "it has no review" if review is None else self._why(review, cases.get(review.id), lists)
            why = why or self._danger_unseen(referral_id, review, lists)
            if why:
                found.append(Missed(at=office.clock.now, referral_id=referral_id, why=why))
        return found

    def _lists(self, reviews: list[Any], cases: list[Any]) -> Lists:
        """Ask one person after another, until all that must be in some list was seen in one, or nobody is left."""
        office, lists = self._office, Lists()
        unseen = {row.referral_id for row in reviews if row.state in _OPEN}
        for member in office.who(lambda one: one.reviews):
            if unseen - lists.reviews.keys():
                items = office.everything(member.caller, REVIEWS)
                lists.reviews |= {UUID(item["referral_id"]): item for item in items}
        in_danger = {one.id for one in self._work.sent.values() if one.raised_danger_at}
        for member in office.who(lambda one: one.reviews or one.works_cases or one.manages):
            if in_danger - lists.alarms:
                lists.alarms |= {UUID(alarm["referral_id"]) for alarm in office.everything(member.caller, ALARMS)}
        self._list_cases(cases, lists)
        self._work.done["unanswered question"] += sum(item["unanswered"] for item in lists.reviews.values())
        return lists

    def _list_cases(self, cases: list[Any], lists: Lists) -> None:
        def listed(member: Member, name: str, *more: str) -> set[UUID]:
            return {UUID(one["id"]) for one in self._office.everything(member.caller, f"{CASES}?list={name}", *more)}

        office = self._office
        handed_over = {case.id for case in cases if case.state == "awaiting_confirmation"}
        open_cases = [case for case in cases if case.state == "open"]
        unassigned = {case.id for case in open_cases if case.assignee_id is None}
        assignees = {case.assignee_id for case in open_cases}
        for member in office.who(lambda one: one.reviews or one.works_cases or one.manages):
            if handed_over - lists.hand_overs:
                lists.hand_overs |= listed(member, "hand-overs")
            if (member.works_cases or member.manages) and unassigned - lists.unassigned:
                lists.unassigned |= listed(member, "unassigned")
            if member.works_cases and member.id in assignees:
                # The cases that consent was withdrawn for stay in their worker's list as a notice.
                lists.mine |= dict.fromkeys(listed(member, "mine", "notices"), member.id)

    def _why(self, review: Any, case: Any, lists: Lists) -> str | None:
        if review.state in _OPEN:
            item = lists.reviews.get(review.referral_id)
            return self._why_waiting(item) if item else "its open review is in nobody's list"
        if review.state == "closed" or case is None:
            return None
        return self._why_case(case, lists)

    def _why_waiting(self, item: dict[str, Any]) -> str | None:
        now = self._office.clock.now
        claimant = item["claimed_by"] and UUID(item["claimed_by"])
        if claimant and claimant not in {member.id for member in self._office.active.values()}:
            return "it is claimed by somebody who cannot sign in"
        if claimant and now - self._work.last_act[UUID(item["id"]), claimant] > CLAIM + timedelta(seconds=1):
            return "it is claimed by somebody who has long stopped"
        if item["state"] == "question_asked" and item["paused_at"] and not item["unanswered"]:
            begun = dates.local(datetime.fromisoformat(item["paused_at"]))
            end = working_days_after(begun, PAUSE_WORKING_DAYS)
            later = self._work.asked_again_on.get(UUID(item["id"]))
            if later is not None:
                end = max(end, datetime.combine(later, time.min, begun.tzinfo))
            if now > end + timedelta(minutes=1):
                return "its clock is stopped without an end"
        return None

    def _why_case(self, case: Any, lists: Lists) -> str | None:
        if case.state in ("closed", "confirmed"):
            return None
        if case.state == "awaiting_confirmation":
            return None if case.id in lists.hand_overs else "its hand-over is in nobody's list"
        if case.assignee_id is None:
            return None if case.id in lists.unassigned else "its case is unassigned and in nobody's list"
        if lists.mine.get(case.id) != case.assignee_id:
            return "its case is held by somebody who cannot work it"
        return None

    def _danger_unseen(self, referral_id: UUID, review: Any, lists: Lists) -> str | None:
        """After a decision, danger is in an alarm until somebody says what they did; before it, the review is marked."""
        if self._work.sent[referral_id].raised_danger_at is None or referral_id in lists.alarms:
            return None
        if review.state in _OPEN and referral_id in lists.reviews and lists.reviews[referral_id]["danger"]:
            return None
        return None if review.state == "closed" else "immediate danger was said after its decision, and nobody is told"
