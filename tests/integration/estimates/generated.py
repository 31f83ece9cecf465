"""Invented referrals through the API, and their estimates as API and page give them back."""

import html
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from services.demo.people import Person, people
from services.demo.referrals import referral
from tests.integration.estimates.oracle import Posted
from tests.world import Caller, World

REFERRALS = "/intake/api/v1/referrals"
REVIEWS = "/casework/api/v1/reviews"
TOKEN_LASTS = timedelta(days=30)
BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SENDERS = {
    "navigator": ("ae_navigator", "northside"),
    "navigator-west": ("ae_navigator", "westborough"),
    "partner-system": ("partner_system", "northside"),
    "police-system": ("police", "northside"),
    "referrer": ("school", "northside"),
}
READERS = {"northside": "reviewer-two", "westborough": "reviewer-west"}
"""Reviewers who may know every referral of their area: one of the partnership refers nobody."""
_FURTHER: dict[str, tuple[Any, ...]] = {
    "injury": ("none", "minor", "needs_treatment", "admitted", "life_threatening"),
    "police_contacts_12m": (0, 1, 1, 2, 7),
    "violence_attendances_12m": (0, 1, 1, 2),
    "missing_episodes_12m": (0, 1, 1, 4),
    "exploitation_signs": ([], ["debt"], ["debt", "phone_activity", "drugs_supply"]),
    "strengths": ([], ["trusted_adult"], ["trusted_adult", "wants_change"]),
    "education_status": ("excluded", "in_work", "suspended"),
    "childrens_services": ("none", "child_in_need", "child_protection"),
}


@dataclass
class MovingClock:
    now: datetime = BEGAN

    def __call__(self) -> datetime:
        return self.now

    def move(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass(frozen=True, kw_only=True)
class PageRow:
    """One line of the page's table."""

    label: str
    value: str
    origin: str
    direction: str
    caution: str


@dataclass(kw_only=True)
class Generated:
    """A world with invented referrals in it, about few enough people that many have an earlier one."""

    world: World
    clock: MovingClock
    chance: random.Random = field(default_factory=lambda: random.Random(15))  # noqa: S311 (no secret)
    posted: list[Posted] = field(default_factory=list)
    _callers: dict[str, tuple[datetime, Caller]] = field(default_factory=dict)
    """Each with when its token ends."""

    def post(self, number: int) -> None:
        known = people(today=BEGAN.date(), chance=self.chance)
        crowd = max(20, number // 3)
        persons = [known[index % len(known)] for index in range(crowd)]
        for index in range(number):
            self.clock.move(hours=self.chance.uniform(0.5, 14) * min(1.0, 1_000 / number))  # at most a year in all
            self._post_one(index, persons[self.chance.randrange(crowd)])
        self.world.drain()

    def _post_one(self, index: int, person: Person) -> None:
        sender = self.chance.choices([*SENDERS], weights=[5, 2, 1, 1, 1])[0]
        source, area = SENDERS[sender]
        body = varied(referral(person, at=self.clock.now, chance=self.chance, area=area), self.chance, sender)
        answer = self._caller(sender).post(REFERRALS, body)
        assert answer.status_code == 202, answer.text
        self.posted.append(
            Posted(
                id=str(answer.location).rpartition("/")[2],
                at=self.clock.now,
                source=source,
                body=body,
                person=person.nhs_number,
            )
        )
        if index % 25 == 24:
            self.world.drain()

    def read(self) -> Iterator[tuple[Posted, dict[str, Any], str]]:
        """Each referral with its estimate by the API, and for every third one by the page too, which takes longer.

        The reader is a reviewer who has said what they think.
        """
        listed = {area: reviews_of(self._caller(reader)) for area, reader in READERS.items()}
        for index, posted in enumerate(self.posted):
            self.clock.move(seconds=1)
            area = posted.body["area"]
            review = listed[area][posted.id]
            yield posted, *estimate(self._caller(READERS[area]), review, page=index % 3 == 0)

    def _caller(self, user: str) -> Caller:
        """With a token that lasts as long as one may."""
        ends, caller = self._callers.get(user, (BEGAN, None))
        if caller is None or ends <= self.clock.now:
            caller = self.world.caller(user, lifetime=TOKEN_LASTS)
            self._callers[user] = self.clock.now + TOKEN_LASTS, caller
        return caller


def reviews_of(reader: Caller) -> dict[str, dict[str, Any]]:
    """The rows of the reader's list, by referral."""
    found: dict[str, dict[str, Any]] = {}
    cursor = None
    while True:
        asked = {"limit": 100} | ({"cursor": cursor} if cursor else {})
        data = reader.get(REVIEWS, query_string=asked).get_json()
        found |= {row["referral_id"]: row for row in data["items"]}
        cursor = data["next_cursor"]
        if cursor is None:
            return found


def review_of(reader: Caller, referral_id: str) -> dict[str, Any]:
    """The row of one referral's review."""
    [row] = reader.get(REVIEWS, query_string={"referral_id": referral_id}).get_json()["items"]
    return dict(row)


def estimate(reader: Caller, row: dict[str, Any], *, page: bool = True) -> tuple[dict[str, Any], str]:
    """The estimate of a review in the list, as JSON and as a page; "" when the page is not asked for."""
    review = f"{REVIEWS}/{row['id']}"
    view = {"level": "planned", "sureness": "fairly", "why": "Wants help."}
    answer = reader.post(f"{review}/own-view", view, headers={"If-Match": f'"{row["revision"]}"'})
    assert answer.status_code == 201, answer.text
    data = reader.get(f"{review}/estimate")
    assert data.status_code == 200, data.text
    if not page:
        return data.get_json(), ""
    shown = reader.get(f"/casework/reviews/{row['id']}/estimate")
    assert shown.status_code == 200
    return data.get_json(), shown.text


def varied(body: dict[str, Any], chance: random.Random, sender: str) -> dict[str, Any]:
    """The demonstration's referral with answers that it gives seldom: ones, nones, empty lists, much or little known."""
    known = chance.choice([0.3, 0.6, 1.0])
    facts = {name: value for name, value in body["facts"].items() if chance.random() < known}
    facts |= {name: chance.choice(values) for name, values in _FURTHER.items() if chance.random() < known / 2}
    if sender == "police-system" and chance.random() < 0.7:
        happened = datetime.fromisoformat(body["incident"]["arrived_at"]).date()
        facts["weapon_found_by_police_on"] = (happened - timedelta(days=chance.choice([0, 1, 40, 700]))).isoformat()
    changes: dict[str, Any] = {"facts": facts}
    if chance.random() < 0.1:
        changes["what_happened"] = ["not_known"]
    elif chance.random() < 0.1:
        changes["what_happened"] = [chance.choice(["firearm", "corrosive_substance"])]
    if chance.random() < 0.2:
        changes["involvement"] = []
    return body | changes


_TABLE = re.compile(
    r'<th scope="row"[^>]*>(?P<label>.*?)</th>\s*<td[^>]*>(?P<value>.*?)</td>\s*'
    r"<td[^>]*>(?P<origin>.*?)</td>\s*<td[^>]*>(?P<direction>[^<]*)(?:<br><span[^>]*>(?P<caution>.*?)</span>)?</td>",
    re.DOTALL,
)
_BAR = re.compile(r"<strong>(?P<label>[^<]*)</strong>: (?P<value>[^<]*?)\s*<(?:br|/div)")


def table_of(page: str) -> list[PageRow]:
    return [
        PageRow(**{name: _text(content) for name, content in row.groupdict("").items()})
        for row in _TABLE.finditer(page.partition("app-moved")[2])
    ]


def bars_of(page: str) -> list[tuple[str, str]]:
    """Label and value of each bar that has a value."""
    bars = page.partition("app-moved")[2].partition("</ul>")[0]
    return [(_text(row["label"]), _text(row["value"])) for row in _BAR.finditer(bars)]


def _text(content: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", content)).split())
