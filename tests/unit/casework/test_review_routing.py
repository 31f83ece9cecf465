"""Which pathway and team are proposed, and what a person may confirm."""

from itertools import product

import pytest

from services.casework.domain import agreement, routing
from services.casework.domain.routing import TEAM_CLASS_OF
from services.contracts.codes import CASE_PATHWAYS, HAND_OVERS, AgeBasis, Band, Pathway, RecipientClass, SupportLevel
from tests.factories.reviews import a_subject, a_team

UNSETTLED = (AgeBasis.DISPUTED, AgeBasis.NOT_KNOWN)


class TestAWeaponFoundByPolice:
    @pytest.mark.parametrize(
        ("age", "basis", "pathway"),
        [
            (15, AgeBasis.DATE_OF_BIRTH, Pathway.YOUTH_JUSTICE),
            (17, AgeBasis.ESTIMATED, Pathway.YOUTH_JUSTICE),
            (18, AgeBasis.DATE_OF_BIRTH, Pathway.ADULT_SERVICES),
            (24, AgeBasis.ESTIMATED, Pathway.ADULT_SERVICES),
            (19, AgeBasis.DISPUTED, Pathway.YOUTH_JUSTICE),
            (None, AgeBasis.NOT_KNOWN, Pathway.YOUTH_JUSTICE),
        ],
    )
    def test_proposes_by_age(self, age: int | None, basis: AgeBasis, pathway: Pathway) -> None:
        subject = a_subject(age=age, age_basis=basis, weapon_found_by_police=True)

        assert routing.proposed_pathway(subject) is pathway

    def test_is_needed_for_a_proposal(self) -> None:
        assert routing.proposed_pathway(a_subject()) is None

    def test_binds_nobody(self) -> None:
        team = a_team(RecipientClass.SUPPORT_SERVICE)
        subject = a_subject(weapon_found_by_police=True)

        assert routing.confirm(Pathway.EARLY_INTERVENTION, team.id, subject, [team]) is team


class TestTheTeam:
    @pytest.mark.parametrize("pathway", list(TEAM_CLASS_OF))
    def test_is_of_the_pathways_class(self, pathway: Pathway) -> None:
        teams = [a_team(recipient) for recipient in RecipientClass]

        route = next(route for route in routing.routes(a_subject(), teams) if route.pathway is pathway)

        assert route.team is not None
        assert (route.team.team_class, route.others) == (TEAM_CLASS_OF[pathway], ())

    def test_serves_the_area_and_the_age_and_is_active(self) -> None:
        unfit = [
            a_team(RecipientClass.YOUTH_JUSTICE, areas=("westborough",)),
            a_team(RecipientClass.YOUTH_JUSTICE, ages=(18, 25)),
            a_team(RecipientClass.YOUTH_JUSTICE, active=False),
        ]

        with pytest.raises(routing.NoTeam):
            routing.confirm(Pathway.YOUTH_JUSTICE, unfit[0].id, a_subject(), unfit)

    @pytest.mark.parametrize("age_basis", UNSETTLED)
    def test_for_an_age_that_is_not_settled_is_one_for_under_18s(self, age_basis: AgeBasis) -> None:
        young, adult = (a_team(RecipientClass.SUPPORT_SERVICE, ages=ages) for ages in ((10, 17), (18, 30)))
        subject = a_subject(age=20, age_basis=age_basis)

        assert routing.confirm(Pathway.EARLY_INTERVENTION, young.id, subject, [young, adult]) is young
        with pytest.raises(routing.NotATeamForThis):
            routing.confirm(Pathway.EARLY_INTERVENTION, adult.id, subject, [young, adult])

    def test_proposed_is_the_one_for_the_narrowest_ages(self) -> None:
        wide, narrow = (a_team(RecipientClass.SUPPORT_SERVICE, ages=ages) for ages in ((10, 25), (14, 18)))

        route = routing.routes(a_subject(), [wide, narrow])[1]

        assert (route.pathway, route.team, route.others) == (Pathway.EARLY_INTERVENTION, narrow, (wide,))

    def test_may_be_another_that_is_allowed(self) -> None:
        wide, narrow = (a_team(RecipientClass.SUPPORT_SERVICE, ages=ages) for ages in ((10, 25), (14, 18)))

        assert routing.confirm(Pathway.EARLY_INTERVENTION, wide.id, a_subject(), [wide, narrow]) is wide

    def test_is_confirmed_by_a_person_even_when_there_is_one_only(self) -> None:
        with pytest.raises(routing.NotATeamForThis):
            routing.confirm(Pathway.SAFEGUARDING, None, a_subject(), [a_team(RecipientClass.CHILDRENS_SERVICES)])

    @pytest.mark.parametrize("pathway", list(TEAM_CLASS_OF))
    def test_needs_a_lawful_basis_for_its_class(self, pathway: Pathway) -> None:
        team = a_team(TEAM_CLASS_OF[pathway])
        others = tuple(recipient for recipient in RecipientClass if recipient is not team.team_class)

        with pytest.raises(routing.NoLawfulBasis):
            routing.confirm(pathway, team.id, a_subject(recipients=others), [team])

    @pytest.mark.parametrize("pathway", [Pathway.UNIVERSAL_SUPPORT, Pathway.NO_FURTHER_ACTION])
    def test_is_none_for_the_other_pathways(self, pathway: Pathway) -> None:
        team = a_team(RecipientClass.SUPPORT_SERVICE)

        assert routing.confirm(pathway, None, a_subject(), [team]) is None
        with pytest.raises(routing.NotATeamForThis):
            routing.confirm(pathway, team.id, a_subject(), [team])


class TestTheAgreementTable:
    def test_of_version_1_is_this(self) -> None:
        agreeing = {(band, level) for band, level in product(Band, SupportLevel) if agreement.agrees(level, band)}

        assert agreement.VERSION == 1
        assert agreeing == {
            (Band.USUAL, SupportLevel.LIGHT),
            (Band.USUAL, SupportLevel.NONE),
            (Band.RAISED, SupportLevel.PLANNED),
            (Band.RAISED, SupportLevel.LIGHT),
            (Band.HIGH, SupportLevel.URGENT),
            (Band.HIGH, SupportLevel.PLANNED),
        }


class TestThePathwaysThatGoToATeam:
    def test_are_those_that_open_a_case_or_a_hand_over(self) -> None:
        assert set(TEAM_CLASS_OF) == CASE_PATHWAYS | HAND_OVERS
