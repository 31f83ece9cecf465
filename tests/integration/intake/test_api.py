"""The JSON operations on referrals."""

import threading
import unicodedata
from typing import Any
from uuid import uuid4

import pytest

from services.contracts.codes import Role
from services.intake.adapters.tables import referral_versions, referrals
from services.intake.entrypoints import examples
from tests.integration.intake.world import HOSPITAL, World, a_referral, somebody


def pointers(answer: Any) -> set[str]:
    return {error["pointer"] for error in answer.json["errors"]}


REFUSED: list[dict[str, Any]] = [
    {"unknown_field": 1},
    {"young_person": {"age_about": "15"}},
    {"young_person": {"age_about": True}},
    {"young_person": {"age_about": 15, "interpreter_needed": "yes"}},
    {"young_person": {"date_of_birth": "20110327"}},
    {"young_person": {"date_of_birth": "2011-02-29"}},
    {"young_person": {"age_about": 15, "name": "A\u202edam"}},
    {"young_person": {"age_about": 15, "name": "A\u200bdam"}},
    {"young_person": {"age_about": 15, "nhs_number": "9990000019"}},
    {"young_person": {"age_about": 15, "nhs_number": "999000\n0018"}},
    {"young_person": {"age_about": 15, "name": "–"}},
    {"young_person": {"age_about": 15, "postcode": "QQ1 1AA"}},
    {"young_person": {"age_about": 15, "phone": "call mum"}},
    {"incident": {"happened_at": "2026-11-21T22:40:00"}},
    {"incident": {"happened_at": "2026-11-21T24:00:00Z"}},
    {"incident": {"happened_at": "2026-11-21T22:40:00+15:00"}},
    {"incident": {"happened_at": 1763764800}},
    {"what_happened": ["Knife_or_sharp_object"]},
    {"what_happened": ["not_known", "threat"]},
    {"what_happened": []},
    {"what_happened": "threat"},
    {"bases": [{"recipient_class": "triage"}]},
    {"bases": [{"recipient_class": "triage", "basis": "safeguarding"}] * 2},
    {"bases": [{"recipient_class": "triage", "gateway": "serious_violence_duty"}]},
    {"concern": {"concern": "x" * 1001}},
    {"area": "atlantis"},
    {"site": "atlantis"},
]
TRIAGE_UNTIL_NEW_YEAR = {"recipient_class": "triage", "basis": "safeguarding", "expires_on": "2026-12-31"}
NAMES = [
            "O’Neill", "Nguyễn", "Łukasz", "Zoë", "Zoe\u0308", "李", "محمد", "X", "A" * 100, "Anne-Marie Smith", "Null",
            "True", "N/A", "<script>alert(1)</script>", "' OR 1=1--", "{{7*7}}",
        ]  # fmt: skip


class TestCreate:
    def test_accepts_the_example_as_it_stands(self, world: World) -> None:
        answer = world.api("navigator").post(examples.REFERRAL)

        assert answer.status_code == 202, answer.json
        assert [event["version"] for event in world.events("intake.referral.received")] == [1]
        assert len(world.rows(referrals)) == 1

    def test_accepts_a_nickname_about_15_and_a_knife_injury_at_two_in_the_morning(self, world: World) -> None:
        answer = world.api("navigator").post(a_referral(young_person={"name": "Jay", "age_about": 15}))

        assert answer.status_code == 202

    def test_accepts_not_known_for_all_but_who_may_be_told(self, world: World) -> None:
        nothing_known = a_referral(
            young_person={"age_not_known": True}, what_happened=["not_known"], immediate_danger="not_known"
        )

        assert world.api("navigator").post(nothing_known).status_code == 202
        told = world.events("intake.referral.received")[0]
        assert (told["age"], told["age_basis"], told["facts"]["what_happened"]) == (None, "not_known", [])

    @pytest.mark.parametrize(
        ("left_out", "pointer"),
        [
            ("young_person", "/young_person/date_of_birth"),
            ("what_happened", "/what_happened"),
            ("immediate_danger", "/immediate_danger"),
            ("contact", "/contact"),
            ("bases", "/bases"),
        ],
    )
    def test_asks_for_each_of_the_five(self, world: World, left_out: str, pointer: str) -> None:
        body = {name: value for name, value in a_referral().items() if name != left_out}

        answer = world.api("navigator").post(body)

        assert (answer.status_code, pointers(answer)) == (422, {pointer})
        assert world.counts()["referrals"] == 0

    def test_asks_for_all_five_at_once(self, world: World) -> None:
        answer = world.api("navigator").post({})

        assert pointers(answer) == {
            "/young_person/date_of_birth", "/what_happened", "/immediate_danger", "/contact", "/bases",
        }  # fmt: skip

    @pytest.mark.parametrize("name", ["score", "id", "reviewer_id", "role", "created_at", "decision", "source"])
    def test_says_that_what_is_ours_cannot_be_set(self, world: World, name: str) -> None:
        answer = world.api("navigator").post(a_referral(**{name: "x"}))

        assert answer.status_code == 422
        assert answer.json["errors"] == [{"pointer": f"/{name}", "detail": "This field cannot be set"}]
        assert not world.events()

    def test_cleans_what_is_pasted_along_with_a_number(self, world: World) -> None:
        navigator = world.api("navigator")
        pasted = {
            "nhs_number": "\u202a999\u00a0000\u20130018\u202c",
            "postcode": "DN55\u20111PT\ufeff",
            "phone": "07700\u00a0900\u200b982",
        }

        answer = navigator.post(a_referral(young_person={"age_about": 15} | pasted))

        assert answer.status_code == 202, answer.json
        kept = navigator.get(answer.headers["Location"]).json["referral"]["young_person"]
        assert {name: kept[name] for name in pasted} == {
            "nhs_number": "9990000018", "postcode": "DN55 1PT", "phone": "+447700900982",
        }  # fmt: skip

    def test_refuses_with_a_pointer_and_keeps_nothing(self, world: World) -> None:
        for changes in REFUSED:
            answer = world.api("navigator").post(a_referral(**changes))

            assert answer.status_code == 422, changes
            assert answer.mimetype == "application/problem+json"
            # A field that was made up is not repeated: the pointer names the object that has it, here the whole body.
            assert all(bool(error["pointer"]) != ("unknown_field" in changes) for error in answer.json["errors"]), (
                changes
            )
        kept = world.counts()
        assert not any(kept[table] for table in ("referrals", "persons", "outbox", "idempotency_keys", "identities"))

    def test_never_repeats_what_was_sent(self, world: World) -> None:
        marked = {"name": "Marked\u200bName", "nhs_number": "marked1234", "postcode": "MARKED", "age_about": 99}

        answer = world.api("navigator").post(a_referral(young_person=marked))

        assert "arked" not in answer.text
        assert "MARKED" not in answer.text

    def test_says_where_to_go_with_somebody_out_of_scope(self, world: World) -> None:
        answer = world.api("navigator").post(a_referral(young_person={"age_about": 9}))

        assert answer.status_code == 422
        assert answer.json["type"] == "urn:waymark:problem:age-out-of-scope"
        assert "children’s services" in answer.json["detail"]

    def test_takes_every_name_as_it_is(self, world: World) -> None:
        for name in NAMES:
            answer = world.api("navigator").post(a_referral(young_person={"age_about": 15, "name": name}))
            kept = world.api("navigator").get(answer.headers["Location"]).json["referral"]["young_person"]["name"]

            assert kept == unicodedata.normalize("NFC", name)

    def test_takes_the_site_s_area_unless_another_is_chosen(self, world: World) -> None:
        world.api("navigator").post(a_referral())
        world.api("navigator").post(a_referral(area="westborough"))
        world.api("navigator").post(a_referral(site="westborough-urgent-care"))

        told = [(event["area"], event["site"]) for event in world.events("intake.referral.received")]

        assert told == [
            ("northside", "anytown-general"), ("westborough", "anytown-general"),
            ("westborough", "westborough-urgent-care"),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("who", "source"),
        [
            ("navigator", "ae_navigator"),
            ("school", "school"),
            ("system", "partner_system"),
            ("police-system", "police"),
        ],
    )
    def test_says_who_referred(self, world: World, who: str, source: str) -> None:
        world.api(who).post(a_referral())
        told = world.events("intake.referral.received")[0]
        identity = world.people[who]

        assert told["source"] == source
        assert told["referred_by"]["organisation_class"] == identity.organisation_class
        assert told["referred_by"]["staff_id"] == str(identity.staff_id)

    def test_takes_a_weapon_found_from_the_police_alone(self, world: World) -> None:
        found = a_referral(facts={"weapon_found_by_police_on": "2026-11-21"})

        assert world.api("police-system").post(found).status_code == 202
        refused = world.api("navigator").post(found)
        assert refused.status_code == 422
        assert pointers(refused) == {"/facts/weapon_found_by_police_on"}

    def test_takes_the_duty_from_the_police_and_not_from_a_hospital(self, world: World) -> None:
        duty = {"recipient_class": "youth_justice", "basis": "public_task", "gateway": "serious_violence_duty"}
        body = a_referral(bases=[{"recipient_class": "triage", "basis": "public_task"}, duty])

        assert world.api("police-system").post(body).status_code == 202
        refused = world.api("navigator").post(body)
        assert (refused.status_code, pointers(refused)) == (422, {"/bases/1/gateway"})

    def test_takes_no_last_day_for_triage(self, world: World) -> None:
        answer = world.api("navigator").post(a_referral(bases=[TRIAGE_UNTIL_NEW_YEAR]))

        assert (answer.status_code, pointers(answer)) == (422, {"/bases/0/expires_on"})

    @pytest.mark.parametrize("who", ["reviewer", "data-scientist"])
    def test_is_not_for_other_roles(self, world: World, who: str) -> None:
        assert world.api(who).post(a_referral()).status_code == 403


class TestSentTwice:
    def test_is_one_referral_with_one_answer(self, world: World) -> None:
        first = world.api("navigator").post(a_referral(), key="one")
        second = world.api("navigator").post(a_referral(), key="one")

        assert (first.status_code, second.status_code) == (202, 200)
        assert first.headers["Location"] == second.headers["Location"]
        assert second.headers["Idempotent-Replayed"] == "true"
        assert len(world.rows(referrals)) == 1

    def test_with_another_body_is_refused(self, world: World) -> None:
        world.api("navigator").post(a_referral(), key="one")

        assert world.api("navigator").post(a_referral(immediate_danger="yes"), key="one").status_code == 409

    def test_by_another_person_is_another_referral(self, world: World) -> None:
        world.api("navigator").post(a_referral(), key="one")

        assert world.api("colleague").post(a_referral(), key="one").status_code == 202
        assert len(world.rows(referrals)) == 2

    def test_without_a_key_is_refused(self, world: World) -> None:
        answer = world.service.app.test_client().post(
            "/intake/api/v1/referrals", json=a_referral(), headers={"Authorization": "Bearer navigator"}
        )

        assert answer.status_code == 400

    def test_at_the_same_moment_is_one_referral(self, world: World) -> None:
        answers: list[Any] = []
        threads = [
            threading.Thread(target=lambda: answers.append(world.api("navigator").post(a_referral(), key="one")))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(answer.status_code for answer in answers) == [200] * 7 + [202]
        assert len(world.rows(referrals)) == 1


class TestRead:
    @pytest.fixture
    def location(self, world: World) -> str:
        found: str = world.api("navigator").post(examples.REFERRAL).headers["Location"]
        return found

    def test_gives_what_was_written(self, world: World, location: str) -> None:
        read = world.api("navigator").get(location)

        assert read.status_code == 200
        assert read.headers["ETag"] == '"1"'
        assert read.json["referral"]["young_person"]["name"] == "Aspen Example"
        assert read.json["step"] == "received"

    def test_gives_no_score_pathway_or_youth_justice_status(self, world: World, location: str) -> None:
        read = world.api("navigator").get(location).json

        assert set(read) == {
            "id", "reference", "version", "source", "received_at", "step", "question", "question_id", "withdrawn_at",
            "referral",
        }  # fmt: skip

    def test_leaves_an_audit_row_with_the_reason(self, world: World, location: str) -> None:
        world.api("navigator").get(location)

        rows = [row for row in world.rows(world.service.tables.audit_rows) if row.what == "referral.read"]
        assert [(row.subject_id, row.reason) for row in rows] == [(location.rsplit("/", 1)[-1], "own_referral")]

    @pytest.mark.parametrize("who", ["colleague", "school", "system"])
    def test_is_for_its_writer_alone_and_looks_absent_to_others(self, world: World, location: str, who: str) -> None:
        theirs = world.api(who).get(location)
        absent = world.api(who).get(f"/intake/api/v1/referrals/{uuid4()}")

        assert theirs.status_code == absent.status_code == 404
        assert theirs.json | {"instance": ""} == absent.json | {"instance": ""}

    def test_is_for_every_system_of_the_organisation_that_sent_it(self, world: World) -> None:
        location = world.api("system").post(a_referral()).headers["Location"]
        world.know("second-system", somebody(Role.PARTNER_SYSTEM, organisation=HOSPITAL))

        assert world.api("second-system").get(location).status_code == 200
        assert world.api("police-system").get(location).status_code == 404
        assert world.api("navigator").get(location).status_code == 404


class TestAmend:
    @pytest.fixture
    def location(self, world: World) -> str:
        found: str = world.api("navigator").post(examples.REFERRAL).headers["Location"]
        return found

    def test_sent_as_it_was_read_makes_no_new_version(self, world: World, location: str) -> None:
        written = world.api("navigator").get(location).json["referral"]
        published = len(world.events())

        unchanged = world.api("navigator").put(location, written, version=1)

        assert unchanged.status_code == 200, unchanged.json
        assert unchanged.json["referral"] == written
        assert (unchanged.json["version"], unchanged.headers["ETag"]) == (1, '"1"')
        assert len(world.rows(referral_versions)) == 1
        assert len(world.events()) == published
        assert "referral.amended" not in [row.what for row in world.rows(world.service.tables.audit_rows)]

    def test_keeps_all_that_is_sent_back_with_one_change(self, world: World, location: str) -> None:
        written = world.api("navigator").get(location).json["referral"]
        changed = written | {"danger_note": "Their aunt is with them"}

        amended = world.api("navigator").put(location, changed, version=1)

        assert amended.status_code == 200, amended.json
        assert amended.json["referral"] == changed
        assert amended.headers["ETag"] == '"2"'
        assert len(world.rows(referral_versions)) == 2

    def test_accepts_its_own_example(self, world: World, location: str) -> None:
        assert world.api("navigator").put(location, examples.AMENDMENT, version=1).status_code == 200

    def test_takes_no_last_day_for_triage(self, world: World, location: str) -> None:
        ending = a_referral(bases=[TRIAGE_UNTIL_NEW_YEAR])

        answer = world.api("navigator").put(location, ending, version=1)

        assert (answer.status_code, pointers(answer)) == (422, {"/bases/0/expires_on"})
        assert len(world.rows(referral_versions)) == 1

    def test_must_name_the_version_that_was_read(self, world: World, location: str) -> None:
        assert world.api("navigator").put(location, a_referral(), version=None).status_code == 428
        assert world.api("navigator").put(location, a_referral(), version=7).status_code == 412

    def test_of_two_at_once_one_is_stale(self, world: World, location: str) -> None:
        answers: list[int] = []
        threads = [
            threading.Thread(
                target=lambda: answers.append(world.api("navigator").put(location, a_referral(), version=1).status_code)
            )
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(answers) == [200, 412, 412, 412]

    def test_of_somebody_else_s_looks_absent(self, world: World, location: str) -> None:
        assert world.api("colleague").put(location, a_referral(), version=1).status_code == 404


class TestWithdraw:
    def test_asks_with_a_reason_and_a_person_decides(self, world: World) -> None:
        location = world.api("navigator").post(a_referral()).headers["Location"]
        path = location.removeprefix("/intake/api/v1/") + "/withdrawal"

        answer = world.api("navigator").post(examples.WITHDRAWAL, path=path)

        assert answer.status_code == 202
        assert world.events("intake.referral.withdrawn")[0]["reason"] == "needs_met_elsewhere"
        assert world.api("navigator").get(location).json["withdrawn_at"]

    def test_again_is_a_conflict_but_the_same_call_again_is_answered(self, world: World) -> None:
        location = world.api("navigator").post(a_referral()).headers["Location"]
        path = location.removeprefix("/intake/api/v1/") + "/withdrawal"

        codes = [
            world.api("navigator").post({"reason": "duplicate"}, path=path, key=key).status_code
            for key in ("one", "one", "two")
        ]

        assert codes == [202, 200, 409]

    def test_needs_a_reason_of_the_list(self, world: World) -> None:
        location = world.api("navigator").post(a_referral()).headers["Location"]
        path = location.removeprefix("/intake/api/v1/") + "/withdrawal"

        assert world.api("navigator").post({"reason": "because"}, path=path).status_code == 422
        assert world.api("colleague").post({"reason": "duplicate"}, path=path).status_code == 404


class TestDescription:
    def test_has_a_complete_example_for_each_body(self, world: World) -> None:
        paths = world.service.app.test_client().get("/intake/api/v1/openapi.json").json["paths"]
        organisation_classes = [
            operation["requestBody"]["content"]["application/json"]
            for methods in paths.values()
            for operation in methods.values()
            if isinstance(operation, dict) and "requestBody" in operation
        ]

        assert len(organisation_classes) == 3
        assert all(body.get("example") for body in organisation_classes)
