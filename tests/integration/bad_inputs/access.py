"""Rows 44, 70 and 79 to 85: what a role or a person may not see, and steps taken in another order."""

from uuid import uuid4

import pytest

from services.accounts.scopes import EVERY
from services.accounts.staff import AddMember
from services.accounts.tokens import IssueToken
from services.contracts.codes import Role
from services.intake.domain.nhs_number import NotAnNhsNumber, nhs_number
from services.intake.settings import Settings as IntakeSettings
from services.oversight.freezing import Freeze
from tests.integration.bad_inputs.deployment import REVIEWS, Deployment, accepted, changed, plain, refused, row
from tests.world import Caller

OWN_VIEW = {"level": "planned", "sureness": "fairly", "why": "An invented reason."}
MARKUP = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "</textarea><script>alert(1)</script>",
    '" onmouseover="alert(1)',
)


def review_of(deployment: Deployment, where: str) -> str:
    """The address of the one review of a referral, in the API."""
    referral_id = where.rpartition("/")[2]
    deployment.world.drain()
    (review,) = deployment.reviewer.get(f"{REVIEWS}?referral_id={referral_id}").get_json()["items"]
    return f"{REVIEWS}/{review['id']}"


@row(44)
def test_numbers_in_production(deployment: Deployment) -> None:
    settings = IntakeSettings(database_url="sqlite://", secret_key=b"k" * 32)

    assert not settings.policy.test_nhs_numbers
    with pytest.raises(NotAnNhsNumber):
        nhs_number("9990000018", test_numbers=settings.policy.test_nhs_numbers)


@row(70)
def markup(deployment: Deployment) -> None:
    for text in MARKUP:
        body = changed("concern/concern", text)
        body["young_person"]["name"] = text[:100]
        where = accepted(deployment.refer(body))
        pages = {
            deployment.navigator: f"/intake/referrals/{where.rpartition('/')[2]}",
            deployment.reviewer: review_of(deployment, where).replace("/api/v1", ""),
        }
        for caller, page in pages.items():
            shown = caller.get(page)
            assert shown.status_code in (200, 303), page
            assert text not in shown.get_data(as_text=True)


@row(79)
def pages_that_are_not_there(deployment: Deployment) -> None:
    for query in ("limit=0", "limit=-1", "limit=1000000", "cursor=nonsense", "cursor=AAAA"):
        refused(deployment.reviewer.get(f"{REVIEWS}?{query}"), 400)
    for _ in range(2):
        accepted(deployment.refer(plain()))
    deployment.world.drain()
    following = f"{REVIEWS}?limit=1&cursor={deployment.reviewer.get(f'{REVIEWS}?limit=1').get_json()['next_cursor']}"
    assert deployment.reviewer.get(following).status_code == 200
    refused(deployment.world.caller("reviewer-two").get(following), 400)


@row(80)
def other_people_s(deployment: Deployment) -> None:
    where = accepted(deployment.refer(plain()))
    review = review_of(deployment, where)
    for caller, path in (
        (deployment.world.caller("navigator-west"), where),
        (deployment.world.caller("reviewer-west"), review),
    ):
        there = caller.get(path)
        nowhere = caller.get(f"{path.rpartition('/')[0]}/{uuid4()}")
        refused(there, 404)
        assert {**there.get_json(), "instance": ""} == {**nowhere.get_json(), "instance": ""}


@row(81)
def other_roles(deployment: Deployment) -> None:
    review = review_of(deployment, accepted(deployment.refer(plain())))
    caseworker, scientist = (deployment.world.caller(user) for user in ("youth-justice-caseworker", "data-scientist"))

    refused(caseworker.post_as_read(review, "decision", {}), 403)
    refused(deployment.navigator.get(f"{review}/estimate"), 403)
    refused(scientist.get(review), 403)


@row(82)
def estimate_in_the_referrer_s_own(deployment: Deployment) -> None:
    where = accepted(deployment.refer(plain()))
    deployment.world.drain()

    said = str(deployment.read(where))

    assert not any(word in said for word in ("estimate", "score", "band", "probability", "pathway"))


@row(83)
def own_referral(deployment: Deployment) -> None:
    caller = _navigator_and_reviewer(deployment)
    where = accepted(caller.post("/intake/api/v1/referrals", plain()))
    review = review_of(deployment, where)

    refused(caller.get(review), 404)
    refused(caller.post_as_read(review, "own-view", OWN_VIEW), 404)


@row(84)
def steps_in_another_order(deployment: Deployment) -> None:
    review = review_of(deployment, accepted(deployment.refer(plain())))
    reviewer = deployment.reviewer
    decision = deployment.world.example("casework", REVIEWS + "/{review_id}/decision")

    refused(reviewer.get(f"{review}/estimate"), 409)
    headers = {"If-Match": reviewer.get(review).headers["ETag"]}
    refused(reviewer.post(f"{review}/decision", decision, headers=headers), 409)


@row(85)
def backdated(deployment: Deployment) -> None:
    review = review_of(deployment, accepted(deployment.refer(plain())))
    own_view = {**OWN_VIEW, "own_view_at": "2020-01-01T00:00:00Z"}

    refused(deployment.reviewer.post_as_read(review, "own-view", own_view), 422, never="own_view_at")


@row(104)
def narrowed_to_one(deployment: Deployment) -> None:
    """An area with hardly anybody: no count is told, and no total gives it away."""
    accepted(deployment.world.caller("navigator-west").post("/intake/api/v1/referrals", plain()))
    deployment.world.drain()
    board = deployment.world.caller("board-member")
    at = deployment.clock.at
    steps = f"/oversight/api/v1/steps/{at.year}-Q{(at.month + 2) // 3}"

    deployment.world.system.services["oversight"].dispatcher.handle(Freeze(immediately=True), actor=None)

    refused(board.get(f"{steps}?area=westborough"), 409)
    everybody = board.get(steps).get_json()

    assert everybody["received"] == "*" or everybody["received"] % 10 == 0
    for narrower in ("person_id=1", "site=anytown-general", "age=15"):
        refused(board.get(f"{steps}?{narrower}"), 400)


def _navigator_and_reviewer(deployment: Deployment) -> Caller:
    """Somebody new who refers and reviews in the same area."""
    accounts = deployment.world.system.services["accounts"]
    remi = deployment.world.system.identities.named("reviewer")
    assert remi is not None
    staff_id = accounts.dispatcher.handle(
        AddMember(
            sign_in_name=f"both-{uuid4()}",
            display_name="Bobbie Both",
            organisation_id=remi.organisation_id,
            roles=frozenset({Role.NAVIGATOR, Role.REVIEWER}),
            teams=remi.teams,
            areas=remi.areas,
        ),
        actor=None,
    )
    token = accounts.dispatcher.handle(IssueToken(staff_id=staff_id, scopes=EVERY), actor=None)
    return Caller(client=deployment.world.anyone(), token=token)
