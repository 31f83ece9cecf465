"""What a reviewer does, killed at each of its steps: kept whole or not at all, and done once when asked again."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from uuid import uuid4

from tests.kill import reconciliation as reconciliations
from tests.kill.matrix import COMES_TO_REST_WITHIN, Violations
from tests.kill.prepared import REFERRALS, prepared
from tests.kill.process import Process, Sent, Stored, killed_at
from tests.kill.reconciliation import Reconciliation
from tests.waiting import wait_until
from tests.world import World

REVIEWS = "/casework/api/v1/reviews"
AFTER_COMMIT = "casework.after_commit"
_WRITTEN = "casework.rows_written"
_SHOWING = ("audit review.estimate_shown", "audit_subjects", "audit_subjects")
"""The audit row of a showing names the review and the referral."""


@dataclass(frozen=True, kw_only=True)
class Act:
    """A reviewer's request, its steps before the commit, and the rows that doing it once writes or changes."""

    name: str
    sent: Sent
    steps: tuple[str, ...]
    writes: Counter[str]
    asked_again: Counter[str] = field(default_factory=Counter)
    """What each further time of asking writes."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A system at rest with referrals that are estimated and wait for a person: the acts on each, in order."""

    stored: Stored
    reviews: tuple[tuple[Act, ...], ...]


def waiting(folder: Path, *, referrals: int, database_url: Callable[[str], str] | None = None) -> Waiting:
    with prepared(folder, database_url=database_url) as (made, world):
        acts = []
        for sent in made.referrals(referrals):
            referral = str(world.caller("navigator").post(REFERRALS, sent.body).location)
            world.drain()
            acts.append(_acts_on(_review_of(referral, world), world))
        # Whoever was given a token counts as signed in: casework has heard that before anything is killed.
        world.drain()
    return Waiting(stored=made.stored, reviews=tuple(acts))


def of_a_reviewer(waiting: Waiting, *, told: Callable[[str], object] = str) -> Violations:
    """Kill at each step of each act once per review."""
    found: dict[str, list[str]] = {}
    with reconciliations.over(waiting.stored) as reconciliation:
        for act in chain.from_iterable(waiting.reviews):
            for step, violations in _killed(act, waiting.stored, reconciliation):
                found.setdefault(f"{step}, {act.name}", []).extend(violations)
                told(step)
    return found


def written(before: Mapping[tuple[str, object], int], reconciliation: Reconciliation) -> Counter[str]:
    """The rows of casework that are new or changed since then, by name."""
    return Counter(name for name, _ in (reconciliation.rows("casework") - Counter(before)).elements())


def _killed(act: Act, stored: Stored, reconciliation: Reconciliation) -> Iterator[tuple[str, list[str]]]:
    """At each step before the commit nothing is kept, then everything; asked again, it is done once."""
    before = reconciliation.rows("casework")
    for step in (*act.steps, AFTER_COMMIT):
        killed_at(step, [act.sent], stored)
        expected = act.writes if step == AFTER_COMMIT else Counter[str]()
        yield step, _unlike(expected, written(before, reconciliation)) + reconciliation.faults_at_once()
    with Process(stored) as process:
        process.wait_until_it_serves_or_dies()
        process.send(act.sent)
        wait_until(reconciliation.at_rest, within=COMES_TO_REST_WITHIN, what="rest")
    answered = [] if act.sent.status == 200 else [f"answered {act.sent.status} when asked again"]
    done = _unlike(act.writes + act.asked_again, written(before, reconciliation))
    yield (
        "asked again",
        [
            *answered,
            *done,
            *reconciliation.unhandled(),
            *reconciliation.dead_letters(),
            *reconciliation.faults_at_once(),
        ],
    )


def _unlike(expected: Counter[str], found: Counter[str]) -> list[str]:
    return [] if found == expected else [f"wrote {dict(found)} and not {dict(expected)}"]


def _review_of(referral: str, world: World) -> str:
    found = world.caller("reviewer").get(REVIEWS, query_string={"referral_id": referral.rpartition("/")[2]})
    return f"{REVIEWS}/{found.get_json()['items'][0]['id']}"


def _acts_on(review: str, world: World) -> tuple[Act, ...]:
    """What a reviewer does with it, in order."""
    token = world.caller("reviewer").token
    # Neither an own view nor a showing changes it.
    as_read = world.caller("reviewer").get(review).headers["ETag"]

    def posted(what: str) -> Sent:
        body = world.example("casework", f"{REVIEWS}/{{review_id}}/{what}")
        return Sent(
            path=f"{review}/{what}", token=token, key=str(uuid4()), body=json.dumps(body).encode(), if_match=as_read
        )

    return (
        Act(
            name="own view",
            sent=posted("own-view"),
            steps=("casework.begun", "casework.unaided_saved", _WRITTEN),
            writes=Counter(
                (
                    *("reviews", "own_views", "idempotency_keys"),
                    *("audit review.own_view_recorded", "audit_subjects"),
                    "event casework.review.own_view_recorded",
                )
            ),
        ),
        Act(
            name="estimate shown",
            sent=Sent(method="GET", path=f"{review}/estimate", token=token, key=""),
            steps=("casework.score_revealed", _WRITTEN),
            writes=Counter(("own_views", *_SHOWING)),
            asked_again=Counter(_SHOWING),
        ),
        Act(
            name="decision",
            sent=posted("decision"),
            steps=("casework.decision_inserted", _WRITTEN),
            writes=Counter(
                (
                    *("reviews", "decisions", "cases", "case_entries", "progress", "idempotency_keys"),
                    *("audit review.decided", "audit case.opened", "audit_subjects", "audit_subjects"),
                    *("event casework.review.decided", "event casework.case.opened", "event casework.progress.made"),
                )
            ),
        ),
    )
