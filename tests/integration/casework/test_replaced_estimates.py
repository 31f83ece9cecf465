"""An estimate that was replaced: whoever was shown it learns so, and no value of the old one is shown again."""

from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.casework.adapters.review_tables import decisions, own_views, replacements_shown
from services.casework.adapters.tables import platform
from services.contracts import envelope
from services.contracts.casework import ReviewDecidedV1
from services.contracts.codes import Band, EstimateCause, RecipientClass, Source
from services.contracts.topics import REVIEWS
from services.platform.republish import RepublishNextBatch, StartRepublish
from tests.factories import reviews as make
from tests.integration.casework.case_world import Client
from tests.integration.casework.review_form_steps import text_of
from tests.integration.casework.review_world import Referred, ReviewWorld, a_decision, an_own_view

SUPPORT = RecipientClass.SUPPORT_SERVICE
UNLINKED: dict[str, Any] = {"sequence": 2, "band": Band.USUAL, "cause": EstimateCause.PERSONS_UNLINKED}


def own_view(client: Client, referred: Referred) -> None:
    assert client.post_json(f"{referred.api}/own-view", an_own_view(), **referred.as_read).status_code == 201


def decide(client: Client, referred: Referred, **content: Any) -> Any:
    return client.post_json(f"{referred.api}/decision", a_decision(**content), **referred.as_read)


def estimate(client: Client, referred: Referred) -> Any:
    return client.get(f"{referred.api}/estimate").json


@pytest.fixture
def shown(review_world: ReviewWorld) -> tuple[Client, Referred]:
    """A reviewer was shown 13 in 100, drawn from a referral that turns out to be somebody else's."""
    client = review_world.reviewer()
    other, referred = review_world.referral(), review_world.referral(SUPPORT)
    referred.estimated_from(other, probability=0.131, sequence=1, band=Band.HIGH)
    own_view(client, referred)
    estimate(client, referred)
    return client, referred


class TestAReplacedEstimate:
    def test_is_returned_by_the_api_with_old_and_new_and_the_cause(self, shown: tuple[Client, Referred]) -> None:
        client, referred = shown
        assert estimate(client, referred)["replaced"] == []

        referred.estimated(probability=0.02, **UNLINKED)

        body = estimate(client, referred)
        assert (body["estimate"]["probability"], body["estimate"]["band"]) == (0.02, "usual")
        [old] = body["replaced"]
        assert (old["probability"], old["band"], old["cause"]) == (0.131, "high", "persons_unlinked")
        assert old["shown_at"] == body["own_view"]["shown_at"]

    def test_has_none_of_its_values_shown_again(self, shown: tuple[Client, Referred]) -> None:
        client, referred = shown
        page = f"{referred.page}/estimate"
        assert "child protection" in text_of(client.get(page)).casefold()

        referred.estimated(probability=0.02, **UNLINKED)

        for address in (page, referred.page, f"{referred.api}/estimate"):
            body = client.get(address).text.casefold().replace("_", " ")
            assert "child protection" not in body

    @pytest.mark.parametrize("step", ["", "/estimate"])
    def test_is_shown_on_the_review_and_beside_the_decision(self, shown: tuple[Client, Referred], step: str) -> None:
        client, referred = shown
        referred.estimated(probability=0.02, **UNLINKED)

        page = text_of(client.get(f"{referred.page}{step}"))

        assert "The estimate that you were shown has been replaced" in page
        assert "about 13 in 100: much higher than the usual chance" in page
        assert "about 2 in 100: about the usual chance" in page
        assert "A link to another referral was undone" in page

    def test_is_hidden_from_everybody_who_was_not_shown_it(
        self, review_world: ReviewWorld, shown: tuple[Client, Referred]
    ) -> None:
        _, referred = shown
        other = review_world.reviewer(make.COLLEAGUE, name="Rae Reviewer")
        referred.estimated(probability=0.02, **UNLINKED)

        assert "replaced" not in text_of(other.get(referred.page))
        own_view(other, referred)
        assert estimate(other, referred)["replaced"] == []

    def test_by_the_same_figures_is_no_news(self, shown: tuple[Client, Referred]) -> None:
        client, referred = shown
        referred.estimated(probability=0.131, sequence=3, band=Band.HIGH, cause=EstimateCause.PERSONS_UNLINKED)

        assert estimate(client, referred)["replaced"] == []

    def test_by_no_estimate_says_so_and_can_be_decided_on(
        self, review_world: ReviewWorld, shown: tuple[Client, Referred]
    ) -> None:
        client, referred = shown
        referred.not_estimated(sequence=2)

        assert "no estimate" in text_of(client.get(f"{referred.page}/estimate"))
        assert decide(client, referred, level="light").status_code == 201
        assert review_world.rows(decisions)[0]["agrees"] is None

    def test_is_read_by_a_row_that_stays(self, review_world: ReviewWorld, shown: tuple[Client, Referred]) -> None:
        client, referred = shown
        referred.estimated(probability=0.02, **UNLINKED)
        estimate(client, referred)
        estimate(client, referred)

        [row] = review_world.rows(replacements_shown)
        assert (row["probability"], row["cause"]) == (0.02, "persons_unlinked")
        assert review_world.rows(own_views)[0]["shown_probability"] == 0.131
        with review_world.database.write() as connection, pytest.raises(sa.exc.IntegrityError):
            connection.execute(sa.update(replacements_shown).values(probability=0.5))


class TestTheDecision:
    def test_is_compared_with_the_one_that_was_shown_and_not_with_a_newer(
        self, review_world: ReviewWorld, shown: tuple[Client, Referred]
    ) -> None:
        client, referred = shown
        referred.estimated(probability=0.02, **UNLINKED)

        refused = decide(client, referred, level="light")
        taken = decide(client, referred, level="planned")

        assert (refused.status_code, taken.status_code) == (422, 201)
        assert review_world.rows(decisions)[0]["band"] == "high"

    def test_is_compared_with_the_replacement_once_that_was_shown(
        self, review_world: ReviewWorld, shown: tuple[Client, Referred]
    ) -> None:
        client, referred = shown
        referred.estimated(probability=0.02, **UNLINKED)
        estimate(client, referred)

        assert decide(client, referred, level="light").status_code == 201
        [row] = review_world.rows(decisions)
        assert (row["band"], row["agrees"]) == ("usual", True)

    def test_that_was_proposed_is_compared_with_what_its_proposer_had_been_shown(
        self, review_world: ReviewWorld
    ) -> None:
        """A second reviewer agrees after the proposer learned that there is no estimate any more."""
        client, other = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE, name="Rae Reviewer")
        referred = review_world.referral(SUPPORT, danger=True)
        referred.estimated(band=Band.HIGH)
        own_view(client, referred)
        estimate(client, referred)
        why = {"difference_reasons": ["information_wrong"], "team": None}
        assert decide(client, referred, level="light", pathway="universal_support", **why).status_code == 201
        referred.not_estimated(sequence=2)
        estimate(client, referred)

        tag = {"If-Match": other.get(referred.api).headers["ETag"], "Idempotency-Key": "agreed"}
        agreed = other.post_json(f"{referred.api}/agreement", {"agree": True, "reason": "I think so too."}, **tag)

        assert agreed.status_code == 201
        [row] = review_world.rows(decisions)
        assert (row["band"], row["agrees"]) == ("high", False)

    def test_stays_compared_with_what_its_decider_had_been_shown(
        self, review_world: ReviewWorld, shown: tuple[Client, Referred]
    ) -> None:
        """The decider learns of the replacement afterwards; what is told of the decision does not change."""
        client, referred = shown
        decide(client, referred, level="planned")
        referred.estimated(probability=0.02, **UNLINKED)

        page = text_of(client.get(referred.page))

        assert "The estimate that you were shown has been replaced" in page
        assert "compared with the estimate that you had been shown when you decided" in page
        assert estimate(client, referred)["estimate"]["probability"] == 0.02
        asked = StartRepublish(
            request_id=uuid4(), topics=frozenset({REVIEWS.name}), referral_ids=None, requested_at=review_world.now
        )
        review_world.deliver(asked)
        review_world.deliver(RepublishNextBatch())
        bands = [one.data["band"] for one in sent(review_world) if one.type == ReviewDecidedV1.type]
        assert bands == [Band.HIGH, Band.HIGH]


class TestWhatAnEstimateDrawsOn:
    def test_is_named_with_who_referred(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        school, earlier, referred = (review_world.referral() for _ in range(3))
        referred.estimated_from(earlier, school, source=Source.HKC_SCREENING)
        own_view(client, referred)

        [part] = estimate(client, referred)["estimate"]["contributions"]

        assert (part["source_referral_id"], part["source"]) == (str(earlier.id), "hkc_screening")
        assert [other["referral_id"] for other in part["further_sources"]] == [str(school.id)]
        assert part["police_generated"]
        page = text_of(client.get(f"{referred.page}/estimate"))
        assert page.count("stated by the police") == 2
        assert "earlier referrals in Northside and the Quays only" in page

    def test_hides_it_from_a_viewer_who_may_not_read_that(self, review_world: ReviewWorld) -> None:
        """Wherever the earlier referral is now, and also when the reader made it themselves."""
        elsewhere = review_world.referral(area="westborough")
        own = review_world.referral(referred_by={"staff_id": str(make.REVIEWER)})
        client, both = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE, "northside", "westborough")
        for earlier in (elsewhere, own):
            referred = review_world.referral()
            referred.estimated_from(earlier)
            own_view(client, referred)
            own_view(both, referred)

            body = estimate(client, referred)
            page = text_of(client.get(f"{referred.page}/estimate"))

            assert (body["estimate"], body["not_estimated"], body["own_view"]["shown_at"]) == (None, None, None)
            assert "There is no estimate to show you" in page
            assert estimate(both, referred)["estimate"]["probability"] == 0.12


def sent(world: ReviewWorld) -> list[Any]:
    return [envelope.read(row["value"]) for row in world.rows(platform.outbox)]
