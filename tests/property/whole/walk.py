"""Goes with one member of staff to every GET route, and says what they were told that they may not know."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from werkzeug.routing import Rule as Route
from werkzeug.test import TestResponse

from tests.property.whole.marks import said
from tests.property.whole.people import Whole
from tests.property.whole.routes import FILLS, WHOLLY, Ask, address, gets
from tests.property.whole.rule import Member, Rule
from tests.world import Caller

_OWN_TO_REQUEST = re.compile(
    r'urn:uuid:[0-9a-f-]{36}|Reference for support: [0-9a-f-]{36}|name="csrf_token" value="[0-9a-f]{64}"'
)
_MAX_PAGES = 4
_NEXT_PAGE = re.compile(r'[?&;]cursor=([A-Za-z0-9_-]+)|"next_cursor": ?"([A-Za-z0-9_-]+)"')
_ASKED_BESIDE = re.compile(r'href="/(?!assets/)[^"]*\?([^"#]*)"')
_GET_FORM = re.compile(r'<form method="get".*?</form>', re.DOTALL)
_FIELD = re.compile(r'<(?:input|select)[^>]* name="([^"]+)"')
_ESTIMATE = re.compile(r"being harmed by violence|Of 100 with similar records|\"probability\": ?\d")


@dataclass
class Seen:
    """What one member was told in all: marked values, and what stood in each list."""

    forms: set[str] = field(default_factory=set)
    lists: dict[tuple[str, str], str] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    requests: int = 0


@dataclass
class Walk:
    whole: Whole
    member: Member
    caller: Caller
    rule: Rule
    seen: Seen = field(default_factory=Seen)
    _absent: dict[str, str] = field(default_factory=dict)

    def everywhere(self, *, only: str = "/") -> Seen:
        for service in self.whole.world.system.services.values():
            for route in gets(service.app):
                if route.rule.startswith(only):
                    self.route(route)
        return self.seen

    def route(self, route: Route) -> None:
        asks = list(FILLS[route.rule](self.whole, self.member))
        for place, ask in enumerate(self.some(route, asks)):
            answers = list(self.pages(route, ask))
            self.look(route, ask, answers)
            if answers[0].status_code == 403 and place == 0:
                return  # the role may not use it, whatever is asked: it is refused before anything is read
            if ask.known is not None:
                self.compare(route, ask, answers[0])

    def some(self, route: Route, asks: list[Ask]) -> list[Ask]:
        """Everything at some addresses, and at the others of the same things two that are known and one that is not."""
        if route.rule in WHOLLY:
            return asks
        few = [
            self.few([ask for ask in asks if ask.known is known], maximum) for known, maximum in ((True, 2), (False, 1))
        ]
        return [ask for ask in asks if ask.known is None] + few[0] + few[1]

    def few(self, asks: list[Ask], maximum: int) -> list[Ask]:
        return self.whole.chance.sample(asks, min(maximum, len(asks)))

    def absent(self, route: Route, ask: Ask) -> str:
        """What is answered about something that nobody has; the same for every id."""
        if route.rule not in self._absent:
            self._absent[route.rule] = self.told(self.get(address(route, {}, ask.absent or ask.query)))
        return self._absent[route.rule]

    def pages(self, route: Route, ask: Ask) -> Iterator[TestResponse]:
        """The answer, and of a list the next pages."""
        answer = self.get(address(route, ask.ids, ask.query))
        yield answer
        for _ in range(_MAX_PAGES):
            cursor = _NEXT_PAGE.search(answer.get_data(as_text=True))
            if cursor is None:
                return
            answer = self.get(address(route, ask.ids, f"{ask.query}&cursor={cursor[1] or cursor[2]}"))
            yield answer

    def get(self, path: str) -> TestResponse:
        self.seen.requests += 1
        return self.caller.get(path)

    def look(self, route: Route, ask: Ask, answers: list[TestResponse]) -> None:
        """Note what was told, and every marked value that is forbidden."""
        text = "\n".join(map(said, answers))
        forms = self.whole.marks.found(text)
        self.seen.forms |= forms
        if not ask.ids:
            self.seen.lists[route.rule, ask.query] = text
        for form in sorted(forms):
            things = self.whole.marks.known[form]
            if not any(self.whole.may(self.member, thing) for thing in things):
                self.fault(route, ask, f"tells {form}, which is {sorted(map(str, things))}")
        self.note_questions(text)
        if route.rule.startswith(("/casework", "/intake")) and _ESTIMATE.search(text):
            self.note_estimate(route, ask)
        for answer in answers:
            if answer.status_code not in (200, 303, 403, 404, 409, 422):
                self.fault(route, ask, f"answers {answer.status_code}")

    def note_questions(self, text: str) -> None:
        for query in _ASKED_BESIDE.findall(text):
            self.seen.asked |= {part.partition("=")[0] for part in query.replace("&amp;", "&").split("&")}
        for form in _GET_FORM.findall(text):
            self.seen.asked |= set(_FIELD.findall(form))

    def note_estimate(self, route: Route, ask: Ask) -> None:
        referral = next((one for one in self.whole.referrals.values() if one.review == ask.ids.get("review_id")), None)
        if referral is None or not self.rule.sees_estimate(self.member, referral):
            self.fault(route, ask, "shows an estimate")

    def compare(self, route: Route, ask: Ask, answer: TestResponse) -> None:
        """Forbidden looks like absent, to the last byte. What may be known is there."""
        if not ask.known and self.told(answer) != self.absent(route, ask):
            self.fault(route, ask, f"is answered {answer.status_code}, otherwise than what nobody has")
        if ask.known and answer.status_code in (403, 404):
            self.fault(route, ask, "is not found, and may be known")

    @staticmethod
    def told(answer: TestResponse) -> str:
        headers = sorted(f"{name}: {told}" for name, told in answer.headers.items() if name != "Set-Cookie")
        return _OWN_TO_REQUEST.sub("", "\n".join((answer.status, *headers, answer.get_data(as_text=True))))

    def fault(self, route: Route, ask: Ask, what: str) -> None:
        roles = "+".join(sorted(self.member.roles))
        self.seen.faults.append(
            f"{roles} ({self.member.organisation_class}): {address(route, ask.ids, ask.query)} {what}"
        )
