"""What is derived of other referrals, held against the rule: estimates and their sources, matches, timelines, messages."""

from collections.abc import Iterator, Mapping
from typing import Any

from models.features import reading
from models.features.specification import Feature
from models.features.specification import Rule as Made
from tests.property.whole.people import Whole
from tests.property.whole.rule import Member, Referral
from tests.world import Caller

REVIEWS = "/casework/api/v1/reviews"
CASES = "/casework/api/v1/cases"


def faults(whole: Whole, member: Member, caller: Caller) -> Iterator[str]:
    """All that this member is told of one referral and that comes from others."""
    rule, who = whole.rule, "+".join(sorted(member.roles))
    for number, referral in whole.referrals.items():
        if rule.reviews(member, referral):
            told = caller.get(f"{REVIEWS}/{referral.review}").get_json()
            found = {match["id"] for match in told["matches"]}
            if found != (expected := _matches(whole, member, number)):
                yield f"{who}: {number} has the matches {found}, and not {expected}"
        if rule.sees_estimate(member, referral) and is_current(referral):
            told = caller.get(f"{REVIEWS}/{referral.review}/estimate").get_json()
            yield from (
                f"{who}: the estimate of {number} {fault}" for fault in _of_estimate(whole, member, referral, told)
            )
        if referral.case and rule.works(member, referral):
            told = caller.get(f"{CASES}/{referral.case.id}").get_json()
            found = {entry["id"] for entry in told["whole"]["entries"]}
            if found != (
                expected := {str(row.id) for row in whole.rows("casework", "case_entries", case_id=referral.case.id)}
            ):
                yield f"{who}: the timeline of {number} has {found}, and not {expected}"


def of_messages(whole: Whole) -> Iterator[str]:
    """What scoring told of each referral as it now is, to whomever."""
    for number, referral in whole.referrals.items():
        rows = whole.rows("casework", "estimates", referral_id=referral.id, referral_version=referral.version)
        content = max(rows, key=lambda row: row.sequence).content
        if "probability" in content:
            parts = {part["feature"]: part for part in content["contributions"]}
            yield from (f"the message on {number} {fault}" for fault in _differing(whole, referral, parts))


def is_current(referral: Referral) -> bool:
    """Once it was decided on, a version that was changed since is not estimated again."""
    return referral.version == referral.read_version


def _matches(whole: Whole, member: Member, number: int) -> set[str]:
    return {
        str(match_id)
        for match_id, pair in whole.matches.items()
        if number in pair and all(whole.rule.reviews(member, whole.referrals[one]) for one in pair)
    }


def _of_estimate(whole: Whole, member: Member, referral: Referral, told: Mapping[str, Any]) -> Iterator[str]:
    """Nothing of it is shown to who may not know all that it draws on: they made one of the earlier referrals."""
    history = whole.rule.history(referral, whole.referrals)
    is_known = all(whole.rule.reviews(member, other) for other in history)
    if not is_known and (told["estimate"] or told["not_estimated"]):
        yield f"is shown, and draws on one of {[one.number for one in history]} that they may not know"
    if is_known and not told["estimate"] and not told["not_estimated"]:
        yield "is not shown"
    if is_known and told["estimate"]:
        features = {feature.label: feature.name for feature in reading.registry().features}
        parts = {features[part["label"]]: part for part in told["estimate"]["contributions"]}
        yield from _differing(whole, referral, parts)


def _differing(whole: Whole, referral: Referral, parts: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Every value and source that is not the rule's, written in plain Python."""
    history = whole.rule.history(referral, whole.referrals)
    for feature in reading.registry().features:
        part = parts[feature.name]
        value, sources = _expected(feature, referral, history)
        if value is not ... and part["value"] != value:
            yield f"has {feature.name} {part['value']}, and not {value}"
        if (found := _sources(part)) != [str(other.id) for other in sources]:
            yield f"has {feature.name} from {found}, and not from {[other.number for other in sources]}"


def _expected(feature: Feature, referral: Referral, history: list[Referral]) -> tuple[Any, list[Referral]]:
    """The value (... where it is not drawn), and the earlier referrals that it comes from, newest first.

    Every drawn referral is about violence, and all are of one week.
    """
    if feature.rule is Made.EARLIER_REFERRALS:
        return min(len(history), int(feature.high)), history
    if feature.rule is Made.RECENCY_OF_EARLIER_REFERRAL:
        return ..., history[:1]
    fact = feature.fact
    if fact in referral.facts:
        return referral.facts[fact], []
    if not reading.registry().facts[fact].stands_for_days or fact not in DRAWN:
        return ..., []
    source = next((other for other in history if fact in other.facts), None)
    return (source.facts[fact], [source]) if source else (None, [])


DRAWN = {"education_status", "looked_after_now", "peers_in_violence", "often_absent"}
"""The facts that a drawn referral may give and that stand for some time."""


def _sources(part: Mapping[str, Any]) -> list[str]:
    newest = [part["source_referral_id"]] if part.get("source_referral_id") else []
    return newest + [other["referral_id"] for other in part.get("further_sources", ())]
