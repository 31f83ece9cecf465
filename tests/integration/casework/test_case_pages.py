"""The pages of queue and case, through the whole app on both kinds of database."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.casework.adapters.case_tables import case_entries, case_equality, cases
from services.casework.adapters.review_tables import progress
from services.casework.adapters.tables import platform
from services.contracts import envelope
from services.contracts.codes import Pathway, RecipientClass, Role
from tests.factories.cases import DECIDED_AT, WORKER
from tests.integration.casework.case_world import CaseWorld, Client, Member


@pytest.fixture
def team_id(case_world: CaseWorld) -> UUID:
    return case_world.team(RecipientClass.SUPPORT_SERVICE)


@pytest.fixture
def worker(case_world: CaseWorld, team_id: UUID) -> Member:
    return case_world.member(Role.EARLY_INTERVENTION_CASEWORKER, team_id=team_id)


@pytest.fixture
def asks(case_world: CaseWorld, worker: Member) -> Client:
    return case_world.client(worker)


@pytest.fixture
def own(case_world: CaseWorld, team_id: UUID, asks: Client) -> str:
    """The address of a case that the worker has."""
    case_id = case_world.case(team_id)
    asks.post(f"/casework/cases/{case_id}/taking")
    return f"/casework/cases/{case_id}"


def filled(asks: Client, address: str, **answers: Any) -> Any:
    """Open the form, answer and send it."""
    page = asks.get(address)
    assert page.status_code == 200, page.text
    return asks.post(address, hidden(page.text) | answers)


def hidden(text: str) -> dict[str, str]:
    return dict(re.findall(r'name="(key|version)" value="([^"]*)"', text))


def values(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


CONTACT = {
    "mode": "phone", "reached": "yes",
    "attempted_at-day": "20", "attempted_at-month": "11", "attempted_at-year": "2026", "attempted_at-time": "1pm",
}  # fmt: skip


def reached(asks: Client, own: str) -> str:
    """Records a contact attempt that reached and gives its id."""
    filled(asks, f"{own}/contact-attempts/new", **CONTACT)
    found = re.search(r'name="attempt_id" type="radio" value="([^"]+)"', asks.get(f"{own}/first-contact").text)
    assert found is not None
    return found[1]


class TestTheQueue:
    def test_shows_initials_to_the_team_and_the_name_to_the_worker(
        self, case_world: CaseWorld, team_id: UUID, asks: Client, own: str
    ) -> None:
        case_world.case(team_id, name="Maya Brown")

        text = values(asks.get("/casework/queue?tab=team").text)

        assert "Kofi Adjei, 16" in text
        assert "M.B." in text
        assert "Maya" not in text

    def test_is_due_first_whatever_the_order_of_opening(
        self, case_world: CaseWorld, team_id: UUID, asks: Client
    ) -> None:
        for hours, name in ((30, "Late Later"), (-2, "Over Due"), (3, "Soon Sooner")):
            case_world.case(team_id, due_at=case_world.now + timedelta(hours=hours), name=name)

        text = values(asks.get("/casework/queue?tab=unassigned").text)

        assert text.index("Overdue by 2 hours") < text.index("Due in 3 hours") < text.index("Due tomorrow")

    def test_holds_a_case_due_no_more_once_first_contact_is_made(
        self, case_world: CaseWorld, team_id: UUID, asks: Client, own: str
    ) -> None:
        filled(asks, f"{own}/first-contact", attempt_id=reached(asks, own), answer="accepts")
        case_world.now += timedelta(days=30)
        case_world.case(team_id, name="Maya Brown", due_at=case_world.now + timedelta(hours=3))

        pages = [asks.get("/casework/queue?tab=team&limit=1").text]
        following = re.search(r'href="([^"]*cursor=[^"]*)"', pages[0])
        assert following is not None
        pages.append(asks.get(following[1].replace("&amp;", "&")).text)

        assert ["Due in 3 hours" in pages[0], "First contact made" in pages[1]] == [True, True]
        for address in ("/casework/queue?tab=team", own):
            assert "Overdue by" not in asks.get(address).text
        assert "No cases match this filter." in values(asks.get("/casework/queue?tab=team&status=overdue").text)

    def test_begins_with_the_team_for_its_manager(self, case_world: CaseWorld, team_id: UUID) -> None:
        case_world.case(team_id, name="Maya Brown")
        manager = case_world.client(case_world.member(Role.TEAM_MANAGER, team_id=team_id))

        assert "Maya Brown" in values(manager.get("/casework/queue").text)

    def test_says_why_it_is_empty(self, asks: Client) -> None:
        assert "No cases in your team are waiting for a worker." in values(
            asks.get("/casework/queue?tab=unassigned").text
        )

    def test_filters_by_contact_only_what_the_reader_knows_whole(
        self, case_world: CaseWorld, team_id: UUID, asks: Client, own: str
    ) -> None:
        case_world.case(team_id, name="Maya Brown")

        text = values(asks.get("/casework/queue?tab=team&status=waiting_for_first_contact").text)

        assert "1 case, soonest due first" in text
        assert "Kofi Adjei" in text

    def test_filters_by_owner(
        self, case_world: CaseWorld, team_id: UUID, asks: Client, own: str, worker: Member
    ) -> None:
        case_world.case(team_id, name="Maya Brown")

        assert "M.B." not in asks.get(f"/casework/queue?tab=team&owner={worker.id}").text

    def test_pages_to_the_last_case(self, case_world: CaseWorld, team_id: UUID, asks: Client) -> None:
        for _ in range(3):
            case_world.case(team_id)

        first = asks.get("/casework/queue?tab=team&limit=2").text
        following = re.search(r'href="([^"]*cursor=[^"]*)"', first)
        assert following is not None
        second = asks.get(following[1].replace("&amp;", "&")).text

        assert (first.count("/taking"), second.count("/taking")) == (2, 1)

    def test_gives_the_next_case_and_says_when_there_is_none(
        self, case_world: CaseWorld, team_id: UUID, asks: Client
    ) -> None:
        case_id = case_world.case(team_id)

        given = asks.post("/casework/queue/next")
        nothing = asks.post("/casework/queue/next")

        assert given.headers["Location"] == f"/casework/cases/{case_id}?done=taken"
        assert "No cases in your team are waiting." in values(asks.get(nothing.headers["Location"]).text)

    def test_is_not_for_a_reviewer(self, case_world: CaseWorld) -> None:
        reviewer = case_world.client(case_world.member(Role.REVIEWER))

        assert reviewer.get("/casework/queue").status_code == 403
        assert reviewer.get("/casework/hand-overs").status_code == 200


class TestACase:
    def test_goes_from_first_contact_to_its_close(self, case_world: CaseWorld, asks: Client, own: str) -> None:
        attempt_id = reached(asks, own)
        steps = (
            ("first-contact", {"attempt_id": attempt_id, "answer": "later", "later_on-day": "1", "later_on-month": "12", "later_on-year": "2026"}),
            ("answer", {"answer": "accepts"}),
            ("outcome", {"outcome": "support_completed"}),
            ("closure", {"reason": "plan_finished"}),
        )  # fmt: skip
        for path, answers in steps:
            assert filled(asks, f"{own}/{path}", **answers).status_code == 303, path

        text = values(asks.get(own).text)
        assert "Closed" in text
        kinds = [row["kind"].value for row in case_world.rows(case_entries)]
        assert kinds == [
            "opened", "assigned", "contact_attempted", "first_contact_made", "answer_recorded", "outcome_recorded", "closed",
        ]  # fmt: skip
        [body] = case_world.rows(progress)
        assert body["step"] == "closed"

    def test_shows_a_corrected_note_beside_its_correction(self, asks: Client, own: str) -> None:
        filled(asks, f"{own}/notes/new", text="Lives with his aunt")
        note = re.search(r"notes/([^/]+)/correction", asks.get(own).text)
        assert note is not None

        filled(asks, f"{own}/notes/{note[1]}/correction", text="Lives with his grandmother")

        text = values(asks.get(own).text)
        assert "Lives with his aunt Corrected See the correction" in text
        assert "Lives with his grandmother" in text

    def test_sent_twice_is_written_once(self, case_world: CaseWorld, asks: Client, own: str) -> None:
        form = hidden(asks.get(f"{own}/notes/new").text) | {"text": "Once"}

        first, second = asks.post(f"{own}/notes/new", form), asks.post(f"{own}/notes/new", form)

        assert first.headers["Location"] == second.headers["Location"]
        assert len(case_world.rows(case_entries, kind="note")) == 1

    def test_changed_by_somebody_else_meanwhile_is_not_changed_again(
        self, case_world: CaseWorld, asks: Client, own: str
    ) -> None:
        form = hidden(asks.get(f"{own}/outcome").text)
        filled(asks, f"{own}/notes/new", text="In between")

        answer = asks.post(f"{own}/outcome", form | {"outcome": "declined"})

        assert answer.status_code == 412
        assert "Somebody else changed this case" in values(answer.text)
        assert case_world.rows(case_entries, kind="outcome_recorded") == []

    def test_keeps_what_was_typed_when_an_answer_is_wrong(self, asks: Client, own: str) -> None:
        answer = filled(
            asks, f"{own}/contact-attempts/new", **CONTACT | {"attempted_at-time": "soon", "note": "No one in"}
        )

        assert answer.status_code == 422
        assert "No one in" in answer.text
        assert "When you tried must have a time, for example 14:30 or 2:30pm" in values(answer.text)

    def test_says_what_rule_forbids_a_close(self, asks: Client, own: str) -> None:
        answer = filled(asks, f"{own}/closure", reason="plan_finished")

        assert answer.status_code == 422
        assert "Record an outcome before you close the case." in values(answer.text)

    def test_shows_text_as_it_was_typed_and_never_as_markup(self, asks: Client, own: str) -> None:
        filled(asks, f"{own}/notes/new", text="<script>alert(1)</script> {{7*7}}")

        text = asks.get(own).text
        assert "<script>alert(1)" not in text
        assert "{{7*7}}" in text

    def test_shows_a_colleague_only_what_the_team_sees(
        self, case_world: CaseWorld, team_id: UUID, asks: Client, own: str
    ) -> None:
        filled(asks, f"{own}/notes/new", text="Only for the worker")
        colleague = case_world.client(case_world.member(Role.EARLY_INTERVENTION_CASEWORKER, team_id=team_id))

        page = colleague.get(own)

        assert page.status_code == 200
        assert "K.A." in page.text
        for hidden_from_team in ("Kofi", "Only for the worker", "07700", "knife", "2010"):
            assert hidden_from_team not in page.text
        assert colleague.get(f"{own}/notes/new").status_code == 404

    def test_that_loses_its_basis_is_known_to_nobody_of_the_team(
        self, case_world: CaseWorld, team_id: UUID, asks: Client, own: str
    ) -> None:
        [row] = case_world.rows(cases)
        case_world.uncover(row["referral_id"])
        manager = case_world.client(case_world.member(Role.TEAM_MANAGER, team_id=team_id))

        for client in (asks, manager):
            assert client.get(own).status_code == 404
            assert "K.A." not in client.get("/casework/queue?tab=team").text

    def test_read_is_audited_with_the_task_it_comes_from(
        self, case_world: CaseWorld, team_id: UUID, asks: Client, own: str
    ) -> None:
        manager = case_world.client(case_world.member(Role.TEAM_MANAGER, team_id=team_id))

        asks.get(own), manager.get(own), manager.get(f"/casework/cases/{uuid4()}")

        reasons = [row["reason"] for row in case_world.rows(platform.audit_rows, what="case.read")]
        assert sorted(reasons) == ["my_case", "my_team"]


class TestEquality:
    def test_goes_to_its_own_table_and_topic_and_nowhere_else(
        self, case_world: CaseWorld, asks: Client, own: str
    ) -> None:
        filled(asks, f"{own}/first-contact", attempt_id=reached(asks, own))

        assert filled(asks, f"{own}/equality", ethnicity="NS", sex="female").status_code == 303

        [row] = case_world.rows(case_equality)
        assert (row["ethnicity"].value, row["sex"].value, row["disability"]) == ("NS", "female", None)
        sent = [envelope.read(row["value"]) for row in case_world.rows(platform.outbox)]
        telling = [event.type for event in sent if "female" in str(event.data)]
        assert telling == ["casework.equality.recorded"]
        assert "checked" not in asks.get(f"{own}/equality").text
        page = values(asks.get(own).text)
        assert "Equality questions Answered" in page
        assert "Female" not in page + values(asks.get("/casework/queue").text)

    def test_is_not_asked_before_first_contact(self, asks: Client, own: str) -> None:
        answer = filled(asks, f"{own}/equality", sex="female")

        assert answer.status_code == 422
        assert "Equality questions Not asked yet" in values(asks.get(own).text)


class TestTheManager:
    def test_assigns_to_a_member_and_to_nobody_else(
        self, case_world: CaseWorld, team_id: UUID, worker: Member, own: str
    ) -> None:
        manager = case_world.client(case_world.member(Role.TEAM_MANAGER, team_id=team_id, name="Mina Patel"))
        colleague = case_world.member(Role.EARLY_INTERVENTION_CASEWORKER, team_id=team_id, name="Ben Ode")
        stranger = case_world.member(Role.EARLY_INTERVENTION_CASEWORKER)

        refused = filled(manager, f"{own}/assignment", assignee_id=str(stranger.id))
        done = filled(manager, f"{own}/assignment", assignee_id=str(colleague.id))

        assert (refused.status_code, done.status_code) == (422, 303)
        [row] = case_world.rows(cases)
        assert row["assignee_id"] == colleague.id

    def test_reopens_what_was_closed_by_mistake(
        self, case_world: CaseWorld, team_id: UUID, asks: Client, own: str
    ) -> None:
        filled(asks, f"{own}/closure", reason="opened_in_error")
        manager = case_world.client(case_world.member(Role.TEAM_MANAGER, team_id=team_id))

        assert asks.get(f"{own}/reopening").status_code == 403
        assert filled(manager, f"{own}/reopening", why="Wrong case").status_code == 303

        [row] = case_world.rows(cases)
        assert row["state"].value == "open"


class TestAHandOver:
    def test_is_confirmed_by_the_reviewer_who_was_phoned(self, case_world: CaseWorld) -> None:
        team_id = case_world.team(RecipientClass.CHILDRENS_SERVICES, "Children’s services")
        case_id = case_world.case(team_id, pathway=Pathway.SAFEGUARDING)
        reviewer = case_world.client(case_world.member(Role.REVIEWER))
        when = {
            "confirmed_at-day": "20",
            "confirmed_at-month": "11",
            "confirmed_at-year": "2026",
            "confirmed_at-time": "12:15",
        }

        assert "K.A." in reviewer.get("/casework/hand-overs").text
        form = f"/casework/cases/{case_id}/confirmation"
        assert filled(reviewer, form, confirmed_by="P. Duty, children’s services", **when).status_code == 303

        assert "K.A." not in reviewer.get("/casework/hand-overs").text
        [row] = case_world.rows(cases)
        assert (row["state"].value, row["confirmed_at"]) == (
            "confirmed",
            DECIDED_AT.replace(hour=12, minute=15, second=0),
        )

    def test_leads_to_its_review_only_who_may_read_that(self, case_world: CaseWorld) -> None:
        team_id = case_world.team(RecipientClass.CHILDRENS_SERVICES, "Children’s services")
        case_id = case_world.case(team_id, pathway=Pathway.SAFEGUARDING)
        review = f"/casework/reviews/{case_world.review(case_id)}"
        of_the_area = case_world.member(Role.REVIEWER)
        of_another = case_world.member(
            Role.REVIEWER, Role.EARLY_INTERVENTION_CASEWORKER, team_id=team_id, areas=("westborough",)
        )

        pages = [case_world.client(who).get(f"/casework/cases/{case_id}") for who in (of_the_area, of_another)]

        assert [page.status_code for page in pages] == [200, 200]
        assert [review in page.text for page in pages] == [True, False]
        assert case_world.client(of_another).get(review).status_code == 404


class TestAChangeAfterTheDecision:
    def test_is_shown_to_the_worker_until_they_have_read_it(
        self, case_world: CaseWorld, asks: Client, own: str
    ) -> None:
        [case] = case_world.rows(cases)
        case_world.change(case["id"])

        assert "Referral changed" in values(asks.get("/casework/queue").text)
        assert "The referrer updated the referral on 20 November 2026" in values(asks.get(own).text)
        assert asks.post(f"{own}/changes/2/reading").status_code == 303

        assert "The referrer changed" not in values(asks.get(own).text)

    def test_is_not_for_a_colleague_to_mark(self, case_world: CaseWorld, team_id: UUID, asks: Client, own: str) -> None:
        [case] = case_world.rows(cases)
        case_world.change(case["id"])
        colleague = case_world.client(case_world.member(Role.EARLY_INTERVENTION_CASEWORKER, team_id=team_id))

        assert "Referral changed" not in values(colleague.get("/casework/queue?tab=team").text)
        assert colleague.post(f"{own}/changes/2/reading").status_code == 404


def test_nobody_of_another_team_can_take_a_case(case_world: CaseWorld, team_id: UUID) -> None:
    case_id = case_world.case(team_id)
    elsewhere = case_world.team(RecipientClass.SUPPORT_SERVICE, "Another team")
    stranger = case_world.client(
        case_world.member(Role.EARLY_INTERVENTION_CASEWORKER, team_id=elsewhere, staff_id=WORKER)
    )

    assert stranger.post(f"/casework/cases/{case_id}/taking").status_code == 404
    assert stranger.post("/casework/queue/next").headers["Location"].endswith("done=none_waiting")
