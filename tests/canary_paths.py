"""Takes the marked values along every path of a whole system, and keeps what it answered."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from werkzeug.test import Client, TestResponse, run_wsgi_app
from werkzeug.wrappers import Request

from services.contracts import topics
from services.embedded import staff
from services.platform.clock import system_clock
from services.platform.messaging import dead_letter_pages, dead_letters
from services.platform.messaging.consumer import Consumer
from services.platform.messaging.log import Record
from services.platform.ui import dates
from services.platform.web import current
from tests.canary import PERSON, TEXTS, said
from tests.canary_bodies import form_fields, minimal, referral, values, wrong_bodies
from tests.integration.intake.form_fields import fields_of
from tests.world import BASE, Caller, World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

REFERRALS = "/intake/api/v1/referrals"
REVIEWS = "/casework/api/v1/reviews"
CASES = "/casework/api/v1/cases"
NEW = "/intake/referrals/new"
SERVICES = ("accounts", "intake", "scoring", "casework", "oversight")


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request as it came, and what was answered."""

    method: str
    address: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: str

    @property
    def is_page(self) -> bool:
        return any(name == "Content-Type" and "html" in value for name, value in self.headers)


@dataclass
class Listener:
    """Stands before the system's application and writes down every exchange."""

    world: World
    heard: list[Exchange] = field(default_factory=list)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        parts, status, headers = run_wsgi_app(self.world.system.app, environ, buffered=True)
        body = b"".join(parts)
        self.heard.append(
            Exchange(
                method=request.method,
                address=request.full_path,
                status=int(status.split()[0]),
                headers=tuple(headers.items()),
                body=body.decode("utf-8", "replace"),
            )
        )
        start_response(status, list(headers.items()))
        return [body]

    def caller(self, user: str) -> Caller:
        return Caller(client=Client(self, use_cookies=False), token=staff.token(self.world.system, user))


@dataclass
class Walk:
    """Every path, once. Each step asserts that it was taken, so that no mark is lost on the way."""

    world: World
    listener: Listener

    def __post_init__(self) -> None:
        self.navigator, self.reviewer, self.worker, self.manager = (
            self.listener.caller(user)
            for user in ("navigator", "reviewer", "early-intervention-caseworker", "team-manager")
        )

    def all(self) -> None:
        self.sign_in()
        self.form()
        where = self.made(self.navigator.post(REFERRALS, referral()))
        self.same_person()
        self.world.drain()
        self.question(where)
        self.amended(where)
        self.world.drain()
        review = self.decided(where, "early_intervention", "early-help")
        self.world.drain()
        self.worked(where)
        self.handed_over()
        self.withdrawn()
        self.refused(where, review)
        self.faults(where)
        self.world.drain()
        self.poisoned()
        self.read_by_the_others()
        self.world.system.seal()

    @staticmethod
    def made(response: TestResponse) -> str:
        assert response.status_code in (200, 201, 202, 303), response.get_data(as_text=True)
        return str(response.location)

    def sign_in(self) -> None:
        browser = Client(self.listener)
        page = browser.get("/accounts/sign-in", base_url=BASE).get_data(as_text=True)
        form = fields_of(page) | {"sign_in_name": [TEXTS["sign_in_name"]], "password": [TEXTS["password"]]}
        assert browser.post("/accounts/sign-in", data=form, base_url=BASE).status_code == 422

    def form(self) -> None:
        """The form wrong, left for later, sent, and sent when the session has ended."""
        browser = Client(self.listener)
        password = staff.password(self.world.folder)
        self._post(browser, "/accounts/sign-in", sign_in_name="navigator", password=password)
        draft = {**form_fields(), "concern.concern": said("draft_never_sent")}
        assert self._post(browser, NEW, **draft | {"young_person.age_about": PERSON["name"]}).status_code == 422
        self.made(self._post(browser, NEW, **draft, act="later"))
        browser.get("/intake/referrals", base_url=BASE)
        check = self.made(self._post(browser, NEW, **form_fields()))
        assert browser.get(check, base_url=BASE).status_code == 200
        where = self.made(self._post(browser, check, to=check.replace("/check", "/send")))
        for below in ("", "/answers", "/change", "/withdraw"):
            assert browser.get(f"{where}{below}", base_url=BASE).status_code == 200
        assert self._post(browser, f"{where}/change", immediate_danger=PERSON["phone"]).status_code == 422
        left_open = fields_of(browser.get(NEW, base_url=BASE).get_data(as_text=True)) | draft
        self._post(browser, "/accounts/home", to="/accounts/sign-out")
        assert browser.post(NEW, data=left_open, base_url=BASE).status_code == 401

    @staticmethod
    def _post(browser: Client, page: str, *, to: str | None = None, **answers: object) -> TestResponse:
        shown = browser.get(page, base_url=BASE)
        assert shown.status_code == 200, (page, shown.status_code)
        return browser.post(to or page, data=fields_of(shown.get_data(as_text=True)) | answers, base_url=BASE)

    def same_person(self) -> None:
        """Two of name, date of birth, postcode, telephone agree: a possible match, which a reviewer links."""
        known = {name: value for name, value in referral()["young_person"].items() if name in ("name", "phone")}
        self.made(self.navigator.post(REFERRALS, referral(young_person=known | {"age_about": 15})))
        match_id = self._possible_match()
        page = f"/intake/matches/{match_id}"
        shown = self.reviewer.get(page)
        form = fields_of(shown.get_data(as_text=True)) | {"state": "linked", "reason": said("match_reason")}
        assert self.reviewer.send("POST", page, data=form | {"state": PERSON["name"]}).status_code == 422
        self.made(self.reviewer.send("POST", page, data=form))
        assert self.reviewer.send("POST", page, data=form).status_code in (409, 412)

    def _possible_match(self) -> UUID:
        intake = self.world.system.services["intake"]
        matches = intake.metadata.tables["matches"]
        with intake.database.read() as connection:
            found = connection.execute(sa.select(matches.c.id).where(matches.c.state == "possible")).scalars().first()
        assert isinstance(found, UUID)
        return found

    def review_of(self, where: str) -> str:
        found = self.reviewer.get(f"{REVIEWS}?referral_id={where.rpartition('/')[2]}").get_json()
        return f"{REVIEWS}/{found['items'][0]['id']}"

    def question(self, where: str) -> None:
        review = self.review_of(where)
        assert self.reviewer.post(f"{review}/claim", {}).status_code == 200
        own_view = {"level": "not_enough_information", "sureness": "fairly", "why": said("why")}
        self.made(self.reviewer.post_as_read(review, "own-view", own_view))
        self.made(self.reviewer.post_as_read(review, "question", {"question": "other_services_involved"}))
        self.world.drain()
        asked = self.navigator.get(where)
        answer = {"answer": said("answer"), "answers_question": asked.get_json()["question_id"]}
        self._amend(where, referral(**answer), asked.headers["ETag"])

    def amended(self, where: str) -> None:
        etag = self.navigator.get(where).headers["ETag"]
        changed = referral(concern={**referral()["concern"], "concern": said("changed_concern")})
        self._amend(where, changed, etag)
        assert self.navigator.send("PUT", where, changed, headers={"If-Match": etag}).status_code == 412
        assert self.navigator.send("PUT", where, changed).status_code == 428
        assert self.navigator.send("PUT", where, changed, headers={"If-Match": PERSON["phone"]}).status_code >= 400

    def _amend(self, where: str, body: object, etag: str) -> None:
        assert self.navigator.send("PUT", where, body, headers={"If-Match": etag}).status_code == 200

    def decided(self, where: str, pathway: str, team: str) -> str:
        """Read on its pages; viewed, widened and decided by API."""
        review = self.review_of(where)
        page = review.replace("/api/v1", "")
        assert self.reviewer.get(page).status_code == 200
        own_view = {"level": "planned", "sureness": "fairly", "why": said("why")}
        basis = {"recipient": "police", "basis": "safeguarding", "reason": said("basis_reason")}
        self.made(self.reviewer.post_as_read(review, "own-view", own_view))
        self.made(self.reviewer.post_as_read(review, "bases", basis))
        assert self.reviewer.get(f"{review}/estimate").status_code == 200
        for below in ("/estimate", "/decision", "/bases", "/question"):
            self.reviewer.get(f"{page}{below}")
        self.reviewer.send("POST", f"{page}/decision", data={"level": PERSON["name"], "reasons": said("reasons")})
        decision = {
            "level": "planned",
            "pathway": pathway,
            "reasons": said("reasons"),
            "difference_reasons": ["information_model_lacks"],
            "team": team,
        }
        self.made(self.reviewer.post_as_read(review, "decision", decision))
        assert self.reviewer.post_as_read(review, "decision", decision).status_code == 409
        return review

    def worked(self, where: str) -> None:
        case = f"{CASES}/{self._case_of(where, self.worker, 'unassigned')}"
        page = case.replace("/api/v1", "")
        self._change(self.worker, case, "assignment", {"assignee_id": None})
        form = {"reason": "", "note": said("note"), "version": "2", "key": "k"}
        assert self.worker.send("POST", f"{page}/unassignment", data=form).status_code == 422
        self._change(self.worker, case, "unassignment", {"reason": said("unassignment")})
        assert self.manager.get("/casework/staff").status_code == 200
        self._change(self.worker, case, "assignment", {"assignee_id": None})
        note = self.made(self.worker.post(f"{case}/notes", {"text": said("note")}))
        corrected = {"text": said("corrected_note"), "corrects_id": note.rpartition("/")[2]}
        self.made(self.worker.post(f"{case}/notes", corrected))
        attempt = {"mode": "phone", "reached": True, "attempted_at": None, "note": said("attempt_note")}
        self.made(self.worker.post(f"{case}/contact-attempts", attempt))
        self._change(self.worker, case, "first-contact", {"attempt_id": None, "answer": "accepts"})
        self.made(self.worker.send("POST", f"{page}/equality", data={"sex": "male", "key": str(uuid4())}))
        for below in ("", "/notes/new", "/contact-attempts/new", "/equality", "/outcome", "/closure"):
            assert self.worker.get(f"{page}{below}").status_code == 200
        for below in ("notes/new", "contact-attempts/new", "outcome"):
            form = {"mode": said("note"), "note": said("note"), "text": "", "outcome": said("note"), "key": "k"}
            assert self.worker.send("POST", f"{page}/{below}", data=form).status_code in (412, 422)
        self._change(self.worker, case, "outcome", {"outcome": "support_completed"})
        self._change(self.worker, case, "closure", {"reason": "plan_finished"})
        opened = fields_of(self.manager.get(f"{page}/reopening").get_data(as_text=True))
        self.made(self.manager.send("POST", f"{page}/reopening", data=opened | {"why": said("reopening")}))
        self.worker.get("/casework/queue")

    def handed_over(self) -> None:
        where = self.made(self.navigator.post(REFERRALS, referral()))
        self.world.drain()
        self.decided(where, "safeguarding", "childrens-services")
        page = f"/casework/cases/{self._case_of(where, self.reviewer, 'hand-overs')}/confirmation"
        form = fields_of(self.reviewer.get(page).get_data(as_text=True)) | {"confirmed_by": TEXTS["confirmed_by"]}
        assert self.reviewer.send("POST", page, data=form | {"confirmed_at-time": said("note")}).status_code == 422
        now = f"{dates.local(system_clock()):%H:%M}"
        self.made(self.reviewer.send("POST", page, data=form | {"confirmed_at-time": now}))

    def _case_of(self, where: str, caller: Caller, listed: str) -> str:
        reference = self.navigator.get(where).get_json()["reference"]
        items = caller.get(f"{CASES}?list={listed}&limit=100").get_json()["items"]
        return str(next(item["id"] for item in items if item["reference"] == reference))

    @staticmethod
    def _change(caller: Caller, case: str, what: str, body: object) -> None:
        etag = caller.get(case).headers["ETag"]
        answered = caller.post(f"{case}/{what}", body, headers={"If-Match": etag})
        assert answered.status_code == 200, answered.get_data(as_text=True)

    def withdrawn(self) -> None:
        where = self.made(self.navigator.post(REFERRALS, referral(area="riverside")))
        assert self.navigator.post(f"{where}/withdrawal", {"reason": said("stray")}).status_code == 422
        self.made(self.navigator.post(f"{where}/withdrawal", {"reason": "needs_met_elsewhere"}))
        self.world.drain()

    def refused(self, where: str, review: str) -> None:
        for body in wrong_bodies():
            assert 400 <= self.navigator.post(REFERRALS, body).status_code < 500
            assert 400 <= self.reviewer.post_as_read(review, "own-view", body).status_code < 500
            assert self.listener.caller("data-scientist").post("/scoring/api/v1/estimates", body).status_code >= 400
        for value in values():
            self._refused_for(value, where)

    def _refused_for(self, value: str, where: str) -> None:
        """The value as a key, a header, a part of the address, a question in it, and a method."""
        plain = value.replace(" ", "")
        self.made(self.navigator.post(REFERRALS, minimal(), key=plain))
        assert self.navigator.post(REFERRALS, minimal(15), key=plain).status_code == 409
        assert self.navigator.post(REFERRALS, minimal(), key=f" {value} {value}").status_code == 400
        for name in ("Accept", "Authorization", "Cookie", "Origin", "Referer", "User-Agent", "X-Request-Id"):
            self.navigator.get(where, headers={name: value})
        nobody = Client(self.listener, use_cookies=False)
        for path in (
            "/",
            "/intake/referrals/",
            "/casework/cases/",
            f"{REFERRALS}/",
            f"{REVIEWS}/",
            "/oversight/steps/",
        ):
            assert self.navigator.get(f"{path}{value}").status_code in (403, 404, 405)
            nobody.get(f"{path}{value}", base_url=BASE)
            nobody.get(f"{path}{value}.csv", base_url=BASE)
        for path in (REVIEWS, "/casework/reviews", "/casework/queue", "/intake/referrals/new", "/accounts/sign-in"):
            for asked in ("cursor", "next", "draft", plain):
                self.reviewer.send("GET", path, query_string={asked: value, "limit": "1"})
                nobody.get(path, query_string={asked: value}, base_url=BASE)
        assert self.navigator.send("DELETE", where, headers={"X": value}).status_code == 405
        self.navigator.send(plain.upper(), where)

    def faults(self, where: str) -> None:
        """An error of our own, and one of the database, whose messages hold what a person said."""
        ours = RuntimeError(f"no room for {PERSON['name']}")
        locked = sqlite3.OperationalError("database is locked")
        locked.sqlite_errorcode = sqlite3.SQLITE_BUSY
        theirs = sa.exc.OperationalError(said("concern"), {"name": PERSON["name"]}, locked)
        for fault, status in ((ours, 500), (theirs, 503)):
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(current, "handle_once", _raising(fault))
                assert self.navigator.post(REFERRALS, referral()).status_code == status
                patched.setattr(current, "transaction", _raising(fault))
                assert self.navigator.get(f"/intake/referrals/{where.rpartition('/')[2]}/answers").status_code == status

    def poisoned(self) -> None:
        """Records of the topic of identities that cannot be handled: read by casework alone, and dead-lettered there."""
        log, casework = self.world.system.log, self.world.system.services["casework"]
        like = log.poll("canary", [topics.IDENTITIES.name], limit=1, wait=0)[0]
        name = PERSON["name"]
        broken = [f"not an event of {name}".encode()]
        for envelope, data in (
            ({"dataschemaversion": "9"}, {}),
            ({"dataschemaversion": PERSON["phone"]}, {}),
            ({"dataschemaversion": PERSON["phone"].replace(" ", "").lstrip("0")}, {}),
            ({}, {"safe_contact": name, name: name}),
            ({}, {"version": 10**30}),
        ):
            event = json.loads(like.value)
            event |= {"id": str(uuid4()), **envelope, "data": event["data"] | data}
            broken.append(json.dumps(event).encode())
        log.append([Record(topic=like.topic, key=like.key, value=value) for value in broken])
        while Consumer(casework, log).run_once():
            pass
        assert len(dead_letters.waiting(casework)) == len(broken)

    def read_by_the_others(self) -> None:
        for service in SERVICES:
            for user in ("data-protection-officer", "administrator"):
                shown = self.listener.caller(user).get(f"/{service}/api/v1/audit/rows?limit=1000")
                assert shown.status_code == 200
            self._dead_letters_of(service)
            for path in ("health/live", "health/ready", "api/v1/openapi.json"):
                self.navigator.get(f"/{service}/{path}")
            prometheus = Caller(client=self.navigator.client, token=self.world.folder.metrics_token)
            assert prometheus.get(f"/{service}/metrics").status_code == 200
        for path in ("/accounts/audit?limit=100", "/accounts/audit.csv"):
            assert self.listener.caller("administrator").get(path).status_code == 200
        board = self.listener.caller("board-member")
        for path in ("/oversight/", "/scoring/models", "/accounts/home"):
            board.get(path)

    def _dead_letters_of(self, service: str) -> None:
        if service not in dead_letter_pages.LISTENERS:
            return
        administrator = self.listener.caller("administrator")
        assert administrator.get(f"/{service}/dead-letters").status_code == 200
        for letter in dead_letters.waiting(self.world.system.services[service]):
            for page in ("", "/redrive", "/drop"):
                assert administrator.get(f"/{service}/dead-letters/{letter}{page}").status_code == 200


def _raising(fault: Exception) -> Any:
    def stand_in(*_: object, **__: object) -> None:
        raise fault

    return stand_in
