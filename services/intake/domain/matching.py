"""Decides whether two referrals are about the same person, possibly so, or unrelated."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from services.intake.domain.known import Identifier, Known, day_month_sorted, whole_values
from services.intake.domain.name_agreement import ALIKE, NameAgreement, name_agreement

_STATED_AGE_TOLERANCE = 2
AGE = "age"
NAME_SIMILAR = "name_similar"
DATE_OF_BIRTH_SIMILAR = "date_of_birth_similar"

LINKS: Collection[frozenset[str]] = (
    frozenset({Identifier.NHS_NUMBER}),
    frozenset({Identifier.NAME, Identifier.DATE_OF_BIRTH, Identifier.POSTCODE}),
    frozenset({Identifier.NAME, Identifier.DATE_OF_BIRTH, Identifier.PHONE}),
)
"""What links two referrals without a person: every identifier of one of these is the same on both and weak on neither,
and nothing that tells persons apart differs, or is only similar."""
_IDENTITY_CONTRADICTIONS = frozenset({Identifier.NHS_NUMBER, Identifier.NAME, Identifier.DATE_OF_BIRTH, AGE})
_ONLY_SIMILAR = frozenset({NAME_SIMILAR, DATE_OF_BIRTH_SIMILAR})

_STRONG, _WEAK = 2, 1
MATCH_POINTS = 3
"""Name, date of birth, postcode and phone give two points each where they agree, and one where they agree weakly. So two
that agree are for a person to look at unless both are weak, and so are three weak ones."""
_STRONG_NAME_WORDS = 2


class Verdict(StrEnum):
    SAME = "same"
    POSSIBLE = "possible"
    UNRELATED = "unrelated"


class DateAgreement(StrEnum):
    SAME = "same"
    SWAPPED = "swapped"
    """Day and month the other way round."""
    ONE_DIGIT = "one_digit"
    DIFFERENT = "different"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    verdict: Verdict
    agreeing: tuple[str, ...] = ()
    contradicting: tuple[str, ...] = ()
    name: NameAgreement | None = None
    born: DateAgreement | None = None

    @property
    def contradicts_identity(self) -> bool:
        """Whether anything speaks for two persons."""
        return not _IDENTITY_CONTRADICTIONS.isdisjoint(self.contradicting)


@dataclass(frozen=True)
class _Found:
    """Of one identifier that both have: the points it gives, none when it differs; whether it may help to link."""

    name: str
    points: int
    is_strong: bool = False


def compare(one: Known, other: Known, *, shared: Collection[Identifier] = ()) -> Comparison:
    """Whether two referrals are about one person. `shared` are the identifiers that several persons have already."""
    weak = one.weak | other.weak | frozenset(shared)
    name, born = name_agreement(one.names, other.names), _dates(one.born, other.born)
    found = [
        *_equal(Identifier.NHS_NUMBER, one.nhs_number, other.nhs_number, weak),
        *_name(name, weak),
        *_date_of_birth(born, weak, with_name=name is not None and name[0] in ALIKE),
        *([_Found(AGE, 0)] if born is None and _ages_contradict(one, other) else []),
        *_equal(Identifier.POSTCODE, one.postcode, other.postcode, weak),
        *_equal(Identifier.PHONE, one.phone, other.phone, weak),
    ]
    comparison = Comparison(
        verdict=Verdict.UNRELATED,
        agreeing=tuple(each.name for each in found if each.points),
        contradicting=tuple(each.name for each in found if not each.points),
        name=name[0] if name else None,
        born=born,
    )
    return replace(comparison, verdict=_verdict(one, other, found, comparison))


def _verdict(one: Known, other: Known, found: Collection[_Found], comparison: Comparison) -> Verdict:
    strong = {each.name for each in found if each.is_strong}
    several = one.names.of_several or other.names.of_several
    only_similar = not _ONLY_SIMILAR.isdisjoint(comparison.agreeing) or comparison.name is NameAgreement.INITIALS
    may_link = not (comparison.contradicts_identity or only_similar or several)
    if may_link and any(strong >= needed for needed in LINKS):
        return Verdict.SAME
    if Identifier.NHS_NUMBER in comparison.agreeing:
        return Verdict.POSSIBLE
    points = sum(each.points for each in found)
    # Two that share nothing whole would be found or missed by chance: they are looked for by whole values.
    if points < MATCH_POINTS or whole_values(one).isdisjoint(whole_values(other)):
        return Verdict.UNRELATED
    return Verdict.POSSIBLE


def _equal(
    identifier: Identifier, one: str | None, other: str | None, weak: Collection[Identifier]
) -> Iterator[_Found]:
    if one and other and one == other:
        yield _Found(identifier, _WEAK if identifier in weak else _STRONG, identifier not in weak)
    elif one and other:
        yield _Found(identifier, 0)


def _name(agreement: tuple[NameAgreement, int] | None, weak: Collection[Identifier]) -> Iterator[_Found]:
    if agreement is None:
        return
    kind, words = agreement
    points = _STRONG if words >= _STRONG_NAME_WORDS else _WEAK
    if kind is NameAgreement.SAME:
        yield _Found(Identifier.NAME, points, Identifier.NAME not in weak)
    elif kind in ALIKE:
        yield _Found(NAME_SIMILAR, points)
    elif kind is not NameAgreement.INITIALS:
        yield _Found(Identifier.NAME, 0)


def _date_of_birth(
    agreement: DateAgreement | None, weak: Collection[Identifier], *, with_name: bool
) -> Iterator[_Found]:
    """A date with a digit wrong speaks for one person only beside a name that agrees."""
    identifier = Identifier.DATE_OF_BIRTH
    if agreement is DateAgreement.SAME:
        yield _Found(identifier, _WEAK if identifier in weak else _STRONG, identifier not in weak)
    elif agreement is DateAgreement.SWAPPED or (agreement is DateAgreement.ONE_DIGIT and with_name):
        yield _Found(DATE_OF_BIRTH_SIMILAR, _WEAK)
    elif agreement is not None:
        yield _Found(identifier, 0)


def _dates(one: date | None, other: date | None) -> DateAgreement | None:
    if one is None or other is None:
        return None
    if one == other:
        return DateAgreement.SAME
    if day_month_sorted(one) == day_month_sorted(other):
        return DateAgreement.SWAPPED
    differing = sum(a != b for a, b in zip(one.isoformat(), other.isoformat(), strict=True))
    return DateAgreement.ONE_DIGIT if differing == 1 else DateAgreement.DIFFERENT


def _ages_contradict(one: Known, other: Known) -> bool:
    if one.born_about is None or other.born_about is None:
        return False
    return abs(one.born_about - other.born_about) > _STATED_AGE_TOLERANCE
