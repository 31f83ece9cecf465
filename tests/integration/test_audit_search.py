"""One search over the audit of all services, in one process and over HTTP."""

import csv
import io
import json
import re
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Response

from services.accounts import tables as accounts_tables
from services.accounts.audit_wording import ACTS, GROUPS
from services.accounts.bootstrap import build
from services.accounts.sessions import BeginSession
from services.embedded import staff
from services.platform.audit import search as audit_search_of_a_service
from services.platform.audit.search import Query, references_of
from services.platform.audit.sources import Caller, HttpSource, LocalSource, SourceUnavailable
from services.platform.service import Service
from tests.http_server import serving
from tests.world import BASE, World, a_world

OTHERS = ("intake", "scoring", "casework", "oversight")
NOBODY = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Auditor:
    """The data protection officer, at a page of accounts that reaches the other services in one way or the other."""

    client: Client
    world: World
    token: str
    urls: dict[str, str] | None

    def get(self, path: str = "/accounts/audit", **query: str) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.client.get(path, query_string=query, base_url=BASE, headers=headers)

    def post(self, **typed: str) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.client.post("/accounts/audit", data=typed, base_url=BASE, headers=headers)

    def found(self, **query: str) -> list[dict[str, str]]:
        """The entries of a search, from its file."""
        answer = self.get("/accounts/audit.csv", **query)
        assert answer.status_code == 200, answer.text
        return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))

    def without(self, service: str, *, max_rows: int = 10_000) -> "Auditor":
        """The same page where one service cannot be reached."""
        return an_auditor(self.world, {**(self.urls or {}), service: NOBODY}, max_rows=max_rows)


def an_auditor(world: World, urls: dict[str, str] | None, *, max_rows: int = 10_000) -> Auditor:
    accounts = world.system.services["accounts"]
    local = {name: LocalSource(lambda name=name: world.system.services[name]) for name in OTHERS}
    over_http = {name: HttpSource(name, address) for name, address in (urls or {}).items()}
    few = replace(accounts.settings, audit_export_max_rows=max_rows)
    app = build(few, clock=accounts.clock, audits={**local, **over_http}).app
    return Auditor(Client(app), world, staff.token(world.system, "data-protection-officer"), urls)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture(scope="module", params=["one process", "over HTTP"])
def auditor(request: pytest.FixtureRequest, world: World) -> Iterator[Auditor]:
    with ExitStack() as stack:
        urls = None
        if request.param == "over HTTP":
            urls = dict.fromkeys(OTHERS, stack.enter_context(serving(world.system.app)))
        yield an_auditor(world, urls)


@dataclass(frozen=True)
class Sent:
    reference: str
    id: str


@pytest.fixture(scope="module")
def sent(world: World) -> Sent:
    """A referral that a reviewer has opened, and that a worker has estimated or not."""
    navigator = world.caller("navigator")
    example = world.example("intake", "/intake/api/v1/referrals")
    answer = navigator.post("/intake/api/v1/referrals", example)
    assert answer.status_code == 202, answer.text
    world.drain()
    referral = answer.headers["Location"].rpartition("/")[2]
    reference = navigator.get(f"/intake/api/v1/referrals/{referral}").get_json()["reference"]
    reviews = world.caller("reviewer").get("/casework/api/v1/reviews").get_json()["items"]
    world.caller("reviewer").get(f"/casework/api/v1/reviews/{reviews[0]['id']}")
    world.system.seal()
    return Sent(reference=reference, id=referral)


class TestAReference:
    def test_finds_what_every_service_recorded_and_names_the_staff(self, auditor: Auditor, sent: Sent) -> None:
        page = unescape(auditor.get(about=sent.reference, limit="100").text)

        for words in ("Made a referral", "Read a referral", "Review opened", "Read a review", "Estimate"):
            assert words in page, words
        assert '<span class="app-quiet">navigator</span>' in page
        assert '<span class="app-quiet">reviewer</span>' in page
        found = [row for row in auditor.found(about=sent.reference) if row["act"] != "audit.searched"]
        assert {row["service"] for row in found} == {"intake", "scoring", "casework"}

    def test_and_the_id_of_its_referral_find_the_same(self, auditor: Auditor, sent: Sent) -> None:
        by_reference = {
            row["entry_id"] for row in auditor.found(about=sent.reference) if row["act"] != "audit.searched"
        }
        by_id = {row["entry_id"] for row in auditor.found(about=sent.id) if row["act"] != "audit.searched"}

        assert by_reference == by_id != set()

    def test_may_be_typed_in_small_letters(self, auditor: Auditor, sent: Sent) -> None:
        answer = auditor.post(about=f" {sent.reference.lower()} ")

        assert (answer.status_code, answer.headers["Location"]) == (303, f"/accounts/audit?about={sent.reference}")

    def test_that_is_unknown_is_said_to_be(self, auditor: Auditor) -> None:
        answer = auditor.get(about="R-222222")

        assert answer.status_code == 422
        assert "Check the reference: no referral has it" in answer.text

    def test_cannot_be_looked_up_without_intake(self, auditor: Auditor, sent: Sent) -> None:
        answer = auditor.without("intake").get(about=sent.reference)

        assert answer.status_code == 503
        assert "Intake cannot be reached." in answer.text

    def test_names_what_an_entry_is_about_and_keeps_its_id(self, auditor: Auditor, sent: Sent) -> None:
        page = unescape(auditor.get(about=sent.reference, limit="100").text)
        shown = page.partition("<tbody")[2]

        assert f"Referral: {sent.reference}" in shown
        assert f"Review: {sent.reference}" in shown
        assert f"Id: {sent.id}" in shown
        assert f"Referral: {sent.id}" not in shown

    def test_is_looked_up_once_for_a_page_and_not_for_each_row(
        self, auditor: Auditor, sent: Sent, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[int] = []

        def noted(service: Service, ids: Collection[UUID]) -> dict[UUID, str]:
            asked.append(len(ids))
            return references_of(service, ids)

        monkeypatch.setattr(audit_search_of_a_service, "references_of", noted)
        rows = auditor.get(about=sent.reference, limit="100").text.count("on entry")

        assert len(asked) == 2  # intake and casework
        assert rows > 2

    def test_is_left_out_where_its_service_cannot_be_reached(self, auditor: Auditor, sent: Sent) -> None:
        page = unescape(auditor.without("intake").get(about=sent.id, limit="100").text)

        assert f"Referral: {sent.id}" in page
        assert f"Review: {sent.reference}" in page

    def test_shows_nobody_by_name_but_staff(self, auditor: Auditor, world: World, sent: Sent) -> None:
        assert "Aspen" in str(world.example("intake", "/intake/api/v1/referrals"))
        page, file = auditor.get(about=sent.reference, limit="100").text, str(auditor.found(about=sent.reference))

        assert "Aspen" not in page + file


class TestASignInName:
    def test_finds_when_they_signed_in_and_what_was_done_to_their_account(self, auditor: Auditor, world: World) -> None:
        accounts = world.system.services["accounts"]
        table = accounts_tables.staff
        with accounts.database.read() as connection:
            member = connection.execute(sa.select(table.c.id).where(table.c.sign_in_name == "referrer")).scalar_one()
        accounts.dispatcher.handle(BeginSession(staff_id=member, ending=None), actor=None)

        found = auditor.found(by=str(member))

        assert {("session.begun", "referrer"), ("staff.added", "")} <= {
            (row["act"], row["sign_in_name"]) for row in found
        }

    def test_finds_what_they_did_in_every_service_and_stays_out_of_the_address(
        self, auditor: Auditor, sent: Sent
    ) -> None:
        answer = auditor.post(sign_in_name=" Reviewer ")
        assert answer.status_code == 303
        assert "reviewer" not in answer.headers["Location"].lower()

        page = unescape(
            auditor.client.get(
                answer.headers["Location"], base_url=BASE, headers={"Authorization": f"Bearer {auditor.token}"}
            ).text
        )

        assert "Read a review" in page
        assert 'value="reviewer"' in page
        assert "Made a referral" not in page.partition("<tbody")[2]

    def test_that_is_unknown_is_said_to_be(self, auditor: Auditor) -> None:
        answer = auditor.post(sign_in_name="nobody-of-ours")

        assert answer.status_code == 422
        assert "Check the sign-in name: no account has it" in answer.text


class TestDaysAndActs:
    def test_hold_together(self, auditor: Auditor, sent: Sent) -> None:
        today = datetime.now(UTC).date()

        found = auditor.found(about=sent.reference, act="review.read", **{"from": today.isoformat()})

        assert {row["act"] for row in found} == {"review.read"}
        assert not auditor.found(about=sent.reference, act="review.read", to=(today - timedelta(days=2)).isoformat())

    def test_are_typed_in_three_boxes(self, auditor: Auditor) -> None:
        days = {"first_day-day": "1", "first_day-month": "3", "first_day-year": "2026"}

        answer = auditor.post(**days, act="review.read")

        assert answer.headers["Location"] == "/accounts/audit?from=2026-03-01&act=review.read"

    def test_that_end_before_they_begin_are_refused(self, auditor: Auditor) -> None:
        days = {
            f"{name}-{part}": value
            for name, day in (("first_day", "2"), ("last_day", "1"))
            for part, value in (("day", day), ("month", "3"), ("year", "2026"))
        }

        answer = auditor.post(**days)

        assert answer.status_code == 422
        assert "The last day must be the same as or after the first day" in answer.text

    def test_are_chosen_from_a_list_grouped_by_service(self, auditor: Auditor) -> None:
        page = unescape(auditor.get().text)

        assert re.findall(r'<optgroup label="([^"]+)"', page) == [name for name, _acts in GROUPS.values()]
        assert set(re.findall(r'<option value="([a-z_]+\.[a-z_]+)"', page)) == set(ACTS)

    def test_are_written_as_on_other_pages(self, auditor: Auditor, world: World) -> None:
        rows = world.system.services["oversight"].tables.audit_rows
        said = {"what": "figures.frozen", "subject_type": "snapshot", "correlation_id": uuid4()}
        at = datetime(2026, 5, 11, 4, tzinfo=UTC)
        with world.system.services["oversight"].database.write() as connection:
            values = {"id": uuid4(), "occurred_at": at, "subject_id": at.isoformat(), **said}
            connection.execute(sa.insert(rows).values(values))

        page = auditor.get(act="figures.frozen", **{"from": "2026-05-11", "to": "2026-05-11"}).text

        assert "Weekly figures: 11 May 2026 at 5am" in page

    def test_without_anything_recorded_say_so_with_their_days(self, auditor: Auditor, sent: Sent) -> None:
        page = auditor.get(about=sent.reference, **{"from": "2020-05-01", "to": "2020-05-03"}).text

        assert "Nothing was recorded for this search from 1 May 2020 to 3 May 2020." in page

    def test_begin_and_end_at_midnight_in_london(self, auditor: Auditor, world: World) -> None:
        rows = world.system.services["oversight"].tables.audit_rows
        at = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)  # 1 July in London
        with world.system.services["oversight"].database.write() as connection:
            connection.execute(
                sa.insert(rows).values(
                    id=uuid4(),
                    occurred_at=at,
                    what="report.read",
                    subject_type="report",
                    subject_id="x",
                    correlation_id=uuid4(),
                )
            )

        assert not auditor.found(act="report.read", **{"from": "2026-06-30", "to": "2026-06-30"})
        assert auditor.found(act="report.read", **{"from": "2026-07-01", "to": "2026-07-01"})


def _an_address() -> st.SearchStrategy[dict[str, str]]:
    """Parameters of an address, of the right form, nearly so, or any text."""
    any_text = st.text(max_size=40)
    ids = st.uuids().map(str) | st.sampled_from(["R-7Q2M9K", "r-7q2m9k", "{}", "0"])
    days = st.dates().map(date.isoformat) | st.sampled_from(["9999-12-31", "0001-01-01", "2099-12-31", "1900-01-01"])
    times = st.datetimes(timezones=st.timezones()).map(datetime.isoformat) | st.sampled_from(
        ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-01-01T00:00:00"]
    )
    names = {
        "about": ids, "id": ids, "by": ids, "actor": ids, "after_id": ids, "reference": ids,
        "from": days, "to": days, "since": times, "before": times, "after": times,
        "act": st.sampled_from([*ACTS, "a.b", "'; --"]), "limit": st.integers(-1, 2_000).map(str), "cursor": any_text,
    }  # fmt: skip
    return st.fixed_dictionaries({}, optional={name: known | any_text for name, known in names.items()})


class TestAnAddressThatSomebodyTyped:
    @pytest.mark.parametrize("path", ["/accounts/audit", "/accounts/audit.csv"])
    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ({"to": "9999-12-31"}, "must have a year from 1900 to 2099"),
            ({"from": "2026-03-02", "to": "2026-03-01"}, "The last day must be the same as or after the first day"),
            ({"act": "review.read"}, "Enter the first day to search from, or a reference or a sign-in name as well"),
            ({"act": "no.act", "from": "2026-03-02"}, "Select what was done from the list"),
            ({"about": "Aspen"}, "Enter a reference like R-7Q2M9K, or an id"),
            ({"by": "Aspen"}, "Enter an id"),
        ],
    )
    def test_is_refused_as_the_form_is(self, auditor: Auditor, path: str, query: dict[str, str], said: str) -> None:
        answer = auditor.get(path, **query)

        assert answer.status_code == 400
        assert said in unescape(answer.text)
        assert "Aspen" not in answer.text

    @pytest.mark.parametrize(
        "query",
        [
            {"before": "0001-01-01T00:00:00+14:00"},
            {"since": "9999-12-31T23:59:59-14:00"},
            {"since": "2026-03-02T00:00:00+00:00", "before": "2026-03-01T00:00:00+00:00"},
            {"act": "review.read"},
        ],
    )
    def test_is_refused_by_each_service(self, world: World, query: dict[str, str]) -> None:
        officer = world.caller("data-protection-officer")
        for service in ("accounts", *OTHERS):
            path = f"/{service}/api/v1/audit/rows"
            assert officer.get(path, query_string={**query, "limit": "5"}).status_code == 400

    def test_reaches_from_the_first_day_to_the_last(self, auditor: Auditor) -> None:
        assert auditor.found(**{"from": "1900-01-01", "to": "2099-12-31"})

    @settings(max_examples=60, deadline=None)
    @given(query=_an_address())
    def test_is_never_our_fault(self, auditor: Auditor, query: dict[str, str]) -> None:
        officer = auditor.world.caller("data-protection-officer")
        for path in ("/accounts/audit", "/accounts/audit.csv"):
            assert auditor.get(path, **query).status_code < 500, path
        for path in ("/casework/api/v1/audit/rows", "/intake/api/v1/audit/ids", "/casework/api/v1/audit/references"):
            assert officer.get(path, query_string=query).status_code < 500, path


class TestPages:
    def test_follow_each_other_over_all_services_without_a_gap(self, auditor: Auditor, sent: Sent) -> None:
        expected = [row["entry_id"] for row in auditor.found(about=sent.reference, to="2099-01-01")]
        address: str | None = f"/accounts/audit?about={sent.reference}&to=2099-01-01&limit=3"
        walked: list[str] = []
        while address:
            page = auditor.client.get(address, base_url=BASE, headers={"Authorization": f"Bearer {auditor.token}"}).text
            walked += re.findall(r"on entry ([0-9a-f-]{36})", page)
            link = re.search(r'govuk-pagination__link" href="([^"]*)"', page)
            address = unescape(link[1]) if link else None

        # Each look is recorded too, newer than where the walk began.
        assert [entry for entry in walked if entry in expected] == expected
        assert len(walked) == len(set(walked))


class TestAServiceThatCannotBeReached:
    def test_is_named_and_the_others_are_shown(self, auditor: Auditor, sent: Sent) -> None:
        page = unescape(auditor.without("casework").get(about=sent.reference).text)

        assert "Casework cannot be reached. Its entries are missing below. Try again in a few minutes." in page
        assert "Made a referral" in page
        assert "Review opened" not in page.partition("<tbody")[2]

    def test_makes_no_file(self, auditor: Auditor, sent: Sent) -> None:
        answer = auditor.without("casework").get("/accounts/audit.csv", about=sent.reference)

        assert answer.status_code == 503
        assert "The file was not made" in answer.text


class TestTheFile:
    def test_holds_no_more_than_the_setting_says(self, auditor: Auditor, sent: Sent) -> None:
        few = an_auditor(auditor.world, auditor.urls, max_rows=3)

        answer = few.get("/accounts/audit.csv", about=sent.reference)

        assert answer.status_code == 409
        assert "Too many entries for one file" in answer.text

    def test_begins_no_formula(self, auditor: Auditor, world: World, sent: Sent) -> None:
        table = accounts_tables.staff
        with world.system.services["accounts"].database.write() as connection:
            named = sa.update(table).where(table.c.sign_in_name == "navigator")
            connection.execute(named.values(display_name="=HYPERLINK(1)"))

        cells = [cell for row in auditor.found(about=sent.reference) for cell in row.values()]

        assert "'=HYPERLINK(1)" in cells
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]

    def test_is_named_by_its_day(self, auditor: Auditor, sent: Sent) -> None:
        answer = auditor.get("/accounts/audit.csv", about=sent.reference)

        assert re.fullmatch(
            r'attachment; filename="waymark-audit-\d{4}-\d\d-\d\d\.csv"', answer.headers["Content-Disposition"]
        )


class TestTheSearchItself:
    def test_is_recorded_in_every_service_with_who_searched_for_what(self, auditor: Auditor, sent: Sent) -> None:
        auditor.get(about=sent.id)

        found = auditor.found(act="audit.searched", about=sent.id)
        read = auditor.found(act="audit.read", **{"from": "2026-01-01"})

        assert {(row["service"], row["sign_in_name"]) for row in found} == {("accounts", "data-protection-officer")}
        assert {row["service"] for row in read} == {"accounts", *OTHERS}

    def test_is_refused_to_others_by_each_service(self, world: World, sent: Sent) -> None:
        reviewer = world.caller("reviewer")

        for service in ("accounts", *OTHERS):
            path = f"/{service}/api/v1/audit"
            assert reviewer.get(f"{path}/rows?limit=5").status_code == 403
            assert reviewer.get(f"{path}/ids?reference={sent.reference}").status_code == 403
            assert reviewer.get(f"{path}/references?id={sent.id}").status_code == 403


class TestAnAnswerThatIsNone:
    @pytest.mark.parametrize("path", ["/health/live", "/nothing"])
    def test_is_taken_as_a_service_that_cannot_be_reached(self, world: World, path: str) -> None:
        with serving(world.system.app) as address:
            caller = Caller(staff_id=uuid4(), correlation_id=uuid4(), headers={"Host": "127.0.0.1"})
            with pytest.raises(SourceUnavailable):
                HttpSource("intake", address + path).rows(Query(limit=5), caller)


class TestAnAnswerOfAnotherForm:
    @pytest.mark.parametrize("value", [None, 1, "text", {"a": "b"}, [None], ["not an id"], {"not an id": "R-7Q2M9K"}])
    def test_is_taken_as_a_service_that_cannot_be_reached(self, value: object) -> None:
        caller = Caller(staff_id=uuid4(), correlation_id=uuid4(), headers={"Host": "127.0.0.1"})
        said = json.dumps({"ids": value, "rows": value, "references": value})
        with serving(Response(said, mimetype="application/json")) as address:
            source = HttpSource("intake", address)
            for ask in (
                lambda: source.ids("R-7Q2M9K", caller),
                lambda: source.references([uuid4()], caller),
                lambda: source.rows(Query(limit=5), caller),
            ):
                with pytest.raises(SourceUnavailable):
                    ask()
