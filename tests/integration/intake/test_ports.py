"""One suite for the transaction over a database and for the one in memory that the unit tests use."""

from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.contracts.codes import OrganisationClass, ProgressStep, Question, RecipientClass, WithdrawalReason
from services.intake.adapters.unit_of_work import SqlUnitOfWork
from services.intake.application.drafts import DraftChanged, NoSuchDraft
from services.intake.application.ports import MatchingStep
from services.intake.domain.age import Age, AgeBasis
from services.intake.domain.content import Concern, Equality, Sex
from services.intake.domain.known import Identifier, SearchKey
from services.intake.domain.match import Match, MatchChange, MatchState, NoSuchMatch
from services.intake.domain.referral import Acknowledged, NoSuchReferral, Progress, Referral, Source
from services.intake.domain.viewer import Viewer
from services.intake.entrypoints import examples
from services.intake.entrypoints.schema import ReferralSchema, content_from
from tests.factories.intake import a_basis, a_content, a_referrer, a_viewer, somebody
from tests.fakes.intake import NOW, POLICY, FakeUnitOfWork
from tests.integration.intake.world import a_world

MAKER = uuid4()

Begin = Callable[[], AbstractContextManager[Any]]


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def begin(request: pytest.FixtureRequest, tmp_path: Path) -> Begin:
    """Each call is another transaction over the same store."""
    if request.param == "memory":
        kept = FakeUnitOfWork()

        @contextmanager
        def in_memory() -> Any:
            yield kept

        return in_memory
    sqlite = f"sqlite:///{tmp_path / 'intake.sqlite'}"
    url = sqlite if request.param == "sqlite" else request.getfixturevalue("postgresql").schema("intake")
    world = a_world(url)

    @contextmanager
    def in_database() -> Any:
        with world.service.dispatcher.transaction(actor=None) as transaction:
            yield SqlUnitOfWork(transaction, policy=POLICY)

    return in_database


def a_referral(**changes: Any) -> Referral:
    given = {
        "id": uuid4(),
        "reference": f"R-{uuid4().hex[:6]}",
        "person_id": uuid4(),
        "source": Source.AE_NAVIGATOR,
        "referred_by": a_referrer(),
        "area": "northside",
        "site": None,
        "received_at": NOW,
        "recorded_at": NOW,
        "age": Age(years=15, basis=AgeBasis.ESTIMATED),
        "content": a_content(),
    }
    return Referral(**given | changes)


def keys(part: str | None = None, **digests: str) -> list[SearchKey]:
    """Whole keys of each identifier, of which an NHS number is enough; and one of a part of a name."""
    whole = [
        SearchKey(
            identifier=Identifier(kind),
            digest=(kind[0] + digest).encode().hex().ljust(64, "0"),
            is_whole=True,
            is_sufficient=kind == "nhs_number",
        )
        for kind, digest in digests.items()
    ]
    parts = [SearchKey(identifier=Identifier.NAME, digest=part * 64, is_whole=False)] if part else []
    return whole + parts


class TestReferrals:
    def test_come_back_as_they_were_written(self, begin: Begin) -> None:
        full = content_from(ReferralSchema().load(examples.REFERRAL))
        referral = a_referral(content=full, age=Age(years=15, basis=AgeBasis.DATE_OF_BIRTH))
        with begin() as uow:
            uow.referrals.add(referral)

        with begin() as uow:
            found = uow.referrals.get(referral.id)

        assert found == referral

    def test_come_back_with_their_newest_version(self, begin: Begin) -> None:
        referral = a_referral()
        with begin() as uow:
            uow.referrals.add(referral)
        content = a_content(concern=Concern(own_words="Hm"), equality=Equality(sex=Sex.MALE))
        with begin() as uow:
            read = uow.referrals.get(referral.id)
            read.amend(content, age=read.age, area="riverside", site="x", at=NOW + timedelta(1), expected=1)
            uow.referrals.save(read)
        with begin() as uow:
            read = uow.referrals.get(referral.id)
            read.withdraw(WithdrawalReason.DUPLICATE, at=NOW + timedelta(2))
            uow.referrals.save(read)

        with begin() as uow:
            found = uow.referrals.get(referral.id)

        assert (found.version, found.area, found.content) == (3, "riverside", content)
        assert found.withdrawal and found.withdrawal.reason is WithdrawalReason.DUPLICATE  # noqa: PT018

    def test_that_do_not_exist_are_not_found(self, begin: Begin) -> None:
        with begin() as uow, pytest.raises(NoSuchReferral):
            uow.referrals.get(uuid4())

    def test_know_their_references(self, begin: Begin) -> None:
        referral = a_referral()
        with begin() as uow:
            uow.referrals.add(referral)

        with begin() as uow:
            assert uow.referrals.reference_taken(referral.reference)
            assert not uow.referrals.reference_taken("R-000000")


class TestWhatCaseworkSaid:
    def test_comes_back_with_the_referral(self, begin: Begin) -> None:
        referral = a_referral()
        asked = {"question": Question.AGE, "question_id": uuid4()}
        said = Acknowledged(progress=Progress(version=4, step=ProgressStep.BEING_READ, at=NOW, **asked), version=1)
        with begin() as uow:
            uow.referrals.add(referral)
            before = uow.acknowledgements.get(referral.id)
            uow.acknowledgements.save(referral.id, said)

        with begin() as uow:
            assert before == Acknowledged()
            assert uow.acknowledgements.get(referral.id) == said
            assert uow.referrals.get(referral.id).progress == said.progress

    def test_of_no_referral_is_not_found(self, begin: Begin) -> None:
        with begin() as uow, pytest.raises(NoSuchReferral):
            uow.acknowledgements.get(uuid4())


class TestPeople:
    def test_are_found_by_an_nhs_number_or_by_two_other_identifiers_one_of_them_whole(self, begin: Begin) -> None:
        one, other, part, neighbour, namesake, stranger = (
            a_referral(received_at=NOW + timedelta(minutes=n)) for n in range(6)
        )
        with begin() as uow:
            for referral, its_keys in (
                (one, keys(name="a", phone="b", postcode="d")),
                (other, keys(nhs_number="c")),
                (part, keys("e", phone="b")),
                (neighbour, keys(phone="b")),
                (namesake, keys("e", name="f")),
                (stranger, keys(name="b", phone="a")),
            ):
                uow.referrals.add(referral)
                uow.people.save_keys(referral.id, its_keys)
        looked_for = keys("e", name="a", phone="b", nhs_number="c")

        with begin() as uow:
            found = uow.people.candidates(looked_for, excluding=uuid4())
            but_one = uow.people.candidates(looked_for, excluding=one.id)

        assert [candidate.referral_id for candidate in found] == [one.id, other.id, part.id]
        assert [candidate.referral_id for candidate in but_one] == [other.id, part.id]

    def test_are_found_with_what_their_newest_version_says_of_them(self, begin: Begin) -> None:
        who = somebody(name="Aspen Example", other_names="Az", date_of_birth=date(2011, 3, 27), address="1 High Street")
        born = Age(years=15, basis=AgeBasis.DATE_OF_BIRTH)
        referral = a_referral(content=a_content(young_person=somebody(name="Nobody")))
        with begin() as uow:
            uow.referrals.add(referral)
            uow.people.save_keys(referral.id, keys(nhs_number="a"))
        with begin() as uow:
            amended = uow.referrals.get(referral.id)
            amended.amend(
                a_content(young_person=who),
                age=born,
                area="northside",
                site=None,
                at=NOW + timedelta(hours=1),
                expected=1,
            )
            uow.referrals.save(amended)

        with begin() as uow:
            (found,) = uow.people.candidates(keys(nhs_number="a"), excluding=uuid4())

        assert (found.young_person, found.age, found.recorded_at) == (who, born, NOW + timedelta(hours=1))

    def test_are_counted_for_each_identifier_that_several_share(self, begin: Begin) -> None:
        one, again, other = a_referral(), a_referral(), a_referral()
        with begin() as uow:
            for referral in (one, again, other):
                uow.referrals.add(referral)
                uow.people.save_keys(referral.id, keys(phone="b", postcode="d" if referral is one else "e"))
        with begin() as uow:
            uow.people.move(again.id, one.person_id)

        with begin() as uow:
            shared = uow.people.count_persons(keys(phone="b", postcode="d"), excluding=uuid4())
            but_one = uow.people.count_persons(keys(phone="b", postcode="d"), excluding=one.id)

        assert shared == {Identifier.PHONE: 2, Identifier.POSTCODE: 1}
        assert but_one == {Identifier.PHONE: 2}

    def test_are_found_no_more_by_what_they_were_known_by_before(self, begin: Begin) -> None:
        referral = a_referral()
        with begin() as uow:
            uow.referrals.add(referral)
            uow.people.save_keys(referral.id, keys(nhs_number="a"))
        with begin() as uow:
            uow.people.delete_keys(referral.id)
            uow.people.save_keys(referral.id, keys(nhs_number="c"))

        with begin() as uow:
            assert not uow.people.candidates(keys(nhs_number="a"), excluding=uuid4())

    def test_of_new_referrals_have_come_to_the_last_step_of_matching(self, begin: Begin) -> None:
        referral = a_referral()
        with begin() as uow:
            uow.referrals.add(referral)

        with begin() as uow:
            assert uow.people.behind(MatchingStep.MATCHED, limit=9) == []
            uow.people.reached(referral.id, MatchingStep.KEYS_MADE)
        with begin() as uow:
            assert uow.people.behind(MatchingStep.KEYS_MADE, limit=9) == []
            assert uow.people.behind(MatchingStep.MATCHED, limit=9) == [referral.id]

    def test_may_turn_out_to_be_one(self, begin: Begin) -> None:
        one, other = a_referral(), a_referral()
        with begin() as uow:
            uow.referrals.add(one)
            uow.referrals.add(other)
        with begin() as uow:
            uow.people.move(other.id, one.person_id)

        with begin() as uow:
            assert {member.referral_id for member in uow.people.members({one.person_id})} == {one.id, other.id}
            assert uow.referrals.get(other.id).person_id == one.person_id


class TestMatches:
    def made(self, begin: Begin, **of_later: Any) -> Match:
        one, other = a_referral(), a_referral(**of_later)
        match = Match(
            id=uuid4(),
            earlier_id=one.id,
            later_id=other.id,
            state=MatchState.POSSIBLE,
            agreeing=("name", "phone"),
            contradicting=("postcode",),
            changed_at=NOW,
            new_changes=[MatchChange(state=MatchState.POSSIBLE, at=NOW)],
        )
        with begin() as uow:
            uow.referrals.add(one)
            uow.referrals.add(other)
            uow.matches.save(match)
        return match

    def test_come_back_as_they_were_written(self, begin: Begin) -> None:
        match = self.made(begin)

        with begin() as uow:
            assert uow.matches.get(match.id, a_viewer()) == match
            assert uow.matches.for_referral(match.later_id) == [match]
            assert uow.matches.linked_among([match.earlier_id, match.later_id]) == []

    def test_come_back_with_what_a_person_said(self, begin: Begin) -> None:
        match = self.made(begin)
        with begin() as uow:
            read = uow.matches.get(match.id, a_viewer())
            read.decide(MatchState.LINKED, by=uuid4(), reason="Their aunt said so", at=NOW, expected=1)
            uow.matches.save(read)

        with begin() as uow:
            found = uow.matches.linked_among([match.earlier_id, match.later_id])

        assert [(one.version, one.decided_by_a_person) for one in found] == [(2, True)]

    def test_that_do_not_exist_are_not_found(self, begin: Begin) -> None:
        with begin() as uow, pytest.raises(NoSuchMatch):
            uow.matches.get(uuid4(), a_viewer())

    @pytest.mark.parametrize(
        "viewer",
        [
            a_viewer("riverside"),
            a_viewer(staff_id=MAKER),
            a_viewer(organisation_class=OrganisationClass.POLICE),
        ],
        ids=["another area", "own referral", "police"],
    )
    def test_are_not_found_by_who_may_not_know_both(self, begin: Begin, viewer: Viewer) -> None:
        by = replace(a_referrer(), staff_id=MAKER)
        match = self.made(begin, referred_by=by)

        with begin() as uow, pytest.raises(NoSuchMatch):
            uow.matches.get(match.id, viewer)
        with begin() as uow:
            assert uow.matches.get(match.id, a_viewer()).id == match.id

    def test_of_a_referral_that_triage_may_not_be_told_is_not_found(self, begin: Begin) -> None:
        match = self.made(begin, content=a_content(bases=(a_basis(RecipientClass.SUPPORT_SERVICE),)))

        with begin() as uow, pytest.raises(NoSuchMatch):
            uow.matches.get(match.id, a_viewer())


class TestDrafts:
    def test_are_kept_changed_and_sent_by_their_writer_alone(self, begin: Begin) -> None:
        draft_id, staff_id, referral = uuid4(), uuid4(), a_referral()
        with begin() as uow:
            uow.referrals.add(referral)
            uow.drafts.save(draft_id, staff_id=staff_id, answers={"a": ["1"]}, expected_version=0, at=NOW)
            uow.drafts.save(draft_id, staff_id=staff_id, answers={"a": ["2"]}, expected_version=1, at=NOW)
        with begin() as uow, pytest.raises(NoSuchDraft):
            uow.drafts.save(draft_id, staff_id=uuid4(), answers={}, expected_version=0, at=NOW)
        with begin() as uow, pytest.raises(NoSuchDraft):
            uow.drafts.sent(draft_id, staff_id=uuid4(), referral_id=referral.id)
        with begin() as uow:
            uow.drafts.drop(draft_id, staff_id=uuid4())
            uow.drafts.sent(draft_id, staff_id=staff_id, referral_id=referral.id)

        with begin() as uow, pytest.raises(NoSuchDraft):
            uow.drafts.save(draft_id, staff_id=staff_id, answers={}, expected_version=0, at=NOW)
        with begin() as uow, pytest.raises(NoSuchDraft):
            uow.drafts.sent(draft_id, staff_id=staff_id, referral_id=referral.id)

    def test_are_not_overwritten_by_a_form_that_was_shown_before(self, begin: Begin) -> None:
        draft_id, staff_id = uuid4(), uuid4()
        with begin() as uow:
            assert uow.drafts.save(draft_id, staff_id=staff_id, answers={"a": ["1"]}, expected_version=0, at=NOW) == 1
            assert uow.drafts.save(draft_id, staff_id=staff_id, answers={"a": ["2"]}, expected_version=1, at=NOW) == 2

        with begin() as uow, pytest.raises(DraftChanged):
            uow.drafts.save(draft_id, staff_id=staff_id, answers={"a": ["3"]}, expected_version=1, at=NOW)

        with begin() as uow:
            assert uow.drafts.save(draft_id, staff_id=staff_id, answers={"a": ["2"]}, expected_version=1, at=NOW) == 2

    def test_are_forgotten_when_old(self, begin: Begin) -> None:
        with begin() as uow:
            uow.drafts.save(uuid4(), staff_id=uuid4(), answers={}, expected_version=0, at=NOW)

        with begin() as uow:
            assert uow.drafts.delete_expired(at=NOW + timedelta(hours=47)) == 0
            assert uow.drafts.delete_expired(at=NOW + timedelta(hours=49)) == 1


class TestTeamsAndStaff:
    def test_an_older_version_changes_nothing(self, begin: Begin) -> None:
        team_id, staff_id = uuid4(), uuid4()
        team: dict[str, Any] = {
            "version": 2,
            "team_class": RecipientClass.SUPPORT_SERVICE,
            "organisation_class": OrganisationClass.VOLUNTARY,
            "active": True,
        }
        with begin() as uow:
            assert uow.teams.upsert_if_newer(team_id, **team)
            assert not uow.teams.upsert_if_newer(team_id, **team | {"version": 1, "active": False})
            assert uow.staff.upsert_if_newer(staff_id, version=1, display_name="Remi")
            assert not uow.staff.upsert_if_newer(staff_id, version=1, display_name="Another")

        with begin() as uow:
            assert uow.teams.organisation_classes() == {RecipientClass.SUPPORT_SERVICE: {OrganisationClass.VOLUNTARY}}
