"""Making, changing and withdrawing a referral; drafts; what others tell us."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from services.contracts.codes import (
    Ethnicity,
    OrganisationClass,
    PoliceTold,
    ProgressStep,
    Question,
    RecipientClass,
    Told,
    WhatHappened,
    WithdrawalReason,
)
from services.contracts.intake import (
    EqualityRecordedV1,
    IdentityRecordedV1,
    NarrativeRecordedV1,
    ReferralAmendedV1,
    ReferralReceivedV1,
    ReferralWithdrawnV1,
)
from services.intake.application.amend_referral import AmendReferral, amend_referral
from services.intake.application.drafts import NoSuchDraft, SaveDraft, save_draft
from services.intake.application.on_accounts import ApplyTeam, on_team
from services.intake.application.on_progress import ApplyProgress, on_progress
from services.intake.application.receive_referral import receive_referral
from services.intake.application.validate_referral import ValidateReferral, validate_referral
from services.intake.application.validation import AnswersRefused
from services.intake.application.withdraw_referral import WithdrawReferral, withdraw_referral
from services.intake.domain.content import Concern, Content, Equality, Incident, Informed, Police
from services.intake.domain.lawful_basis import BasesRefused
from services.intake.domain.nhs_number import NotAnNhsNumber
from services.intake.domain.referral import (
    NoSuchReferral,
    NotAnswered,
    Progress,
    QuestionNotAsked,
    Referral,
    ReferralWithdrawn,
    StaleReferral,
)
from services.intake.domain.rules import NotForThisOrganisation, mixes_scripts
from services.platform.errors import ApplicationError
from tests.factories.intake import a_basis, a_content, a_receipt, a_referrer, somebody
from tests.fakes.intake import NOW, POLICY, FakeUnitOfWork


@pytest.fixture
def uow() -> FakeUnitOfWork:
    return FakeUnitOfWork()


def refused_at(content: Content, *, by: OrganisationClass = OrganisationClass.HEALTH) -> list[str]:
    """The pointers of what is wrong with it."""
    try:
        validate_referral(ValidateReferral(content=content, referring=by, referred_at=NOW), FakeUnitOfWork())
    except ApplicationError as refused:
        return [error.pointer for error in refused.errors]
    return []


def amendment(referral: Referral, content: Content | None = None, *, version: int | None = None) -> AmendReferral:
    return AmendReferral(
        referral_id=referral.id,
        expected_version=version or referral.version,
        content=content or a_content(concern=Concern(concern="More")),
        asking=referral.referred_by,
    )


class TestReceiving:
    def test_tells_codes_to_all_and_who_it_is_apart(self, uow: FakeUnitOfWork) -> None:
        content = a_content(
            young_person=somebody(name="Aspen Example", date_of_birth=date(2011, 3, 27), address="1 Invented Street"),
            concern=Concern(own_words="I am fine"),
            equality=Equality(ethnicity=Ethnicity.CARIBBEAN),
        )

        receive_referral(a_receipt(content), uow)

        kinds = [kind for kind, _ in uow.published]
        assert kinds == [ReferralReceivedV1, IdentityRecordedV1, NarrativeRecordedV1, EqualityRecordedV1]
        assert not {"Aspen Example", "1 Invented Street", "I am fine", "2011"} & set(str(uow.published[0]).split("'"))
        assert uow.events(IdentityRecordedV1)[0]["name"] == "Aspen Example"
        assert uow.events(NarrativeRecordedV1)[0]["texts"] == {"own_words": "I am fine"}

    def test_says_nothing_of_equality_that_nobody_said(self, uow: FakeUnitOfWork) -> None:
        receive_referral(a_receipt(), uow)

        assert not uow.events(EqualityRecordedV1)

    def test_gives_a_reference_that_no_other_has(self, uow: FakeUnitOfWork) -> None:
        uow.references = iter(["R-AAAAAA", "R-AAAAAA", "R-BBBBBB"])

        first, second = (receive_referral(a_receipt(), uow) for _ in range(2))

        assert (first.reference, second.reference) == ("R-AAAAAA", "R-BBBBBB")

    def test_forgets_the_draft_it_was_written_as(self, uow: FakeUnitOfWork) -> None:
        by, draft_id = a_referrer(), uuid4()
        assert by.staff_id
        save_draft(
            SaveDraft(
                draft_id=draft_id, staff_id=by.staff_id, answers={"young_person.name": ["Jay"]}, expected_version=0
            ),
            uow,
        )

        referral = receive_referral(replace(a_receipt(by=by), draft_id=draft_id), uow)

        assert uow.drafts.stored[draft_id]["answers"] is None
        assert uow.drafts.stored[draft_id]["referral_id"] == referral.id

    def test_says_everything_that_is_wrong_at_once(self, uow: FakeUnitOfWork) -> None:
        wrong = a_content(young_person=somebody(age_about=30), bases=(), police=Police(told=PoliceTold.DECIDED_NOT))

        with pytest.raises(AnswersRefused) as refused:
            receive_referral(a_receipt(wrong), uow)

        assert {error.pointer for error in refused.value.errors} == {
            "/young_person/age_about", "/bases", "/police/reason",
        }  # fmt: skip
        assert not uow.published
        assert not uow.referrals.stored

    def test_takes_numbers_of_the_test_range_only_where_people_are_invented(self) -> None:
        content = a_content(young_person=somebody(nhs_number="9990000018"))
        uow = FakeUnitOfWork(policy=replace(POLICY, test_nhs_numbers=False))

        with pytest.raises(NotAnNhsNumber):
            receive_referral(a_receipt(content), uow)


class TestAnswers:
    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"disclosure": Informed(young_person=Told.NO)}, "/told/reason"),
            ({"incident": Incident(happened_at=NOW + timedelta(minutes=1))}, "/incident/happened_at"),
            ({"incident": Incident(arrived_at=NOW + timedelta(days=1))}, "/incident/arrived_at"),
            (
                {"incident": Incident(happened_at=NOW, arrived_at=NOW - timedelta(hours=1))},
                "/incident/arrived_at",
            ),
            (
                {"incident": Incident(arrived_at=NOW, discharge_expected_at=NOW - timedelta(hours=1))},
                "/incident/discharge_expected_at",
            ),
        ],
    )
    def test_that_contradict_each_other_are_refused_at_the_field(
        self, changes: dict[str, object], pointer: str
    ) -> None:
        assert refused_at(a_content(**changes)) == [pointer]

    def test_before_the_birth_are_refused(self) -> None:
        content = a_content(
            young_person=somebody(date_of_birth=date(2011, 3, 27)),
            incident=Incident(happened_at=NOW.replace(year=2011, month=3, day=27)),
        )

        assert refused_at(content) == ["/incident/happened_at"]

    def test_of_long_ago_are_taken_and_pointed_out(self, uow: FakeUnitOfWork) -> None:
        long_ago = a_content(incident=Incident(happened_at=NOW - timedelta(days=3650)))

        receive_referral(a_receipt(long_ago), uow)

        assert "three years" in uow.events(NarrativeRecordedV1)[0]["texts"]["notices"]

    @pytest.mark.parametrize(
        ("name", "mixed"), [("Аdam", True), ("Adam", False), ("Адам", False), ("李", False), ("", False)]
    )
    def test_with_letters_of_two_alphabets_in_a_name_are_pointed_out(self, name: str, mixed: bool) -> None:
        assert mixes_scripts(name) is mixed


class TestWeaponFoundByPolice:
    found = a_content(facts={"weapon_found_by_police_on": date(2026, 11, 21)})

    def test_is_said_by_a_police_organisation(self, uow: FakeUnitOfWork) -> None:
        receive_referral(a_receipt(self.found, by=a_referrer(OrganisationClass.POLICE)), uow)

        assert uow.events(ReferralReceivedV1)[0]["facts"]["weapon_found_by_police_on"] == date(2026, 11, 21)

    @pytest.mark.parametrize("kind", [kind for kind in OrganisationClass if kind is not OrganisationClass.POLICE])
    def test_is_never_a_navigator_s_tick(self, kind: OrganisationClass, uow: FakeUnitOfWork) -> None:
        with pytest.raises(NotForThisOrganisation) as refused:
            receive_referral(a_receipt(self.found, by=a_referrer(kind)), uow)

        assert [error.pointer for error in refused.value.errors] == ["/facts/weapon_found_by_police_on"]

    def test_is_not_of_the_future(self) -> None:
        tomorrow = a_content(facts={"weapon_found_by_police_on": date(2026, 11, 23)})

        assert refused_at(tomorrow, by=OrganisationClass.POLICE) == ["/facts/weapon_found_by_police_on"]


class TestAmending:
    def test_is_a_new_version_told_whole(self, uow: FakeUnitOfWork) -> None:
        referral = receive_referral(a_receipt(), uow)

        amend_referral(amendment(referral), uow)

        told = uow.events(ReferralAmendedV1)[0]
        assert (told["version"], told["reference"]) == (2, referral.reference)
        assert told["facts"]["what_happened"]
        assert uow.events(IdentityRecordedV1)[1]["version"] == 2

    def test_with_the_same_content_is_not_a_new_version(self, uow: FakeUnitOfWork) -> None:
        several = (WhatHappened.KNIFE_OR_SHARP_OBJECT, WhatHappened.THREAT)
        bases = (a_basis(), a_basis(RecipientClass.SUPPORT_SERVICE))
        referral = receive_referral(a_receipt(a_content(what_happened=several, bases=bases)), uow)
        published = len(uow.published)

        for content in (
            a_content(what_happened=several, bases=bases),
            a_content(what_happened=several[::-1], bases=bases[::-1]),
        ):
            assert amend_referral(amendment(referral, content), uow).version == 1

        assert len(uow.published) == published
        assert [what for what, _ in uow.audited] == ["referral.received", "referral.read", "referral.read"]

    def test_with_the_same_content_in_another_area_is_a_new_version(self, uow: FakeUnitOfWork) -> None:
        referral = receive_referral(a_receipt(), uow)

        amend_referral(replace(amendment(referral, a_content()), area="riverside"), uow)

        assert uow.events(ReferralAmendedV1)[0]["area"] == "riverside"

    def test_tells_that_answers_on_equality_were_taken_back(self, uow: FakeUnitOfWork) -> None:
        referral = receive_referral(a_receipt(a_content(equality=Equality(ethnicity=Ethnicity.CARIBBEAN))), uow)

        amend_referral(amendment(referral), uow)
        amend_referral(amendment(referral, a_content(concern=Concern(concern="Still more"))), uow)

        told = [
            (one["version"], one["ethnicity"], one["sex"], one["disability"]) for one in uow.events(EqualityRecordedV1)
        ]
        assert told == [(1, Ethnicity.CARIBBEAN, None, None), (2, None, None, None)]

    def test_can_be_told_after_a_basis_has_ended(self, uow: FakeUnitOfWork) -> None:
        bases = (a_basis(), a_basis(RecipientClass.SUPPORT_SERVICE, expires_on=uow.at.date()))
        referral = receive_referral(a_receipt(a_content(bases=bases)), uow)
        uow.at += timedelta(days=2)

        amend_referral(amendment(referral, a_content(bases=bases, concern=Concern(concern="More"))), uow)

        assert uow.events(ReferralAmendedV1)[0]["bases"][1]["expires_on"] == bases[1].expires_on

    def test_cannot_end_what_triage_is_told(self, uow: FakeUnitOfWork) -> None:
        referral = receive_referral(a_receipt(), uow)
        ending = a_content(bases=(a_basis(expires_on=uow.at.date() + timedelta(days=9)),))

        with pytest.raises(BasesRefused):
            amend_referral(amendment(referral, ending), uow)

    def test_of_a_version_that_is_no_more_is_refused(self, uow: FakeUnitOfWork) -> None:
        referral = receive_referral(a_receipt(), uow)
        amend_referral(amendment(referral), uow)

        with pytest.raises(StaleReferral):
            amend_referral(amendment(referral, version=1), uow)

    def test_of_somebody_else_s_referral_finds_none(self, uow: FakeUnitOfWork) -> None:
        referral = receive_referral(a_receipt(), uow)

        with pytest.raises(NoSuchReferral):
            amend_referral(replace(amendment(referral), asking=a_referrer()), uow)

    def test_of_a_withdrawn_referral_is_refused(self, uow: FakeUnitOfWork) -> None:
        referral = receive_referral(a_receipt(), uow)
        withdraw_referral(
            WithdrawReferral(referral_id=referral.id, reason=WithdrawalReason.DUPLICATE, asking=referral.referred_by),
            uow,
        )

        with pytest.raises(ReferralWithdrawn):
            amend_referral(amendment(referral), uow)

    def test_counts_the_age_on_the_day_of_the_referral(self, uow: FakeUnitOfWork) -> None:
        """Somebody referred on the last day of 25 may still be told more of a week later."""
        young_person = somebody(date_of_birth=date(2000, 11, 23))
        referral = receive_referral(a_receipt(a_content(young_person=young_person)), uow)
        uow.at += timedelta(days=7)

        amend_referral(amendment(referral, a_content(young_person=young_person)), uow)

        assert referral.age.years == 25


class TestAnswering:
    def asked(self, uow: FakeUnitOfWork) -> Referral:
        referral = receive_referral(a_receipt(), uow)
        progress = Progress(version=3, step=ProgressStep.BEING_READ, at=NOW, question=Question.AGE, question_id=uuid4())
        on_progress(ApplyProgress(referral_id=referral.id, progress=progress), uow)
        return referral

    def test_names_the_question_and_ends_it(self, uow: FakeUnitOfWork) -> None:
        referral = self.asked(uow)
        question_id = referral.progress.question_id
        content = a_content(answer="He is 15", answers_question=question_id)

        amend_referral(amendment(referral, content), uow)

        assert uow.events(ReferralAmendedV1)[0]["answers_question"] == question_id
        assert uow.events(NarrativeRecordedV1)[1]["texts"] == {"answer_age": "He is 15"}
        assert referral.progress.question is None

    def test_stands_when_something_else_changes_later(self, uow: FakeUnitOfWork) -> None:
        referral = self.asked(uow)
        content = a_content(answer="He is 15", answers_question=referral.progress.question_id)
        amend_referral(amendment(referral, content), uow)

        amend_referral(amendment(referral), uow)

        assert uow.events(NarrativeRecordedV1)[2]["texts"] == {"answer_age": "He is 15", "concern": "More"}

    def test_asked_twice_keeps_both_answers(self, uow: FakeUnitOfWork) -> None:
        referral = self.asked(uow)
        for version, answer in ((4, "About 15"), (5, "His mother says 16")):
            content = a_content(answer=answer, answers_question=referral.progress.question_id)
            amend_referral(amendment(referral, content), uow)
            again = Progress(
                version=version, step=ProgressStep.BEING_READ, at=NOW, question=Question.AGE, question_id=uuid4()
            )
            on_progress(ApplyProgress(referral_id=referral.id, progress=again), uow)

        assert uow.events(NarrativeRecordedV1)[2]["texts"] == {"answer_age": "About 15\nHis mother says 16"}

    def test_a_question_that_nobody_asked_is_refused(self, uow: FakeUnitOfWork) -> None:
        referral = self.asked(uow)

        with pytest.raises(QuestionNotAsked):
            amend_referral(amendment(referral, a_content(answer="15", answers_question=uuid4())), uow)

    def test_needs_words(self) -> None:
        uow = FakeUnitOfWork()
        referral = self.asked(uow)

        with pytest.raises(NotAnswered):
            amend_referral(amendment(referral, a_content(answers_question=referral.progress.question_id)), uow)


class TestWithdrawing:
    def test_is_told_with_its_reason_and_happens_once(self, uow: FakeUnitOfWork) -> None:
        referral = receive_referral(a_receipt(), uow)
        command = WithdrawReferral(
            referral_id=referral.id, reason=WithdrawalReason.CONSENT_WITHDRAWN, asking=referral.referred_by
        )

        withdraw_referral(command, uow)

        assert uow.events(ReferralWithdrawnV1)[0]["reason"] is WithdrawalReason.CONSENT_WITHDRAWN
        assert uow.events(ReferralWithdrawnV1)[0]["version"] == 2
        with pytest.raises(ReferralWithdrawn):
            withdraw_referral(command, uow)

    def test_by_somebody_else_finds_none(self, uow: FakeUnitOfWork) -> None:
        referral = receive_referral(a_receipt(), uow)

        with pytest.raises(NoSuchReferral):
            withdraw_referral(
                WithdrawReferral(referral_id=referral.id, reason=WithdrawalReason.DUPLICATE, asking=a_referrer()), uow
            )


class TestProgress:
    def test_that_comes_late_changes_nothing(self, uow: FakeUnitOfWork) -> None:
        referral = receive_referral(a_receipt(), uow)
        for version, step in ((2, ProgressStep.ACCEPTED), (1, ProgressStep.BEING_READ)):
            progress = Progress(version=version, step=step, at=NOW)
            on_progress(ApplyProgress(referral_id=referral.id, progress=progress), uow)

        assert referral.progress.step is ProgressStep.ACCEPTED


class TestDrafts:
    def test_of_somebody_else_are_not_there(self, uow: FakeUnitOfWork) -> None:
        draft_id = uuid4()
        save_draft(
            SaveDraft(draft_id=draft_id, staff_id=uuid4(), answers={"what_happened": ["threat"]}, expected_version=0),
            uow,
        )

        with pytest.raises(NoSuchDraft):
            save_draft(
                SaveDraft(
                    draft_id=draft_id, staff_id=uuid4(), answers={"what_happened": ["threat"]}, expected_version=0
                ),
                uow,
            )

    def test_left_alone_are_forgotten(self, uow: FakeUnitOfWork) -> None:
        old, staff_id = uuid4(), uuid4()
        save_draft(
            SaveDraft(draft_id=old, staff_id=staff_id, answers={"what_happened": ["threat"]}, expected_version=0), uow
        )
        uow.at += timedelta(hours=49)

        save_draft(
            SaveDraft(draft_id=uuid4(), staff_id=staff_id, answers={"what_happened": ["threat"]}, expected_version=0),
            uow,
        )

        assert old not in uow.drafts.stored


class TestTeams:
    def test_say_which_bodies_a_class_of_recipient_has(self, uow: FakeUnitOfWork) -> None:
        team = ApplyTeam(
            team_id=uuid4(),
            version=2,
            team_class=RecipientClass.SUPPORT_SERVICE,
            organisation_class=OrganisationClass.VOLUNTARY,
            active=True,
        )
        on_team(team, uow)
        on_team(replace(team, version=1, active=False), uow)

        assert uow.teams.organisation_classes() == {RecipientClass.SUPPORT_SERVICE: {OrganisationClass.VOLUNTARY}}
        on_team(replace(team, version=3, active=False), uow)
        assert uow.teams.organisation_classes() == {}
