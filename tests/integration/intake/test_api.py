"""The JSON operations on referrals."""

from services.intake.adapters.tables import referral_versions, referrals
from services.intake.entrypoints import examples
from tests.integration.intake.world import World, a_referral


class TestCreate:
    def test_accepts_the_example_as_it_stands(self, world: World) -> None:
        answer = world.api("navigator").post(examples.REFERRAL)

        assert answer.status_code == 202, answer.json
        assert [event["version"] for event in world.events("intake.referral.received")] == [1]
        assert len(world.rows(referrals)) == 1

    def test_gives_an_address_that_its_writer_can_read(self, world: World) -> None:
        location = world.api("navigator").post(examples.REFERRAL).headers["Location"]

        read = world.api("navigator").get(location)

        assert read.status_code == 200
        assert read.headers["ETag"] == '"1"'
        assert read.json["referral"]["young_person"]["name"] == "Aspen Example"

    def test_what_is_read_can_be_sent_back_as_it_is(self, world: World) -> None:
        location = world.api("navigator").post(examples.REFERRAL).headers["Location"]
        written = world.api("navigator").get(location).json["referral"]

        amended = world.api("navigator").put(location, written, version=1)

        assert amended.status_code == 200, amended.json
        assert amended.json["referral"] == written
        assert amended.headers["ETag"] == '"2"'
        assert len(world.rows(referral_versions)) == 2

    def test_accepts_a_nickname_about_15_and_a_knife_injury_at_two_in_the_morning(self, world: World) -> None:
        answer = world.api("navigator").post(a_referral(young_person={"name": "Jay", "age_about": 15}))

        assert answer.status_code == 202
