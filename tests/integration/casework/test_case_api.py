"""The API of cases, through the whole app."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.casework.adapters.case_tables import case_entries, cases
from services.casework.adapters.tables import platform
from services.casework.entrypoints.case_api_schemas import EXAMPLES
from services.contracts.codes import OrganisationClass, Pathway, RecipientClass, Role
from tests.integration.casework.case_world import CaseWorld, Client, Member

API = "/casework/api/v1/cases"


@pytest.fixture
def team_id(case_world: CaseWorld) -> UUID:
    return case_world.team(RecipientClass.SUPPORT_SERVICE)


@pytest.fixture
def worker(case_world: CaseWorld, team_id: UUID) -> Member:
    return case_world.member(Role.EARLY_INTERVENTION_CASEWORKER, team_id=team_id)


@pytest.fixture
def asks(case_world: CaseWorld, worker: Member) -> Client:
    return case_world.client(worker)


def taken(asks: Client, case_id: UUID) -> str:
    """Assigns the case to whoever asks and gives its ETag."""
    read = asks.get(f"{API}/{case_id}")
    answer = asks.post_json(f"{API}/{case_id}/assignment", {"assignee_id": None}, **{"If-Match": read.headers["ETag"]})
    assert answer.status_code == 200, answer.text
    return str(answer.headers["ETag"])


class TestTheList:
    def test_is_soonest_due_first_and_pages_without_gap_or_repetition(
        self, case_world: CaseWorld, team_id: UUID, asks: Client
    ) -> None:
        made = {str(case_world.case(team_id)) for _ in range(5)}

        seen, address = [], f"{API}?limit=2"
        while address:
            page = asks.get(address).json
            seen += [item["id"] for item in page["items"]]
            address = f"{API}?limit=2&cursor={page['next_cursor']}" if page["next_cursor"] else ""

        assert len(seen) == 5
        assert set(seen) == made

    def test_shows_the_team_initials_reference_due_date_and_the_danger_mark_and_no_more(
        self, case_world: CaseWorld, team_id: UUID, asks: Client
    ) -> None:
        case_world.case(team_id)

        [item] = asks.get(API).json["items"]

        assert set(item) == {
            "id", "reference", "initials", "due_at", "state", "team_id", "assignee_id", "version",
            "danger", "alarm",
        }  # fmt: skip
        assert item["initials"] == "K.A."

    def test_leaves_one_audit_row_that_names_the_cases_shown(
        self, case_world: CaseWorld, team_id: UUID, asks: Client, worker: Member
    ) -> None:
        case_id = case_world.case(team_id)

        asks.get(API)

        [row] = case_world.rows(platform.audit_rows, what="cases.listed")
        assert (row["actor"], row["reason"]) == (worker.id, "my_queue")
        [case] = case_world.rows(cases)
        assert row["details"] == {"cases": [str(case_id)], "referrals": [str(case["referral_id"])]}

    @pytest.mark.parametrize("query", ["list=all", "limit=0", "limit=101", "cursor=x", "sort=estimate"])
    def test_refuses_a_query_that_is_none_of_its_own(self, asks: Client, query: str) -> None:
        assert asks.get(f"{API}?{query}").status_code == 400


class TestOneCase:
    def test_is_shown_in_full_to_its_worker(self, case_world: CaseWorld, team_id: UUID, asks: Client) -> None:
        case_id = case_world.case(team_id)
        taken(asks, case_id)

        answer = asks.get(f"{API}/{case_id}")

        assert answer.json["name"] == "Kofi Adjei"
        assert answer.json["whole"]["date_of_birth"] == "2010-03-04"
        assert answer.headers["ETag"] == '"2"'

    def test_is_shown_to_a_colleague_without_what_only_the_worker_sees(
        self, case_world: CaseWorld, team_id: UUID, asks: Client
    ) -> None:
        case_id = case_world.case(team_id)
        taken(asks, case_id)
        colleague = case_world.client(case_world.member(Role.EARLY_INTERVENTION_CASEWORKER, team_id=team_id))

        answer = colleague.get(f"{API}/{case_id}")

        assert answer.json["whole"] is None
        assert "Kofi" not in answer.text

    def test_forbidden_looks_like_absent(self, case_world: CaseWorld, team_id: UUID) -> None:
        case_id = case_world.case(team_id)
        elsewhere = case_world.team(RecipientClass.SUPPORT_SERVICE, "Another team")
        stranger = case_world.client(case_world.member(Role.EARLY_INTERVENTION_CASEWORKER, team_id=elsewhere))

        forbidden, absent = stranger.get(f"{API}/{case_id}"), stranger.get(f"{API}/{uuid4()}")

        assert (forbidden.status_code, absent.status_code) == (404, 404)
        assert _without_instance(forbidden.json) == _without_instance(absent.json)

    @pytest.mark.parametrize("role", [Role.NAVIGATOR, Role.DATA_SCIENTIST, Role.ADMINISTRATOR, Role.SCREENING_OFFICER])
    def test_is_not_for_a_role_that_works_no_case(self, case_world: CaseWorld, team_id: UUID, role: Role) -> None:
        case_id = case_world.case(team_id)
        outsider = case_world.client(case_world.member(role, team_id=team_id))

        assert outsider.get(f"{API}/{case_id}").status_code == 403

    def test_is_never_for_the_police_whatever_their_role_and_team(self, case_world: CaseWorld, team_id: UUID) -> None:
        case_id = case_world.case(team_id)
        officer = case_world.client(
            case_world.member(Role.TEAM_MANAGER, team_id=team_id, organisation=OrganisationClass.POLICE)
        )

        assert officer.get(f"{API}/{case_id}").status_code == 404
        assert officer.get(API).json["items"] == []


class TestAChange:
    def test_needs_if_match_and_the_version_that_is_there(
        self, case_world: CaseWorld, team_id: UUID, asks: Client
    ) -> None:
        case_id = case_world.case(team_id)
        etag = taken(asks, case_id)
        outcome = f"{API}/{case_id}/outcome"

        assert asks.post_json(outcome, EXAMPLES["outcome"]).status_code == 428
        assert asks.post_json(outcome, EXAMPLES["outcome"], **{"If-Match": '"1"'}).status_code == 412
        assert asks.post_json(outcome, EXAMPLES["outcome"], **{"If-Match": etag}).status_code == 200

    def test_by_somebody_to_a_colleagues_case_finds_nothing(
        self, case_world: CaseWorld, team_id: UUID, asks: Client
    ) -> None:
        case_id = case_world.case(team_id)
        etag = taken(asks, case_id)
        colleague = case_world.client(case_world.member(Role.EARLY_INTERVENTION_CASEWORKER, team_id=team_id))

        answer = colleague.post_json(f"{API}/{case_id}/outcome", EXAMPLES["outcome"], **{"If-Match": etag})

        assert answer.status_code == 404

    def test_of_the_worker_is_the_managers_to_say(self, case_world: CaseWorld, team_id: UUID, asks: Client) -> None:
        case_id = case_world.case(team_id)
        etag = taken(asks, case_id)
        colleague = case_world.member(Role.EARLY_INTERVENTION_CASEWORKER, team_id=team_id)
        manager = case_world.client(case_world.member(Role.TEAM_MANAGER, team_id=team_id))
        to_colleague = {"assignee_id": str(colleague.id)}

        refused = asks.post_json(f"{API}/{case_id}/assignment", to_colleague, **{"If-Match": etag})
        done = manager.post_json(f"{API}/{case_id}/assignment", to_colleague, **{"If-Match": etag})

        assert (refused.status_code, done.status_code) == (404, 200)
        [row] = case_world.rows(cases, id=case_id)
        assert row["assignee_id"] == colleague.id


class TestAnAddition:
    def test_sent_twice_with_one_key_is_made_once(self, case_world: CaseWorld, team_id: UUID, asks: Client) -> None:
        case_id = case_world.case(team_id)
        taken(asks, case_id)
        notes = f"{API}/{case_id}/notes"

        first = asks.post_json(notes, EXAMPLES["note"], **{"Idempotency-Key": "one"})
        again = asks.post_json(notes, EXAMPLES["note"], **{"Idempotency-Key": "one"})
        other = asks.post_json(notes, {"text": "Other"}, **{"Idempotency-Key": "one"})

        assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
        assert first.headers["Location"] == again.headers["Location"]
        assert asks.get(first.headers["Location"]).json["text"] == EXAMPLES["note"]["text"]
        assert len(case_world.rows(case_entries, case_id=case_id, kind="note")) == 1

    def test_needs_a_key(self, case_world: CaseWorld, team_id: UUID, asks: Client) -> None:
        case_id = case_world.case(team_id)

        assert asks.post_json(f"{API}/{case_id}/notes", EXAMPLES["note"]).status_code == 400

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"text": " "}, "/text"),
            ({"text": "x" * 4001}, "/text"),
            ({"text": "Text", "recorded_by": str(uuid4())}, "/recorded_by"),
            ({"text": "Text", "estimate": 1}, ""),
            ({}, "/text"),
        ],
    )
    def test_that_is_malformed_names_the_field(
        self, case_world: CaseWorld, team_id: UUID, asks: Client, body: dict[str, Any], pointer: str
    ) -> None:
        case_id = case_world.case(team_id)
        taken(asks, case_id)

        answer = asks.post_json(f"{API}/{case_id}/notes", body, **{"Idempotency-Key": "one"})

        assert answer.status_code == 422
        assert answer.mimetype == "application/problem+json"
        assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


class TestTheExamples:
    def test_take_a_case_from_the_queue_to_its_close(self, case_world: CaseWorld, team_id: UUID, asks: Client) -> None:
        case_id = case_world.case(team_id)
        etag = taken(asks, case_id)
        for name, path in (("note", "notes"), ("contact_attempt", "contact-attempts")):
            made = asks.post_json(f"{API}/{case_id}/{path}", EXAMPLES[name], **{"Idempotency-Key": name})
            assert made.status_code == 201, made.text
        etag = asks.get(f"{API}/{case_id}").headers["ETag"]
        for name, path in (("first_contact", "first-contact"), ("outcome", "outcome"), ("closure", "closure")):
            done = asks.post_json(f"{API}/{case_id}/{path}", EXAMPLES[name], **{"If-Match": etag})
            assert done.status_code == 200, done.text
            etag = done.headers["ETag"]

        assert asks.get(f"{API}/{case_id}").json["state"] == "closed"

    def test_are_those_of_the_description(self, asks: Client) -> None:
        paths = asks.get("/casework/api/v1/openapi.json").json["paths"]
        posts = [
            operations["post"] for path, operations in paths.items() if path.startswith(API) and "post" in operations
        ]

        with_body = [post for post in posts if "requestBody" in post]
        shown = [post["requestBody"]["content"]["application/json"]["example"] for post in with_body]

        assert len(shown) == len(EXAMPLES)
        assert all(example in shown for example in EXAMPLES.values())


class TestWhereTheYoungPersonLives:
    def test_is_known_to_the_worker_and_the_manager_beside_what_not_to_use(self, case_world: CaseWorld) -> None:
        team_id = case_world.team(RecipientClass.SUPPORT_SERVICE)
        covered = (RecipientClass.SUPPORT_SERVICE, RecipientClass.TRIAGE)
        referral_id = case_world.referral(*covered, address="4 Invented Row", postcode="BN1 1AA")
        case_id = case_world.case(team_id, referral_id)
        people = [
            case_world.member(role, team_id=team_id)
            for role in (Role.EARLY_INTERVENTION_CASEWORKER, Role.TEAM_MANAGER, Role.EARLY_INTERVENTION_CASEWORKER)
        ]
        worker, manager, colleague = (case_world.client(person) for person in people)
        case_world.assign(case_id, people[0].id)

        for client in (worker, manager):
            page = client.get(f"/casework/cases/{case_id}").text
            whole = client.get(f"{API}/{case_id}").json["whole"]
            assert page.index("Do not contact") < page.index("4 Invented Row") < page.index("BN1 1AA")
            assert (whole["address"], whole["postcode"]) == ("4 Invented Row", "BN1 1AA")
        for address in (f"/casework/cases/{case_id}", f"{API}/{case_id}"):
            assert "4 Invented Row" not in colleague.get(address).text


class TestAHandOver:
    def test_is_known_to_a_reviewer_of_its_area_by_its_initials(self, case_world: CaseWorld) -> None:
        team_id = case_world.team(RecipientClass.CHILDRENS_SERVICES, "Children's services")
        case_id = case_world.case(team_id, pathway=Pathway.SAFEGUARDING)
        reviewer = case_world.client(case_world.member(Role.REVIEWER))
        elsewhere = case_world.client(case_world.member(Role.REVIEWER, areas=("westborough",)))

        assert [item["id"] for item in reviewer.get(f"{API}?list=hand-overs").json["items"]] == [str(case_id)]
        assert reviewer.get(f"{API}/{case_id}").json["whole"] is None
        assert elsewhere.get(f"{API}?list=hand-overs").json["items"] == []
        assert elsewhere.get(f"{API}/{case_id}").status_code == 404


def _without_instance(problem: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in problem.items() if name != "instance"}
