"""Answers that cannot both hold are refused, both named; what is only missing is not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.contracts.codes import ContactMode, LawfulBasis, PoliceTold, RecipientClass, Told
from services.intake.domain.content import (
    Contact,
    Content,
    Discharge,
    DoNotContact,
    Incident,
    Informed,
    Police,
    RefusedBy,
)
from services.intake.domain.rules import AnswersDisagree, check_answers
from tests.factories.intake import a_basis, a_content, somebody
from tests.fakes.intake import NOW

BY_CONSENT = a_basis(RecipientClass.SUPPORT_SERVICE, LawfulBasis.CONSENT_YOUNG_PERSON)
BY_PARENT = a_basis(RecipientClass.SUPPORT_SERVICE, LawfulBasis.CONSENT_PARENT_OR_CARER, given_by="Mother")
BASES = (a_basis(), BY_CONSENT)
REACHABLE = somebody(age_about=15, phone="+447700900982", address="1 Invented Row")


def refused(content: Content, *, before: Content | None = None) -> list[str]:
    """The fields named, none when it is accepted."""
    try:
        check_answers(content, referring=None, at=NOW, today=NOW.date(), before=before)
    except AnswersDisagree as error:
        return [fault.pointer for fault in error.errors]
    return []


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (
            {"young_person": REACHABLE, "contact": Contact(safe=(ContactMode.PHONE,), do_not=(DoNotContact.BY_PHONE,))},
            ["/contact/safe", "/contact/do_not"],
        ),
        (
            {"young_person": REACHABLE, "contact": Contact(safe=(ContactMode.TEXT,), do_not=(DoNotContact.BY_TEXT,))},
            ["/contact/safe", "/contact/do_not"],
        ),
        (
            {
                "young_person": REACHABLE,
                "contact": Contact(safe=(ContactMode.LETTER,), do_not=(DoNotContact.BY_LETTER,)),
            },
            ["/contact/safe", "/contact/do_not"],
        ),
        (
            {
                "young_person": REACHABLE,
                "contact": Contact(safe=(ContactMode.HOME_VISIT,), do_not=(DoNotContact.AT_HOME,)),
            },
            ["/contact/safe", "/contact/do_not"],
        ),
        ({"contact": Contact(safe=(ContactMode.PHONE,))}, ["/contact/safe", "/young_person/phone"]),
        ({"contact": Contact(safe=(ContactMode.TEXT,))}, ["/contact/safe", "/young_person/phone"]),
        ({"contact": Contact(safe=(ContactMode.LETTER,))}, ["/contact/safe", "/young_person/address"]),
        ({"contact": Contact(safe=(ContactMode.HOME_VISIT,))}, ["/contact/safe", "/young_person/address"]),
        ({"contact": Contact(safe=(ContactMode.THROUGH_TRUSTED_ADULT,))}, ["/contact/safe", "/contact/note"]),
        (
            {"bases": BASES, "disclosure": Informed(young_person=Told.NO, reason="Asleep")},
            ["/bases/1/basis", "/told/young_person"],
        ),
        (
            {"bases": (a_basis(), BY_PARENT), "disclosure": Informed(parent_or_carer=Told.NO)},
            ["/bases/1/basis", "/told/parent_or_carer"],
        ),
        ({"bases": BASES, "disclosure": Informed(refusal="He said no")}, ["/bases/1/basis", "/told/refusal"]),
        (
            {
                "bases": BASES,
                "disclosure": Informed(
                    refusal="Not them",
                    refused_by=(RefusedBy.YOUNG_PERSON,),
                    refused_for=(RecipientClass.SUPPORT_SERVICE,),
                ),
            },
            ["/bases/1/basis", "/told/refused_for"],
        ),
        (
            {"bases": (a_basis(given_by="Mother"),)},
            ["/bases/0/basis", "/bases/0/given_by"],
        ),
        ({"disclosure": Informed(young_person=Told.YES, reason="Asleep")}, ["/told/young_person", "/told/reason"]),
        ({"police": Police(told=PoliceTold.YES, reason="They would leave")}, ["/police/told", "/police/reason"]),
        (
            {"young_person": somebody(no_fixed_address=True, address="1 Invented Row")},
            ["/young_person/address", "/young_person/no_fixed_address"],
        ),
        (
            {"young_person": somebody(interpreter_needed=False, interpreter_language="Somali")},
            ["/young_person/interpreter_needed", "/young_person/interpreter_language"],
        ),
        (
            {"young_person": somebody(home_local_authority="Anytown"), "facts": {"looked_after_now": False}},
            ["/facts/looked_after_now", "/young_person/home_local_authority"],
        ),
        (
            {"incident": Incident(discharge=Discharge.DISCHARGED, discharge_expected_at=NOW + timedelta(hours=2))},
            ["/incident/discharge", "/incident/discharge_expected_at"],
        ),
    ],
)
def test_two_answers_that_cannot_both_hold_are_both_named(said: dict[str, Any], named: list[str]) -> None:
    assert refused(a_content(**said)) == named


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"contact": Contact(safe=(ContactMode.FACE_TO_FACE,))},
        {"young_person": REACHABLE, "contact": Contact(safe=(ContactMode.TEXT,), do_not=(DoNotContact.BY_PHONE,))},
        {"young_person": somebody(postcode="M1 1AE"), "contact": Contact(safe=(ContactMode.HOME_VISIT,))},
        {"contact": Contact(safe=(ContactMode.THROUGH_TRUSTED_ADULT,), note="Her aunt, at the school gate")},
        {"bases": BASES, "disclosure": Informed(young_person=Told.NOT_YET)},
        {"bases": BASES, "disclosure": Informed(parent_or_carer=Told.NO)},
        {
            "bases": BASES,
            "disclosure": Informed(
                refusal="Not the police", refused_by=(RefusedBy.YOUNG_PERSON,), refused_for=(RecipientClass.POLICE,)
            ),
        },
        {
            "bases": BASES,
            "disclosure": Informed(
                refusal="Mother does not want it",
                refused_by=(RefusedBy.PARENT_OR_CARER,),
                refused_for=(RecipientClass.SUPPORT_SERVICE,),
            ),
        },
        {"disclosure": Informed(refusal="He said no")},
        {"young_person": somebody(interpreter_needed=True)},
        {"young_person": somebody(interpreter_language="Somali")},
        {"incident": Incident(discharge=Discharge.DISCHARGED, discharge_expected_at=NOW - timedelta(hours=2))},
    ],
)
def test_what_may_both_hold_or_is_only_missing_is_accepted(said: dict[str, Any]) -> None:
    assert refused(a_content(**said)) == []


class TestAnAmendment:
    OLD = a_content(bases=BASES, contact=Contact(safe=(ContactMode.PHONE,)), disclosure=Informed(refusal="No"))

    def test_of_a_referral_from_before_the_rule_may_change_everything_else(self) -> None:
        assert refused(replace(self.OLD, danger_note="He is outside"), before=self.OLD) == []

    def test_may_drop_a_basis_before_the_one_that_contradicts(self) -> None:
        three = replace(self.OLD, bases=(a_basis(), a_basis(RecipientClass.POLICE), BY_CONSENT))

        assert refused(self.OLD, before=three) == []

    def test_adds_no_contradiction(self) -> None:
        more = replace(self.OLD, contact=Contact(safe=(ContactMode.PHONE,), do_not=(DoNotContact.BY_PHONE,)))

        assert refused(more, before=self.OLD) == ["/contact/safe", "/contact/do_not"]
