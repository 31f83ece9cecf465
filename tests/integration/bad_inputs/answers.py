"""Rows 33 to 52: dates, ages, numbers and codes that cannot be, and unusual ones that must be taken."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from tests.integration.bad_inputs.deployment import Deployment, accepted, changed, refused, row

BORN = "young_person/date_of_birth"
AGE = "young_person/age_about"
NHS = "young_person/nhs_number"
POSTCODE = "young_person/postcode"
PHONE = "young_person/phone"
HAPPENED = "incident/happened_at"
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def born(day: object) -> dict[str, Any]:
    """A referral that gives a date of birth and no age."""
    body = changed(BORN, day)
    del body["young_person"]["age_about"]
    return body


def refuse_each(deployment: Deployment, place: str, values: tuple[object, ...]) -> None:
    for value in values:
        refused(deployment.refer_with(place, value), 422, at=place)


def accept_each(deployment: Deployment, place: str, values: tuple[object, ...]) -> None:
    for value in values:
        accepted(deployment.refer_with(place, value))


@row(33)
def no_such_day(deployment: Deployment) -> None:
    refused(deployment.refer(born("2011-02-29")), 422, at=BORN)


@row(34)
def leap_day(deployment: Deployment) -> None:
    """Somebody born on 29 February is a year older from 1 March of a common year."""
    body = born("2016-02-29")
    with deployment.at(datetime(2026, 2, 28, 12, tzinfo=UTC)):
        refused(deployment.refer(body), 422, at=BORN)  # still 9
    with deployment.at(datetime(2026, 3, 1, 12, tzinfo=UTC)):
        accepted(deployment.refer(body))


@row(35)
def not_yet_born_or_long_ago(deployment: Deployment) -> None:
    today = deployment.clock.at.date()
    for day in (today + timedelta(days=1), today, today.replace(year=1900)):
        refused(deployment.refer(born(day.isoformat())), 422, at=BORN)


@row(36)
def out_of_scope(deployment: Deployment) -> None:
    for age in (9, 26):
        response = deployment.refer_with(AGE, age)
        refused(response, 422, at=AGE)
        assert response.get_json()["detail"]  # where to go instead
    with deployment.at(datetime(2026, 6, 10, 22, 59, tzinfo=UTC)):  # 23:59 in London
        refused(deployment.refer(born("2016-06-11")), 422, at=BORN)
    with deployment.at(datetime(2026, 6, 10, 23, 1, tzinfo=UTC)):  # 00:01 in London: the tenth birthday
        accepted(deployment.refer(born("2016-06-11")))
        refused(deployment.refer(born("2000-06-11")), 422, at=BORN)


@row(37)
def dates_written_otherwise(deployment: Deployment) -> None:
    for day in ("20110131", "2011-W05-1", "31/01/2011", "1/2/11", "2011-13-01", "0000-00-00", 1296432000):
        refused(deployment.refer(born(day)), 422, at=BORN)


@row(38)
def times_that_cannot_be(deployment: Deployment) -> None:
    refused(deployment.refer(born("0001-01-01")), 422, at=BORN)
    refused(deployment.refer(born("9999-01-01")), 422, at=BORN)
    refuse_each(
        deployment,
        HAPPENED,
        ("2026-01-05T10:00:00", "2026-01-05T10:00:00+15:00", "2026-01-05T24:00:00Z", "9999-01-01T00:00:00Z"),
    )
    accept_each(deployment, HAPPENED, ("2026-10-25T01:30:00+01:00", "2026-10-25T01:30:00+00:00"))


@row(39)
def incident_in_the_wrong_time(deployment: Deployment) -> None:
    at = deployment.clock.at
    refused(deployment.refer_with(HAPPENED, (at + timedelta(hours=1)).isoformat()), 422, at=HAPPENED)
    accepted(deployment.refer_with(HAPPENED, (at - timedelta(days=3650)).isoformat()))
    body = changed(HAPPENED, (at - timedelta(hours=2)).isoformat())
    body["incident"]["arrived_at"] = (at - timedelta(hours=3)).isoformat()
    refused(deployment.refer(body), 422, at="incident/arrived_at")


@row(40)
def nhs_numbers_that_do_not_add_up(deployment: Deployment) -> None:
    refuse_each(deployment, NHS, ("9990000019", "9990000010", "999000001", "99900000180"))


@row(41)
def nhs_numbers_of_one_digit(deployment: Deployment) -> None:
    refuse_each(deployment, NHS, tuple(str(digit) * 10 for digit in range(10)))


@row(42)
def nhs_numbers_with_spaces(deployment: Deployment) -> None:
    for written in ("999 000 0018", "999-000-0018"):
        where = accepted(deployment.refer_with(NHS, written))
        assert deployment.read(where)["referral"]["young_person"]["nhs_number"] == "9990000018"


@row(43)
def nhs_numbers_in_other_digits(deployment: Deployment) -> None:
    refuse_each(deployment, NHS, ("9990000018".translate(ARABIC), "999_000_0018", "999000001²"))


@row(45)
def nhs_number_of_somebody_else(deployment: Deployment) -> None:
    first = born("2010-05-05")
    first["young_person"] |= {"name": "Hazel Sample", "nhs_number": "9990000026"}
    second = born("2012-01-31")
    second["young_person"] |= {"name": "Reed Invented", "nhs_number": "9990000026"}

    one, other = (deployment.read(accepted(deployment.refer(body))) for body in (first, second))

    assert one.keys() == other.keys()  # the referrer's answer is the same either way
    assert _match_states(deployment, one["id"], other["id"]) == ["possible"]


@row(46)
def hardly_anything_known(deployment: Deployment) -> None:
    accepted(deployment.refer_with("young_person", {"age_about": 15, "no_fixed_address": True}))


@row(47)
def postcodes(deployment: Deployment) -> None:
    accept_each(
        deployment,
        POSTCODE,
        ("SW1A 1AA", "sw1a1aa", "EC1A 1BB", "M1 1AE", "B33 8TH", "CR2 6XH", "DN55 1PT", "GIR 0AA", "ZZ99 3VZ"),
    )


@row(48)
def postcodes_elsewhere(deployment: Deployment) -> None:
    refuse_each(deployment, POSTCODE, ("SW1A 1A", "QQ1 1AA", "BT1 1AA", "EH1 1AA", "JE2 3AB", "BFPO 57"))


@row(49)
def endless_postcode(deployment: Deployment) -> None:
    refused(deployment.refer_with(POSTCODE, "A" * 50_000), 422, at=POSTCODE)
    refused(deployment.refer_with(POSTCODE, "A" * 100_000), 413)


@row(50)
def phones(deployment: Deployment) -> None:
    accept_each(deployment, PHONE, ("+44 7700 900123", "07700 900123"))
    refuse_each(deployment, PHONE, ("ask her aunt", "0" * 50, "07700900123\nBcc: x"))


@row(51)
def codes(deployment: Deployment) -> None:
    refuse_each(deployment, "immediate_danger", ("perhaps", "YES", ""))
    refused(deployment.refer_with("what_happened", ["knife"]), 422)


@row(52)
def both_can_hold(deployment: Deployment) -> None:
    accepted(deployment.refer_with("involvement", ["victim", "suspected"]))
    accepted(deployment.refer_with("facts", {"self_harm_12m": True, "injury": "none"}))


def _match_states(deployment: Deployment, one: str, other: str) -> list[str]:
    intake = deployment.world.system.services["intake"]
    matches = intake.metadata.tables["matches"]
    with intake.database.read() as connection:
        found = connection.execute(sa.select(matches.c.earlier_id, matches.c.later_id, matches.c.state)).all()
    return [str(row.state) for row in found if {row.earlier_id, row.later_id} == {UUID(one), UUID(other)}]
