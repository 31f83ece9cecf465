"""How many possible matches a referral makes among ten thousand people: reviewers look at each of them."""

import random
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest

from services.contracts.codes import AgeBasis
from services.intake.domain.age import Age
from services.intake.domain.content import YoungPerson
from services.intake.domain.known import Known, known_of, search_keys
from services.intake.domain.matching import Verdict, compare
from tests.fakes.intake import NOW

PEOPLE = 10_000
REFERRALS = 500
KEY = b"a key of the tests"
# First names in about the proportions in which young people of an English city have them: a few of them many.
FIRST = (
    "Mohammed Oliver Jack Harry George Noah Charlie Jacob Alfie Freddie Oscar Leo Logan Archie Theo Thomas James Joshua Henry William"
    " Max Lucas Ethan Arthur Mason Isaac Harrison Teddy Finley Daniel Riley Edward Joseph Alexander Adam Reggie Samuel Jaxon Sebastian"
    " Elijah Harley Toby Arlo Dylan Jude Benjamin Rory Tommy Ibrahim Yusuf Ali Omar Hamza Abdullah Zayn Kofi Kwame Tariq Jerome Tyrone"
    " Dwayne Jayden Kai Tyler Connor Callum Liam Ryan Nathan Aaron Luke Owen Kieran Reece Amir Rohan Arjun Dev Wei Minh Piotr Jakub Andrei"
    " Olivia Amelia Isla Ava Emily Sophia Grace Mia Poppy Ella Lily Evie Isabella Freya Charlotte Sienna Daisy Phoebe Aisha Fatima Maryam"
    " Zara Layla Chloe Jessica Ruby Sophie Alice Erin Lola Ellie Hannah Molly Leah Amber Jasmine Ayesha Priya Anya Kasia Ioana Thanh"
)
LAST = (
    "Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson Evans Walker White Roberts Green Hall Wood"
    " Jackson Clarke Khan Ali Ahmed Hussain Begum Hassan Mohamed Singh Kaur Shah Malik Hussein Iqbal Mahmood Akhtar Chowdhury Rahman Islam"
    " Lewis Harris Clark Scott Turner Hill Moore Cooper Ward Morris Allen King Baker Martin Mitchell Lee Phillips Campbell Anderson Carter"
    " Parker Collins Murphy Bennett Cook Bell Murray Kelly Shaw Simpson Richardson Marshall Adams Gray Mensah Osei Okoro Adeyemi Boateng"
    " Nguyen Tran Kowalski Nowak Popescu Ionescu Novak Silva Santos Pereira Gomes Costa Kelly O'Neill O'Brien Byrne Ryan Fraser Stewart"
    " Reid Ross Watson Morgan Hughes Edwards Price Griffiths Owen Rees Lloyd Jenkins Powell Francis Palmer Mills Barnes Knight Webb Hunt"
)


def skewed(chance: random.Random, listed: str) -> str:
    """The first names of the list are the common ones, as in life."""
    names = listed.split()
    return names[min(int(chance.expovariate(1 / (len(names) / 4))), len(names) - 1)]


def described(chance: random.Random, serial: int) -> dict[str, Any]:
    """A young person as referrals have them: a fifth give no date of birth, a third no postcode, half no phone."""
    born = date(2001, 1, 1) + timedelta(days=chance.randrange(15 * 365))
    given: dict[str, Any] = {"name": f"{skewed(chance, FIRST)} {skewed(chance, LAST)}"}
    if chance.random() < 0.8:
        given["date_of_birth"] = born.replace(month=1, day=1) if chance.random() < 0.03 else born
    if chance.random() < 0.66:  # some seventeen people to a postcode, and a hostel
        place = 1 if chance.random() < 0.01 else chance.randrange(400)
        given["postcode"] = f"M{place // 10} {place % 10}AE"
    if chance.random() < 0.5:
        given["phone"] = f"+4477{serial:08}"
    if chance.random() < 0.03:
        given["name"] = chance.choice(["Unknown", "Not known", "J", "Baby Smith", "Twin"])
    return given


def known(who: dict[str, Any]) -> Known:
    basis = AgeBasis.DATE_OF_BIRTH if "date_of_birth" in who else AgeBasis.NOT_KNOWN
    return known_of(YoungPerson(**who), age=Age(years=None, basis=basis), at=NOW, test_numbers=False)


@pytest.mark.slow
def test_fewer_than_one_referral_in_twenty_makes_a_possible_match_with_a_stranger() -> None:
    """When this was written: 3.2 compared for each referral, and 0.016 possible matches."""
    chance, serials = random.Random(20261201), count()  # noqa: S311
    people = [known(described(chance, next(serials))) for _ in range(PEOPLE)]
    index: dict[str, list[int]] = {}
    keys = [search_keys(person, KEY) for person in people]
    for place, its_keys in enumerate(keys):
        for key in its_keys:
            index.setdefault(key.digest, []).append(place)
    identifiers = [{key.digest: key.identifier for key in its_keys} for its_keys in keys]

    compared = possible = linked = 0
    for _ in range(REFERRALS):
        who = known(described(chance, next(serials)))
        mine = search_keys(who, KEY)
        found = {
            place
            for key in mine
            if key.is_whole
            for place in index.get(key.digest, [])
            if key.is_sufficient
            or any(identifiers[place].get(other.digest, key.identifier) is not key.identifier for other in mine)
        }
        verdicts = [compare(who, people[place]).verdict for place in found]
        compared += len(found)
        possible += verdicts.count(Verdict.POSSIBLE)
        linked += verdicts.count(Verdict.SAME)

    assert linked == 0
    assert possible / REFERRALS < 0.05
    assert compared / REFERRALS < 10
