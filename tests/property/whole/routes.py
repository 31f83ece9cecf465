"""How the walk fills every GET route: with which ids, which questions beside them, and who may know what it shows.

A route that is not here fails the test: whoever adds one says here what it shows, and of what.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle
from uuid import UUID, uuid4

from flask import Flask
from werkzeug.routing import Rule as Route

from services.intake.entrypoints.sections import SECTIONS
from tests.property.whole.people import Whole
from tests.property.whole.rule import Member, Referral

Ids = Mapping[str, UUID]
Known = Callable[[Whole, Member, Referral], bool]
NOT_OURS = {"/assets/<path:name>"}
"""Style sheets and scripts."""


@dataclass(frozen=True)
class Ask:
    """One address; `known` says whether the member may know of the object that it names, None when it names none."""

    ids: Ids
    query: str = ""
    known: bool | None = None
    absent: str | None = None
    """The question that names what nobody has, where a question names the object."""


Fill = Callable[[Whole, Member], Iterable[Ask]]


def page(*queries: str) -> Fill:
    """It names no object. Lists are read to their last page."""
    return lambda _whole, _member: [Ask({}, query) for query in queries or ("",)]


def of(things: Callable[[Whole], Iterable[tuple[Ids, Referral]]], known: Known, *queries: str) -> Fill:
    """It names one thing of a referral. Asked for as well: one that nobody has."""

    def fill(whole: Whole, member: Member) -> Iterator[Ask]:
        for ids, referral in things(whole):
            for query in queries or ("",):
                yield Ask(ids, query, known(whole, member, referral))

    return fill


def referrals(whole: Whole) -> Iterator[tuple[Ids, Referral]]:
    for referral in whole.referrals.values():
        yield {"referral_id": referral.id}, referral


def reviews(whole: Whole) -> Iterator[tuple[Ids, Referral]]:
    for referral in whole.referrals.values():
        yield {"review_id": referral.review}, referral


def cases(whole: Whole) -> Iterator[tuple[Ids, Referral]]:
    for referral in whole.referrals.values():
        if referral.case:
            yield {"case_id": referral.case.id}, referral


def alarms(whole: Whole, member: Member) -> Iterator[Ask]:
    of = {referral.id: referral for referral in whole.referrals.values()}
    for row in whole.rows("casework", "alarms"):
        yield Ask(
            {"alarm_id": row.id},
            "",
            reviewed(whole, member, of[row.referral_id]) or worked(whole, member, of[row.referral_id]),
        )


def entries(name: str) -> Callable[[Whole], Iterator[tuple[Ids, Referral]]]:
    """What is written down in a case, under the address of its case."""

    def things(whole: Whole) -> Iterator[tuple[Ids, Referral]]:
        for ids, referral in cases(whole):
            for note in referral.case.notes if referral.case else ():
                yield {**ids, name: note}, referral

    return things


def wrote(whole: Whole, member: Member, referral: Referral) -> bool:
    return whole.rule.wrote(member, referral)


def reviewed(whole: Whole, member: Member, referral: Referral) -> bool:
    return whole.rule.reviews(member, referral)


def listed(whole: Whole, member: Member, referral: Referral) -> bool:
    return whole.rule.lists(member, referral)


def noticed(whole: Whole, member: Member, referral: Referral) -> bool:
    return whole.rule.lists(member, referral) or whole.rule.noticed(member, referral)


def worked(whole: Whole, member: Member, referral: Referral) -> bool:
    return whole.rule.works(member, referral)


def managed(whole: Whole, member: Member, referral: Referral) -> bool:
    return whole.rule.manages(member, referral)


def drafts(whole: Whole, member: Member) -> Iterator[Ask]:
    for draft_id, staff_id, _ in whole.drafts:
        yield Ask({"draft_id": draft_id}, "", staff_id == member.id)


def draft_sections(whole: Whole, member: Member) -> Iterator[Ask]:
    """One section of each draft, in turn."""
    for (draft_id, staff_id, _), key in zip(whole.drafts, cycle(SECTIONS), strict=False):
        yield Ask({"draft_id": draft_id, "key": key}, "", staff_id == member.id)


def sections(whole: Whole, member: Member) -> Iterator[Ask]:
    """One section of each referral, in turn."""
    for referral, key in zip(whole.referrals.values(), cycle(SECTIONS), strict=False):
        yield Ask({"referral_id": referral.id, "key": key}, "", wrote(whole, member, referral))


def begun(whole: Whole, member: Member) -> Iterator[Ask]:
    """The empty form, and the same with what somebody typed."""
    yield Ask({})
    for draft_id, staff_id, _ in whole.drafts:
        yield Ask({}, f"draft={draft_id}", staff_id == member.id, f"draft={uuid4()}")


def matches(whole: Whole, member: Member) -> Iterator[Ask]:
    for match_id, pair in whole.matches.items():
        known = all(whole.rule.reviews(member, whole.referrals[number]) for number in pair)
        yield Ask({"match_id": match_id}, "", known)


def estimates(whole: Whole, member: Member) -> Iterator[Ask]:
    """Known by pseudonym alone: no id of a referral, a review or a person opens one."""
    for estimate_id in whole.estimates[::3]:
        yield Ask({"estimate_id": estimate_id}, "", whole.rule.sees_pseudonyms(member))
    some = next(iter(whole.referrals.values()))
    for other in (some.id, some.review):
        yield Ask({"estimate_id": other}, "", known=False)


def reviews_of_referrals(whole: Whole, member: Member) -> Iterator[Ask]:
    """The list, and the search for the review of one referral."""
    yield Ask({}, "limit=5")
    for referral in whole.referrals.values():
        known = whole.rule.reviews(member, referral)
        yield Ask({}, f"referral_id={referral.id}", known, f"referral_id={uuid4()}")


def queue(whole: Whole, member: Member) -> Iterator[Ask]:
    yield from (Ask({}, f"tab={tab}&limit=5") for tab in ("mine", "unassigned", "team", "hand-overs", "closed"))
    yield from (Ask({}, f"tab=team&status={status}&owner=") for status in STATUSES)
    assigned = [one.case.assignee for one in whole.referrals.values() if one.case and one.case.assignee]
    for owner in {member.id, *assigned[:2]}:
        yield Ask({}, f"tab=team&status=&owner={owner}")


def hand_overs(_whole: Whole, member: Member) -> Iterator[Ask]:
    yield from (Ask({}, query) for query in ("limit=5", "status=overdue&owner=", f"status=&owner={member.id}"))


def audit(whole: Whole, member: Member) -> Iterator[Ask]:
    some = whole.referrals[0]
    yield from (Ask({}, query) for query in ("limit=100", f"by={member.id}"))
    yield from (Ask({}, f"about={subject}") for subject in (some.id, some.review))


def audit_rows(whole: Whole, member: Member) -> Iterator[Ask]:
    some = whole.referrals[0]
    yield from (Ask({}, f"limit=100{more}") for more in ("", f"&actor={member.id}", f"&id={some.id}&id={some.review}"))


def audit_ids(_whole: Whole, _member: Member) -> Iterator[Ask]:
    yield Ask({}, "reference=R-222222")


def audit_references(whole: Whole, _member: Member) -> Iterator[Ask]:
    some = whole.referrals[0]
    yield Ask({}, f"id={some.id}&id={some.review}")


def colleagues(whole: Whole, _member: Member) -> Iterator[Ask]:
    """An administrator's page of somebody: rights, and nothing of a referral."""
    yield from (Ask({"staff_id": staff_id}) for staff_id in whole.drawn[:2])


def holders(whole: Whole, member: Member) -> Iterator[Ask]:
    """What somebody holds: of workers, of those who decided, and one's own."""
    told = whole.referrals.values()
    held = [one.case.assignee for one in told if one.case] + [one.decided_by for one in told] + [member.id]
    yield from (Ask({"staff_id": staff_id}) for staff_id in dict.fromkeys(held) if staff_id)


def teams(whole: Whole, _member: Member) -> Iterator[Ask]:
    yield from (Ask({"team_id": row.id}) for row in whole.rows("accounts", "teams")[:2])


def letters(_whole: Whole, _member: Member) -> Iterator[Ask]:
    """Nothing is left undelivered here: what nobody has is all there is to ask for."""
    yield Ask({}, known=False)


_LETTERS = ("", "/<uuid:letter_id>", "/<uuid:letter_id>/redrive", "/<uuid:letter_id>/drop")
STATUSES = ("overdue", "waiting_for_first_contact", "in_contact")
QUARTER = "2026-Q4"
PLACES = ("", "area=northside", "area=riverside", "area=westborough")
_REFERRAL = "/intake/referrals/<uuid:referral_id>"
_DRAFT = "/intake/referrals/new/<uuid:draft_id>"
_REVIEW = "/casework/reviews/<uuid:review_id>"
_CASE = "/casework/cases/<uuid:case_id>"
_CASE_API = "/casework/api/v1/cases/<uuid:case_id>"
_NOTE = f"{_CASE}/notes/<uuid:note_id>/correction"

WHOLLY = {
    "/intake/api/v1/referrals/<uuid:referral_id>",
    "/intake/matches/<uuid:match_id>",
    "/casework/api/v1/reviews/<uuid:review_id>",
    "/casework/api/v1/reviews/<uuid:review_id>/estimate",
    _REVIEW,
    _CASE_API,
    _CASE,
}
"""Asked for every thing there is; the other routes of the same things for a few."""

_SERVICES = ("accounts", "intake", "scoring", "casework", "oversight")

FILLS: dict[str, Fill] = {
    "/accounts/audit": audit,
    "/accounts/audit.csv": audit,
    **{f"/{name}/api/v1/audit/rows": audit_rows for name in _SERVICES},
    **{f"/{name}/api/v1/audit/ids": audit_ids for name in _SERVICES},
    **{f"/{name}/api/v1/audit/references": audit_references for name in _SERVICES},
    **{
        f"/{name}/dead-letters{below}": letters if below else page()
        for name in ("intake", "scoring", "casework", "oversight")
        for below in _LETTERS
    },
    "/intake/in-transit": page(),
    "/intake/in-transit/any": page(),
    "/": page(),
    "/accounts/home": page(),
    "/accounts/about": page(),
    "/accounts/accessibility": page(),
    "/accounts/privacy": page(),
    "/accounts/sessions": page(),
    "/accounts/sign-in": page(),
    "/accounts/signed-out": page(),
    "/accounts/staff": page("limit=20"),
    "/accounts/staff/new": page(),
    "/accounts/staff/<uuid:staff_id>": colleagues,
    "/accounts/teams": page(),
    "/accounts/teams/new": page(),
    "/accounts/teams/<uuid:team_id>": teams,
    "/intake/api/v1/referrals/<uuid:referral_id>": of(referrals, wrote),
    "/intake/matches/<uuid:match_id>": matches,
    "/intake/referrals": page("limit=5", "kept=yes"),
    "/intake/referrals/new": begun,
    f"{_DRAFT}/check": drafts,
    f"{_DRAFT}/danger": drafts,
    f"{_DRAFT}/change/<key>": draft_sections,
    _REFERRAL: of(referrals, wrote, "changed=yes"),
    f"{_REFERRAL}/consent": of(referrals, wrote),
    f"{_REFERRAL}/answers": of(referrals, wrote),
    f"{_REFERRAL}/change": of(referrals, wrote),
    f"{_REFERRAL}/change/<key>": sections,
    f"{_REFERRAL}/withdraw": of(referrals, wrote),
    "/scoring/api/v1/estimates/<uuid:estimate_id>/changes": estimates,
    "/scoring/api/v1/models": page(),
    "/scoring/models": page(),
    "/casework/api/v1/reviews": reviews_of_referrals,
    "/casework/api/v1/reviews/<uuid:review_id>": of(reviews, reviewed),
    "/casework/api/v1/reviews/<uuid:review_id>/estimate": of(reviews, reviewed),
    "/casework/reviews": page("limit=5"),
    _REVIEW: of(reviews, reviewed, "done=decided"),
    f"{_REVIEW}/bases": of(reviews, reviewed, "recipient=police"),
    f"{_REVIEW}/decision": of(reviews, reviewed),
    f"{_REVIEW}/estimate": of(reviews, reviewed),
    f"{_REVIEW}/question": of(reviews, reviewed),
    f"{_REVIEW}/later": of(reviews, reviewed),
    f"{_REVIEW}/agreement": of(reviews, reviewed),
    "/casework/api/v1/cases": page(
        *(f"list={name}&limit=5" for name in ("mine", "unassigned", "team", "hand-overs", "closed"))
    ),
    _CASE_API: of(cases, noticed),
    f"{_CASE_API}/entries/<uuid:entry_id>": of(entries("entry_id"), worked),
    "/casework/api/v1/reviews/consent-withdrawals": page(),
    "/casework/alarms": page("limit=5"),
    "/casework/alarms/<uuid:alarm_id>": alarms,
    "/casework/api/v1/alarms": page("limit=5"),
    "/casework/api/v1/alarms/<uuid:alarm_id>": alarms,
    "/casework/queue": queue,
    "/casework/hand-overs": hand_overs,
    "/casework/staff": page("done=notice"),
    "/casework/staff/<uuid:staff_id>": holders,
    "/casework/api/v1/staff/<uuid:staff_id>/holdings": holders,
    "/casework/api/v1/case-notices": page(),
    _CASE: of(cases, noticed, "done=note"),
    f"{_CASE}/confirmation": of(cases, listed),
    _NOTE: of(entries("note_id"), worked),
    **{
        f"{_CASE}/{act}": of(cases, worked)
        for act in (
            "answer",
            "closure",
            "contact-attempts/new",
            "equality",
            "first-contact",
            "notes/new",
            "outcome",
            "unassignment",
        )
    },
    f"{_CASE}/assignment": of(cases, managed),
    f"{_CASE}/reopening": of(cases, managed),
    "/oversight/": page("", f"period={QUARTER}", *(f"period={QUARTER}&{place}" for place in PLACES[1:])),
    "/oversight/api/v1/steps/<period>": page(*PLACES),
    "/oversight/steps/<period>.csv": page(*PLACES),
}
ASKED = {
    "limit", "cursor", "kept", "draft", "changed", "referral_id", "done", "recipient", "list", "tab", "status", "owner",
    "by", "about", "period", "area",
}  # fmt: skip
"""Every question that an address may carry. The walk asks each."""


def unknown(apps: Iterable[Flask]) -> set[str]:
    """The GET routes that nobody said how to fill, and what is filled but no route any more."""
    return {rule.rule for app in apps for rule in gets(app)} ^ set(FILLS)


def gets(app: Flask) -> list[Route]:
    """The routes that show something. What says whether a service lives, and of what kind it is, is the same for all."""
    told_to_all = ("/health/live", "/health/ready", "/openapi.json", "/metrics")
    return sorted(
        (
            rule
            for rule in app.url_map.iter_rules()
            if "GET" in (rule.methods or ()) and rule.rule not in NOT_OURS and not rule.rule.endswith(told_to_all)
        ),
        key=lambda rule: rule.rule,
    )


def address(rule: Route, ids: Ids, query: str = "") -> str:
    """The route with these ids, and one that nobody has in every other place."""
    values: dict[str, object] = {name: ids.get(name) or uuid4() for name in rule.arguments}
    if "period" in values:
        values["period"] = QUARTER
    built = rule.build(values)
    assert built is not None
    return f"{built[1]}?{query}" if query else built[1]
