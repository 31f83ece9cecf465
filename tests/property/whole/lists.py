"""What stands in each list, and how many it says that there are, held against the rule."""

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from services.contracts.codes import Role
from tests.property.whole.people import Whole
from tests.property.whole.routes import PLACES, STATUSES
from tests.property.whole.rule import Member, Referral, What
from tests.property.whole.walk import Seen

_HOW_MANY = re.compile(r"(\d+) (?:case|hand-over)s?, soonest due first")
_WORKERS = {Role.YOUTH_JUSTICE_CASEWORKER, Role.EARLY_INTERVENTION_CASEWORKER, Role.TEAM_MANAGER}
_SENDERS = {Role.NAVIGATOR, Role.REFERRER}
_OF_TEAM = {"id", "reference", "initials", "due_at", "state", "team_id", "assignee_id", "version", "danger", "alarm"}
"""What an item tells whoever knows of a case as one of its team."""
_ALARMS = re.compile(r'<section aria-labelledby="alarms">.*?</section>', re.DOTALL)
"""Above a list: alarms of other lists too."""


def faults(whole: Whole, member: Member, seen: Seen) -> Iterator[str]:
    """Every list that shows, or counts, otherwise than the rule."""
    for what, found, expected in _compared(whole, member, seen):
        if found != expected:
            yield f"{'+'.join(sorted(member.roles))}: {what} has {found}, and not {expected}"


def _compared(whole: Whole, member: Member, seen: Seen) -> Iterator[tuple[str, object, object]]:
    def those(which: Callable[[Referral], bool]) -> set[int]:
        return {number for number, referral in whole.referrals.items() if which(referral)}

    rule, roles = whole.rule, member.roles
    if roles & _SENDERS:
        shown = _numbers(whole, What.REFERENCE, seen.lists["/intake/referrals", "limit=5"])
        yield "the list of one's own referrals", shown, those(lambda one: rule.wrote(member, one))
    if Role.REVIEWER in roles:
        shown = _numbers(whole, What.REVIEW_ID, seen.lists["/casework/api/v1/reviews", "limit=5"])
        yield "the list of reviews", shown, those(lambda one: rule.reviews(member, one) and not one.ended)
        shown = _numbers(whole, What.REVIEW_ID, seen.lists["/casework/reviews", "limit=5"])
        yield (
            "the page of reviews",
            shown,
            those(lambda one: rule.reviews(member, one) and not one.ended) | _to_read(shown, whole),
        )
    if roles & (_WORKERS | {Role.REVIEWER}):
        shown = _numbers(whole, What.REFERENCE, seen.lists["/casework/api/v1/alarms", "limit=5"])
        raised = {row.referral_id for row in whole.rows("casework", "alarms", state="open")}
        expected = those(lambda one: one.id in raised and (rule.reviews(member, one) or rule.works(member, one)))
        yield "the list of alarms", shown, expected
        for tab in ("mine", "unassigned", "team", "hand-overs", "closed"):
            text = seen.lists["/casework/api/v1/cases", f"list={tab}&limit=5"]
            expected = those(partial(_in_tab, whole, member, tab)) | those(partial(_noticed, whole, member, tab))
            yield f"the list {tab} of cases", _numbers(whole, What.CASE_ID, text), expected
            yield f"an item of the list {tab}", _told_too_much(whole, member, text), set()
    for path, query, tab, which in _queues(member):
        text = _ALARMS.sub("", seen.lists.get((path, query), ""))
        if _HOW_MANY.search(text) or "No " in text:
            expected = those(partial(which, whole))
            shown = _numbers(whole, What.REFERENCE, text)
            noticed = those(partial(_noticed, whole, member, tab))
            yield f"{path}?{query}", (shown, _count(text)), (expected | noticed, len(expected))
    if Role.BOARD_MEMBER in roles:
        for place in PLACES:
            told = _body(seen.lists["/oversight/api/v1/steps/<period>", place])
            yield f"a small count of oversight {place}", _small_counts(told), []
            # Areas of the running quarter are not published yet.
            expected = told["status"] == 409 if place else told["received"] in ("*", _tens(len(whole.referrals)))
            yield f"the whole of oversight {place}", expected, True


def _in_tab(whole: Whole, member: Member, tab: str, referral: Referral) -> bool:
    case = referral.case
    if case is None or not whole.rule.lists(member, referral):
        return False
    is_open = not case.is_hand_over and not case.closed
    return {
        "mine": is_open and case.assignee == member.id,
        "unassigned": is_open and case.assignee is None,
        "team": is_open,
        "hand-overs": case.is_hand_over and not case.confirmed,
        "closed": case.closed,
    }[tab]


def _noticed(whole: Whole, member: Member, tab: str, referral: Referral) -> bool:
    """Whether the list has the notice that consent was withdrawn, which it does not count."""
    case = referral.case
    if case is None or not whole.rule.noticed(member, referral):
        return False
    return {
        "mine": not case.is_hand_over and case.assignee == member.id,
        "unassigned": not case.is_hand_over and case.assignee is None,
        "team": not case.is_hand_over,
        "hand-overs": case.is_hand_over,
        "closed": False,
    }[tab]


Which = Callable[[Whole, Referral], bool]


def _queues(member: Member) -> Iterator[tuple[str, str, str, Which]]:
    """Each list of the queue's page with its tab: whole, of one owner, of one status."""

    def of(tab: str, more: Which = lambda _whole, _one: True) -> Which:
        return lambda whole, one: _in_tab(whole, member, tab, one) and more(whole, one)

    def with_status(status: str) -> Which:
        return lambda whole, one: _has_status(whole, member, one, status)

    if member.roles & _WORKERS:
        for tab in ("mine", "unassigned", "team", "closed"):
            yield "/casework/queue", f"tab={tab}&limit=5", tab, of(tab)
        for status in STATUSES:
            yield "/casework/queue", f"tab=team&status={status}&owner=", "team", of("team", with_status(status))
        yield "/casework/queue", f"tab=team&status=&owner={member.id}", "team", of("mine")
    yield "/casework/hand-overs", "limit=5", "hand-overs", of("hand-overs")
    yield "/casework/hand-overs", "status=overdue&owner=", "hand-overs", of("hand-overs", with_status("overdue"))


def _has_status(whole: Whole, member: Member, referral: Referral, status: str) -> bool:
    """Contact is part of the rest: who knows of a case as one of the team does not find it by that.

    To whoever knows the rest, a case that has had its first contact is overdue no more.
    """
    assert referral.case is not None
    if status == "overdue":
        due_at = whole.rows("casework", "cases", id=referral.case.id)[0].due_at
        met = whole.rule.works(member, referral) and referral.case.in_contact
        return bool(due_at < whole.clock.now) and not met
    return whole.rule.works(member, referral) and referral.case.in_contact == (status == "in_contact")


def _to_read(shown: set[int], whole: Whole) -> set[int]:
    """What came after a decision stands on the page too, before whoever decided."""
    return {number for number in shown if whole.referrals[number].decided_by is not None}


def _numbers(whole: Whole, what: What, text: str) -> set[int]:
    forms = whole.marks.found(text)
    return {thing.of for form in forms for thing in whole.marks.known[form] if thing.what is what}


def _count(text: str) -> int:
    found = _HOW_MANY.search(text)
    return int(found[1]) if found else 0


def _body(text: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(text[text.index("\n{") :])
    return body


def _tens(count: int) -> int:
    """To the nearest ten, a five downwards."""
    return 10 * ((count + 4) // 10)


def _told_too_much(whole: Whole, member: Member, text: str) -> set[str]:
    """The names of what an item tells beside initials, reference and due date, of a case not known whole."""
    works = {str(one.case.id) for one in whole.referrals.values() if one.case and whole.rule.works(member, one)}
    items = [item for page in re.findall(r"^\{.*\}$", text, re.MULTILINE) for item in json.loads(page)["items"]]
    return {name for item in items if item["id"] not in works for name in item} - _OF_TEAM


def _small_counts(told: object) -> list[int]:
    """Counts of 1 to 7 in a report: none may be there, so few referrals are there."""
    if isinstance(told, dict):
        return [
            count for name, inner in told.items() if name not in ("median", "ninth") for count in _small_counts(inner)
        ]
    if isinstance(told, list):
        return [count for inner in told for count in _small_counts(inner)]
    return [told] if isinstance(told, int) and not isinstance(told, bool) and 0 < told < 8 else []
