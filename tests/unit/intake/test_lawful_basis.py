"""Who may be told, and why."""

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.codes import (
    DisclosureGateway,
    Injury,
    LawfulBasis,
    OrganisationClass,
    RecipientClass,
)
from services.contracts.disclosure import USUAL_ORGANISATIONS
from services.intake.application.receive_referral import receive_referral
from services.intake.domain.content import Content, Incident
from services.intake.domain.lawful_basis import (
    BasesRefused,
    OrganisationClasses,
    check_bases,
    gateways,
    holds_patient_information,
)
from tests.factories.intake import a_basis, a_content, a_receipt, somebody
from tests.fakes.intake import NOW, FakeUnitOfWork

DUTY = DisclosureGateway.SERIOUS_VIOLENCE_DUTY
CRIME_AND_DISORDER = DisclosureGateway.CRIME_AND_DISORDER
TRIAGE, SUPPORT = RecipientClass.TRIAGE, RecipientClass.SUPPORT_SERVICE
TODAY = NOW.date()

organisations = st.sampled_from(OrganisationClass)
recipients = st.sampled_from(RecipientClass)
patient_information = st.sampled_from(
    [
        {"young_person": somebody(nhs_number="9990000018")},
        {"facts": {"injury": Injury.NONE}},
        {"facts": {"self_harm_12m": False}},
        {"facts": {"mental_health_need": True}},
        {"facts": {"violence_attendances_12m": 0}},
        {"incident": Incident(arrived_at=NOW)},
        {"incident": Incident(discharge_expected_at=NOW)},
    ]
)


def allowed(
    gateway: DisclosureGateway,
    *,
    referring: OrganisationClass,
    recipient: RecipientClass,
    organisation_classes: set[OrganisationClass],
    **changes: object,
) -> bool:
    rows = [a_basis(recipient, gateway=gateway)]
    if recipient is not TRIAGE:
        rows.append(a_basis())
    content = a_content(bases=tuple(rows), **changes)
    return not faults_at(content, referring=referring, organisation_classes={recipient: organisation_classes})


def faults_at(
    content: Content, *, referring: OrganisationClass, organisation_classes: OrganisationClasses
) -> dict[str, str]:
    """The sentences of what is refused, by pointer."""
    try:
        check_bases(content, referring=referring, organisation_classes=organisation_classes, today=TODAY)
    except BasesRefused as refused:
        return {error.pointer: error.detail for error in refused.errors}
    return {}


class TestTheSeriousViolenceDuty:
    """Police, Crime, Sentencing and Courts Act 2022 s.16, written out once more as the test's own oracle."""

    @given(organisations, recipients, st.sets(organisations, min_size=1, max_size=3))
    def test_reaches_from_a_listed_body_to_listed_bodies_for_chapter_1_and_no_further(
        self, referring: OrganisationClass, recipient: RecipientClass, organisation_classes: set[OrganisationClass]
    ) -> None:
        may = (
            referring not in (OrganisationClass.VOLUNTARY, OrganisationClass.HEALTH, OrganisationClass.SOCIAL_CARE)
            and OrganisationClass.VOLUNTARY not in organisation_classes
            and recipient not in (RecipientClass.CHILDRENS_SERVICES, RecipientClass.ADULT_SERVICES)
        )

        assert allowed(DUTY, referring=referring, recipient=recipient, organisation_classes=organisation_classes) is may

    @given(organisations, recipients, st.sets(organisations, min_size=1, max_size=3), patient_information)
    def test_never_covers_patient_information_whoever_has_it(
        self,
        referring: OrganisationClass,
        recipient: RecipientClass,
        organisation_classes: set[OrganisationClass],
        health: dict[str, object],
    ) -> None:
        assert not allowed(
            DUTY, referring=referring, recipient=recipient, organisation_classes=organisation_classes, **health
        )

    @given(organisations, recipients, st.sets(organisations, min_size=1, max_size=3))
    def test_is_offered_exactly_where_it_may_be_used(
        self, referring: OrganisationClass, recipient: RecipientClass, organisation_classes: set[OrganisationClass]
    ) -> None:
        offered = gateways(referring=referring, recipient=recipient, recipient_organisations=organisation_classes)

        for gateway in DisclosureGateway:
            may = allowed(gateway, referring=referring, recipient=recipient, organisation_classes=organisation_classes)
            assert (gateway in offered) is may

    def test_is_never_offered_to_a_hospital(self) -> None:
        offered = [
            gateways(
                referring=OrganisationClass.HEALTH,
                recipient=recipient,
                recipient_organisations=USUAL_ORGANISATIONS[recipient],
            )
            for recipient in RecipientClass
        ]

        assert not any(offered)

    def test_that_one_voluntary_team_of_the_class_would_learn_of_it_is_enough_to_refuse(self) -> None:
        organisation_classes = {OrganisationClass.LOCAL_AUTHORITY, OrganisationClass.VOLUNTARY}

        assert not allowed(
            DUTY,
            referring=OrganisationClass.POLICE,
            recipient=RecipientClass.SUPPORT_SERVICE,
            organisation_classes=organisation_classes,
        )

    def test_refusals_are_in_plain_words(self) -> None:
        said = set()
        for referring, recipient in product(OrganisationClass, RecipientClass):
            content = a_content(bases=(a_basis(), a_basis(recipient, gateway=DUTY)))
            said |= set(faults_at(content, referring=referring, organisation_classes={}).values())
        said.discard("Give one basis for each recipient")

        assert len(said) == 4
        assert all(sentence.startswith("The Serious Violence Duty") for sentence in said)


class TestTheCrimeAndDisorderAct:
    def test_reaches_public_authorities(self) -> None:
        assert allowed(
            CRIME_AND_DISORDER,
            referring=OrganisationClass.EDUCATION,
            recipient=RecipientClass.POLICE,
            organisation_classes={OrganisationClass.POLICE},
        )

    def test_does_not_reach_a_charity(self) -> None:
        assert not allowed(
            CRIME_AND_DISORDER,
            referring=OrganisationClass.POLICE,
            recipient=RecipientClass.SUPPORT_SERVICE,
            organisation_classes={OrganisationClass.VOLUNTARY},
        )

    @given(organisations, recipients, patient_information)
    def test_does_not_lift_a_duty_of_confidence(
        self, referring: OrganisationClass, recipient: RecipientClass, health: dict[str, object]
    ) -> None:
        organisation_classes = {OrganisationClass.POLICE}

        assert not allowed(
            CRIME_AND_DISORDER,
            referring=referring,
            recipient=recipient,
            organisation_classes=organisation_classes,
            **health,
        )


class TestBases:
    def test_for_triage_is_required(self) -> None:
        with pytest.raises(BasesRefused) as refused:
            check_bases(a_content(bases=()), referring=OrganisationClass.HEALTH, organisation_classes={}, today=TODAY)

        assert [error.pointer for error in refused.value.errors] == ["/bases"]

    def test_a_parent_s_consent_says_whose(self) -> None:
        consent = a_basis(basis=LawfulBasis.CONSENT_PARENT_OR_CARER)

        with pytest.raises(BasesRefused):
            check_bases(
                a_content(bases=(consent,)), referring=OrganisationClass.HEALTH, organisation_classes={}, today=TODAY
            )
        given_by_her = a_basis(basis=LawfulBasis.CONSENT_PARENT_OR_CARER, given_by="Mother")
        check_bases(
            a_content(bases=(given_by_her,)), referring=OrganisationClass.HEALTH, organisation_classes={}, today=TODAY
        )

    @pytest.mark.parametrize(("days", "refused"), [(-1, True), (0, False), (1, False)])
    def test_end_today_or_later(self, days: int, refused: bool) -> None:
        content = a_content(bases=(a_basis(), a_basis(SUPPORT, expires_on=TODAY + timedelta(days))))

        assert set(faults_at(content, referring=OrganisationClass.HEALTH, organisation_classes={})) == (
            {"/bases/1/expires_on"} if refused else set()
        )

    @given(st.integers(-400, 400))
    def test_for_triage_never_end(self, days: int) -> None:
        content = a_content(bases=(a_basis(expires_on=TODAY + timedelta(days)),))

        assert faults_at(content, referring=OrganisationClass.HEALTH, organisation_classes={}) == {
            "/bases/0/expires_on": "Leave the triage team’s last day blank. To take a referral back from them, withdraw it"
        }

    def test_that_ended_since_they_were_said_may_stay(self) -> None:
        ended = a_basis(SUPPORT, expires_on=TODAY - timedelta(1))

        check_bases(
            a_content(bases=(a_basis(), ended)),
            referring=OrganisationClass.HEALTH,
            organisation_classes={},
            today=TODAY,
            bases_before=(ended,),
        )

    def test_one_recipient_has_one(self) -> None:
        twice = (a_basis(), a_basis(basis=LawfulBasis.PUBLIC_TASK))

        with pytest.raises(BasesRefused):
            check_bases(
                a_content(bases=twice), referring=OrganisationClass.HEALTH, organisation_classes={}, today=TODAY
            )

    @given(st.sets(recipients).map(lambda found: found | {TRIAGE}), st.data())
    def test_consent_to_one_recipient_never_spreads_to_another(
        self, told: set[RecipientClass], data: st.DataObject
    ) -> None:
        drawn = [(one, data.draw(st.sampled_from(LawfulBasis))) for one in sorted(told)]
        by_parent = LawfulBasis.CONSENT_PARENT_OR_CARER
        bases = tuple(a_basis(one, basis, given_by="Mother" if basis is by_parent else None) for one, basis in drawn)
        uow = FakeUnitOfWork()

        receive_referral(a_receipt(a_content(bases=bases)), uow)

        published = uow.published[0][1]["bases"]
        assert {(one["recipient_class"], one["basis"]) for one in published} == {
            (one.recipient_class, one.basis) for one in bases
        }


class TestPatientInformation:
    def test_is_not_that_a_knife_was_used(self) -> None:
        assert not holds_patient_information(a_content())

    @given(patient_information)
    def test_is_what_is_about_health_care_or_treatment(self, health: dict[str, object]) -> None:
        assert holds_patient_information(a_content(**health))
