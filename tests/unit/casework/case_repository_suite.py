"""What every repository of cases does: the real one on both databases, and the fake that unit tests use."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID, uuid4

import pytest

from services.casework.application.case_ports import CaseRepository
from services.casework.domain.case import Case
from services.casework.domain.case_reader import AccessLevel
from services.casework.domain.case_rules import CaseNotFound, StaleCase
from services.contracts.codes import Pathway, RecipientClass, YoungPersonAnswer
from tests.factories.cases import (
    COLLEAGUE,
    REVIEWER,
    WORKER,
    a_case,
    a_hand_over,
    an_act,
    in_contact,
    later,
    the_manager,
    the_reviewer,
    the_worker,
    with_attempt,
)


class AReferral(Protocol):
    def __call__(
        self, covered: RecipientClass | None, *, triage: bool = True, referred_by: UUID | None = None
    ) -> UUID: ...


@dataclass
class CaseStorage:
    """A repository that keeps what each unit of work saved, and a way to add a referral that a class may know of."""

    unit_of_work: Callable[[], AbstractContextManager[CaseRepository]]
    referral: "AReferral"

    def case(self, case: Case) -> Case:
        with self.unit_of_work() as cases:
            cases.add(case)
        return case


class CaseRepositorySuite:
    """What every repository of cases does. Subclasses give the fixture `kept`."""

    def test_gives_back_what_was_added_with_its_whole_chronology(self, storage: CaseStorage) -> None:
        case = a_case(referral_id=storage.referral(RecipientClass.SUPPORT_SERVICE), assignee_id=WORKER)
        in_contact(case).note("He’d like to go back to college", an_act())
        case.record_answer(YoungPersonAnswer.LATER, an_act(), later_on=later().date(), today=later().date())

        storage.case(case)

        with storage.unit_of_work() as cases:
            found = cases.get(case.id, the_worker(), AccessLevel.FULL)
        assert found == case

    def test_saves_a_change_and_its_entries(self, storage: CaseStorage) -> None:
        case = storage.case(a_case(referral_id=storage.referral(RecipientClass.SUPPORT_SERVICE)))

        with storage.unit_of_work() as cases:
            changed = cases.get(case.id, the_worker(), AccessLevel.SUMMARY)
            changed.take(an_act())
            cases.save(changed)

        with storage.unit_of_work() as cases:
            found = cases.get(case.id, the_worker(), AccessLevel.FULL)
        assert (found.assignee_id, found.version, len(found.entries)) == (WORKER, 2, 2)

    def test_refuses_a_change_of_what_somebody_else_changed_meanwhile(self, storage: CaseStorage) -> None:
        case = storage.case(a_case(referral_id=storage.referral(RecipientClass.SUPPORT_SERVICE)))
        with storage.unit_of_work() as cases:
            seen_early = cases.get(case.id, the_worker(), AccessLevel.SUMMARY)
        with storage.unit_of_work() as cases:
            changed = cases.get(case.id, the_worker(), AccessLevel.SUMMARY)
            changed.take(an_act(COLLEAGUE))
            cases.save(changed)

        seen_early.take(an_act(WORKER))
        with pytest.raises(StaleCase), storage.unit_of_work() as cases:
            cases.save(seen_early)

    def test_finds_no_case_that_no_basis_covers_even_for_the_manager(self, storage: CaseStorage) -> None:
        case = storage.case(a_case(referral_id=storage.referral(None), assignee_id=WORKER))

        for reader in (the_worker(), the_manager()):
            for access in AccessLevel:
                with pytest.raises(CaseNotFound), storage.unit_of_work() as cases:
                    cases.get(case.id, reader, access)

    def test_finds_a_colleagues_case_in_the_list_and_not_whole(self, storage: CaseStorage) -> None:
        case = storage.case(a_case(referral_id=storage.referral(RecipientClass.SUPPORT_SERVICE), assignee_id=COLLEAGUE))

        with storage.unit_of_work() as cases:
            assert cases.get(case.id, the_worker(), AccessLevel.SUMMARY).id == case.id
        with pytest.raises(CaseNotFound), storage.unit_of_work() as cases:
            cases.get(case.id, the_worker(), AccessLevel.FULL)

    def test_finds_a_hand_over_for_a_reviewer_of_its_area_and_no_case(self, storage: CaseStorage) -> None:
        hand_over = storage.case(a_hand_over(referral_id=storage.referral(RecipientClass.CHILDRENS_SERVICES)))
        case = storage.case(a_case(referral_id=storage.referral(RecipientClass.SUPPORT_SERVICE)))

        with storage.unit_of_work() as cases:
            assert cases.get(hand_over.id, the_reviewer(), AccessLevel.SUMMARY).id == hand_over.id
        for reader, case_id in ((the_reviewer(), case.id), (the_reviewer(area="westborough"), hand_over.id)):
            with pytest.raises(CaseNotFound), storage.unit_of_work() as cases:
                cases.get(case_id, reader, AccessLevel.SUMMARY)

    def test_hides_a_hand_over_from_a_reviewer_who_may_not_know_its_referral(self, storage: CaseStorage) -> None:
        to = RecipientClass.CHILDRENS_SERVICES
        own = storage.case(a_hand_over(referral_id=storage.referral(to, referred_by=REVIEWER)))
        not_for_triage = storage.case(a_hand_over(referral_id=storage.referral(to, triage=False)))

        for hand_over in (own, not_for_triage):
            with pytest.raises(CaseNotFound), storage.unit_of_work() as cases:
                cases.get(hand_over.id, the_reviewer(), AccessLevel.SUMMARY)

    def test_gives_next_the_soonest_due_that_nobody_has(self, storage: CaseStorage) -> None:
        def waiting(minutes: int, assignee_id: UUID | None = None) -> Case:
            covered = storage.referral(RecipientClass.SUPPORT_SERVICE)
            return storage.case(a_case(referral_id=covered, due_at=later(minutes), assignee_id=assignee_id))

        waiting(5, COLLEAGUE), waiting(30)
        soonest = waiting(20)
        storage.case(a_case(referral_id=storage.referral(None), due_at=later(1)))

        with storage.unit_of_work() as cases:
            found = cases.next_unassigned(the_worker())
            assert found is not None
            assert found.id == soonest.id

    def test_gives_next_nothing_of_another_team(self, storage: CaseStorage) -> None:
        storage.case(a_case(referral_id=storage.referral(RecipientClass.SUPPORT_SERVICE)))

        with storage.unit_of_work() as cases:
            assert cases.next_unassigned(the_worker(team_id=uuid4())) is None

    def test_stores_a_hand_over_and_its_confirmation(self, storage: CaseStorage) -> None:
        covered = storage.referral(RecipientClass.ADULT_SERVICES)
        hand_over = storage.case(a_case(pathway=Pathway.ADULT_SERVICES, referral_id=covered))

        with storage.unit_of_work() as cases:
            found = cases.get(hand_over.id, the_manager(), AccessLevel.FULL)
            found.confirm_hand_over("Duty social worker", later(10), an_act())
            cases.save(found)

        with storage.unit_of_work() as cases:
            assert cases.get(hand_over.id, the_manager(), AccessLevel.FULL).confirmed_at == later(10)

    def test_stores_a_contact_attempt_with_what_it_says(self, storage: CaseStorage) -> None:
        case = a_case(referral_id=storage.referral(RecipientClass.SUPPORT_SERVICE), assignee_id=WORKER)
        attempt_id = with_attempt(case, reached=False)
        storage.case(case)

        with storage.unit_of_work() as cases:
            found = cases.get(case.id, the_worker(), AccessLevel.FULL)

        assert [entry.id for entry in found.entries if entry.reached is False] == [attempt_id]
