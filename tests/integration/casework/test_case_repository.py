"""The repositories of cases on both kinds of database."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest

from services.casework.adapters.case_repository import SqlCaseEqualityRepository, SqlCaseRepository, SqlTeamMembers
from services.casework.adapters.case_tables import cases
from services.casework.adapters.projections import SqlProjections
from services.casework.application.case_ports import CaseChanges, CaseRepository
from services.casework.domain.case import Case
from services.casework.domain.case_equality import CaseEquality
from services.casework.domain.change import ChangeKind
from services.contracts.codes import Ethnicity, OrganisationClass, RecipientClass, Role
from services.platform.db.batch import Batch
from tests.factories.cases import WORKER, later
from tests.integration.casework.case_world import CaseWorld
from tests.unit.casework.case_changes_suite import CaseChangesSuite, ChangeStorage
from tests.unit.casework.case_repository_suite import CaseRepositorySuite, CaseStorage


class TestTheSqlRepository(CaseRepositorySuite):
    @pytest.fixture
    def storage(self, case_world: CaseWorld) -> CaseStorage:
        @contextmanager
        def unit_of_work() -> Iterator[CaseRepository]:
            with case_world.database.write() as connection:
                yield SqlCaseRepository(connection)

        def referral(covered: RecipientClass | None, *, triage: bool = True, referred_by: UUID | None = None) -> UUID:
            body = [covered] if covered else []
            body += [RecipientClass.TRIAGE] if triage else []
            return case_world.referral(*body, referred_by=referred_by)

        return CaseStorage(unit_of_work, referral)


class TestTheSqlChanges(CaseChangesSuite):
    @pytest.fixture
    def storage(self, case_world: CaseWorld) -> ChangeStorage:
        @contextmanager
        def unit_of_work() -> Iterator[CaseChanges]:
            with case_world.database.write() as connection:
                yield SqlProjections(Batch(connection), at=later())

        def add(case: Case) -> None:
            with case_world.database.write() as connection:
                SqlCaseRepository(connection).add(case)

        def change(case: Case, version: int, kind: ChangeKind) -> None:
            case_world.change(case.id, version, kind)

        return ChangeStorage(unit_of_work, add, change)


class TestTheEqualityAnswersOfACase:
    def test_are_stored_version_by_version(self, case_world: CaseWorld) -> None:
        team_id = case_world.team(RecipientClass.SUPPORT_SERVICE)
        case_id = case_world.case(team_id)
        [case] = case_world.rows(cases, id=case_id)

        with case_world.database.write() as connection:
            repository = SqlCaseEqualityRepository(connection)
            before = repository.version(case_id)
            repository.add(
                CaseEquality(
                    case_id=case_id,
                    person_id=uuid4(),
                    referral_id=case["referral_id"],
                    version=1,
                    ethnicity=Ethnicity.PREFER_NOT_TO_SAY,
                    sex=None,
                    disability=None,
                    recorded_by=WORKER,
                    recorded_at=later(),
                )
            )
            after = repository.version(case_id)

        assert (before, after) == (0, 1)


class TestTheMembersOfATeam:
    @pytest.mark.parametrize(
        ("active", "organisation", "member"),
        [
            (True, OrganisationClass.VOLUNTARY, True),
            (False, OrganisationClass.VOLUNTARY, False),
            (True, OrganisationClass.POLICE, False),
        ],
    )
    def test_are_its_active_staff_and_nobody_of_the_police(
        self, case_world: CaseWorld, active: bool, organisation: OrganisationClass, member: bool
    ) -> None:
        team_id = case_world.team(RecipientClass.SUPPORT_SERVICE)
        person = case_world.member(
            Role.EARLY_INTERVENTION_CASEWORKER, team_id=team_id, active=active, organisation=organisation
        )

        with case_world.database.read() as connection:
            assert SqlTeamMembers(connection).has(team_id, person.id) is member
