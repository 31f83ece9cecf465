"""What happens to the drawn referrals, through the APIs and pages as people use them; and what a test knows of it."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from werkzeug.test import TestResponse

from services.contracts.codes import Pathway, RecipientClass, Role
from tests.integration.intake.form_fields import fields_of
from tests.property.whole.draw import AREAS, SENDERS, Written
from tests.property.whole.people import Whole
from tests.property.whole.rule import Case, Member, Referral, Rule, Thing, What
from tests.world import Caller

REFERRALS = "/intake/api/v1/referrals"
REVIEWS = "/casework/api/v1/reviews"
CASES = "/casework/api/v1/cases"
_FATES = ("left", "viewed", "seen", "asked", "answered", "moved", "withdrawn", "closed")
_DECIDED = 6
_ALIKE = ((1, 0), (4, 3), (9, 8), (12, 2))
"""Which referrals are of somebody with the date of birth and the telephone number of which other."""
_SAME = {5: 2, 6: 2, 10: 2, 11: 2}
"""Which referrals are of the very person of which other: one of them is moved to another area, one is withdrawn."""
_NEXT_DAY = 8
"""From this referral on it is the day after."""
_CASE_FATES = ("noted", "in contact", "reopened", "closed", "taken", "waiting")


def done(response: TestResponse) -> TestResponse:
    assert response.status_code in (200, 201, 202, 303), (response.status_code, response.get_data(as_text=True))
    return response


class Story:
    """Each step asserts that it was taken, by somebody whom the rule lets take it."""

    def __init__(self, whole: Whole) -> None:
        self.whole = whole
        self.chance = whole.chance
        self.there = self.chance.choice(AREAS)
        """Where the referral goes that is moved to another area."""

    @property
    def rule(self) -> Rule:
        return self.whole.rule

    def run(self) -> None:
        whole = self.whole
        self.refer()
        whole.world.drain()
        self.learn_reviews()
        self.match()
        for fate, referral in zip(_FATES, whole.referrals.values(), strict=False):
            self.read(referral, fate)
        for place, referral in enumerate(list(whole.referrals.values())[len(_FATES) :]):
            self.decide(referral, widen=place % 3 == 2)
        whole.world.drain()
        self.work()
        self.afterwards()
        whole.world.drain()
        self.learn_ids()
        self.change_staff()
        whole.clock.pass_by(days=5)
        self.begin()
        whole.world.drain()

    def caller(self, staff_id: UUID | None) -> Caller:
        assert staff_id is not None
        self.whole.clock.pass_by(minutes=3)
        return self.whole.callers[staff_id]

    def refer(self) -> None:
        whole = self.whole
        sent: list[Written] = []
        like = dict(_ALIKE)
        here = self.chance.choice([area for area in AREAS if area != self.there])
        for number in range(len(_FATES) + _DECIDED):
            if number == _NEXT_DAY:
                whole.clock.pass_by(days=1)
            written = whole.draw.referral(
                like=sent[like[number]] if number in like else None,
                same=sent[_SAME[number]] if number in _SAME else None,
                area=here if number in (2, 5, 6, 10) else self.there if number == 11 else None,
            )
            sent.append(written)
            author = self.sender(SENDERS[number % len(SENDERS)])
            member = whole.staff[author] if author else None
            answer = done(self.caller(author).post(REFERRALS, written.body))
            assert member is not None
            by_system = Role.PARTNER_SYSTEM in member.roles
            whole.referrals[number] = Referral(
                number=number,
                id=UUID(str(answer.location).rpartition("/")[2]),
                review=UUID(int=0),
                author=member.id,
                by_system=by_system,
                organisation=member.organisation,
                area=written.body["area"],
                told=written.told,
                whom=_SAME.get(number, number),
                received_at=whole.clock.now,
                stated_at=whole.clock.now,
                facts=written.facts,
            )
            for value in written.marked:
                whole.marks.add(value, Thing(what=What.WRITTEN, of=number))
            whole.marks.add(written.initials, Thing(what=What.INITIALS, of=number))

    def sender(self, role: Role) -> UUID | None:
        return self.whole.somebody(lambda member: role in member.roles)

    def begin(self) -> None:
        """Everybody who writes referrals has begun one and left it for later."""
        for member in self.whole.staff.values():
            if member.roles & {Role.NAVIGATOR, Role.REFERRER}:
                draft_id, word = uuid4(), self.whole.draw.words.word()
                form = {"draft": str(draft_id), "concern.concern": word, "act": "later"}
                done(self.caller(member.id).send("POST", "/intake/referrals/new", data=form))
                self.whole.drafts.append((draft_id, member.id, word))

    def learn_reviews(self) -> None:
        of = {row.referral_id: row.id for row in self.whole.rows("casework", "reviews")}
        for referral in self.whole.referrals.values():
            referral.review = of[referral.id]

    def match(self) -> None:
        """Of the possible matches one is said not to be, one is linked, by whoever may know both."""
        number_of = {referral.id: number for number, referral in self.whole.referrals.items()}
        found = self.whole.rows("intake", "matches")
        pairs = {row.id: (number_of[row.earlier_id], number_of[row.later_id]) for row in found}
        self.whole.matches = dict(sorted(pairs.items(), key=lambda item: item[1]))
        possible = [
            match_id for match_id in self.whole.matches if match_id in {r.id for r in found if r.state == "possible"}
        ]
        acts = dict(zip(possible, ("not_same", "linked"), strict=False))
        for match_id, pair in self.whole.matches.items():
            state = acts.get(match_id)
            one, other = (self.whole.referrals[number] for number in pair)
            reader = self.reviewer_of(one, and_of=other)
            reason = self.whole.draw.words.word()
            if state and reader:
                page = f"/intake/matches/{match_id}"
                form = fields_of(done(self.caller(reader).get(page)).get_data(as_text=True))
                done(self.caller(reader).send("POST", page, data=form | {"state": state, "reason": reason}))
                if state == "linked":
                    self.link(one, other)
            for first, second in (pair, pair[::-1]):
                self.whole.marks.add(match_id, Thing(what=What.MATCH_ID, of=first, also_of=second))
                self.whole.marks.add(reason, Thing(what=What.MATCH, of=first, also_of=second))
        self.whole.world.drain()

    def link(self, one: Referral, other: Referral) -> None:
        gone = other.whom
        for referral in self.whole.referrals.values():
            if referral.whom == gone:
                referral.whom = one.whom

    def read(self, referral: Referral, fate: str) -> None:
        """What happens to a referral that nobody decides."""
        if fate in ("viewed", "seen", "asked", "answered", "moved"):
            reader = self.reviewer_of(referral)
            done(self.caller(reader).post(f"{REVIEWS}/{referral.review}/claim", {}))
            self.own_view(referral, reader)
            if fate == "viewed" and (other := self.reviewer_of(referral, other_than=reader)):
                self.own_view(referral, other)
            if fate in ("seen", "moved"):
                done(self.caller(reader).get(f"{REVIEWS}/{referral.review}/estimate"))
            if fate in ("asked", "answered"):
                question = {"question": self.chance.choice(["age", "strengths", "safe_contact"])}
                done(self.caller(reader).post_as_read(f"{REVIEWS}/{referral.review}", "question", question))
                self.whole.world.drain()
        match fate:
            case "answered":
                asked = self.author(referral).get(f"{REFERRALS}/{referral.id}").get_json()["question_id"]
                self.amend(referral, answers_question=asked, answer=self.written(referral))
            case "moved":
                self.amend(referral, told={RecipientClass.TRIAGE: None}, area=self.there)
            case "withdrawn" | "closed":
                done(self.author(referral).post(f"{REFERRALS}/{referral.id}/withdrawal", {"reason": "moved_away"}))
                self.whole.world.drain()
                referral.withdrawn = True
        if fate == "closed":
            page = f"/casework/reviews/{referral.review}/withdrawal"
            reader = self.caller(self.reviewer_of(referral))
            form = fields_of(done(reader.get(f"/casework/reviews/{referral.review}")).get_data(as_text=True))
            done(reader.send("POST", page, data={"revision": form["revision"]}))
            referral.ended = True

    def reviewer_of(
        self, referral: Referral, *, other_than: UUID | None = None, and_of: Referral | None = None
    ) -> UUID | None:
        def reviews(member: Member) -> bool:
            both = and_of is None or self.rule.reviews(member, and_of)
            return member.id != other_than and both and self.rule.reviews(member, referral)

        return self.whole.somebody(reviews)

    def author(self, referral: Referral) -> Caller:
        return self.caller(referral.author)

    def written(self, referral: Referral) -> str:
        """A new word, in what the referrer wrote."""
        word = self.whole.draw.words.word()
        self.whole.marks.add(word, Thing(what=What.WRITTEN, of=referral.number))
        return word

    def own_view(self, referral: Referral, reader: UUID | None) -> None:
        assert reader is not None
        word = self.whole.draw.words.word()
        view = {"level": self.chance.choice(["urgent", "light"]), "sureness": "fairly", "why": word}
        done(self.caller(reader).post_as_read(f"{REVIEWS}/{referral.review}", "own-view", view))
        referral.own_views[reader] = referral.version
        self.whole.marks.add(word, Thing(what=What.OWN_VIEW, of=referral.number, by=reader))

    def amend(self, referral: Referral, *, told: dict[RecipientClass, date | None] | None = None, **more: Any) -> None:
        """The referrer sends it again, with another concern and these changes."""
        caller, where = self.author(referral), f"{REFERRALS}/{referral.id}"
        held = done(caller.get(where))
        body = held.get_json()["referral"] | more
        body["concern"] = body["concern"] | {"concern": self.written(referral)}
        if told is not None:
            body["bases"] = self.whole.draw.bases(told)
            self.consent_ends(referral, set(referral.told) - set(told))
            referral.told = told
            for basis in body["bases"]:
                self.whole.marks.add(basis["given_by"], Thing(what=What.WRITTEN, of=referral.number))
        done(caller.send("PUT", where, body, headers={"If-Match": held.headers["ETag"]}))
        self.whole.world.drain()
        referral.version += 1
        referral.stated_at = self.whole.clock.now
        if not referral.ended:
            referral.read_version, referral.area = referral.version, body["area"]

    def decide(self, referral: Referral, *, widen: bool) -> None:
        """Where a basis lets it go, and nowhere else; `widen` records a further basis first."""
        reader = self.reviewer_of(referral)
        self.own_view(referral, reader)
        where = f"{REVIEWS}/{referral.review}"
        if self.chance.random() < 0.5:
            done(self.caller(reader).get(f"{where}/estimate"))
        blocked = [route for route in self.routes(where, reader) if route["blocked"] and route["team"]]
        for route in blocked:
            refused = self.caller(reader).post_as_read(
                where, "decision", self.decision(route["pathway"], route["team"])
            )
            assert refused.status_code == 422, "a team was told for which no basis is recorded"
        if widen and blocked:
            self.widen(referral, reader, Pathway(self.chance.choice(blocked)["pathway"]))
        open_routes = [route for route in self.routes(where, reader) if route["team"] and not route["blocked"]]
        if not open_routes:
            done(
                self.caller(reader).post_as_read(where, "decision", self.decision("universal_support", None, referral))
            )
        else:
            self.open_case(referral, reader, self.least_used(open_routes))
        referral.decided_by, referral.ended = reader, True

    def routes(self, where: str, reader: UUID | None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = done(self.caller(reader).get(where)).get_json()["routes"]
        return found

    def least_used(self, routes: list[dict[str, Any]]) -> dict[str, Any]:
        used = [referral.case.pathway.value for referral in self.whole.referrals.values() if referral.case]
        return min(routes, key=lambda route: (used.count(route["pathway"]), self.chance.random()))

    def widen(self, referral: Referral, reader: UUID | None, pathway: Pathway) -> None:
        recipient = {
            Pathway.YOUTH_JUSTICE: RecipientClass.YOUTH_JUSTICE,
            Pathway.EARLY_INTERVENTION: RecipientClass.SUPPORT_SERVICE,
            Pathway.SAFEGUARDING: RecipientClass.CHILDRENS_SERVICES,
            Pathway.ADULT_SERVICES: RecipientClass.ADULT_SERVICES,
        }[pathway]
        word = self.whole.draw.words.word()
        basis = {"recipient": recipient.value, "basis": "public_task", "reason": word}
        done(self.caller(reader).post_as_read(f"{REVIEWS}/{referral.review}", "bases", basis))
        referral.added.add(recipient)
        self.whole.marks.add(word, Thing(what=What.REASONS, of=referral.number))

    def decision(self, pathway: str, team: str | None, of: Referral | None = None) -> dict[str, Any]:
        word = self.whole.draw.words.word()
        if of is not None:
            self.whole.marks.add(word, Thing(what=What.REASONS, of=of.number))
        reasons = {"reasons": word, "difference_reasons": ["other"]}
        level = "light" if pathway == Pathway.UNIVERSAL_SUPPORT.value else "planned"
        return {"level": level, "pathway": pathway, "team": team, **reasons}

    def open_case(self, referral: Referral, reader: UUID | None, route: dict[str, Any]) -> None:
        team = self.chance.choice([route["team"], *route["others"]])
        body = self.decision(route["pathway"], team, referral)
        done(self.caller(reader).post_as_read(f"{REVIEWS}/{referral.review}", "decision", body))
        row = self.whole.rows("casework", "cases", referral_id=referral.id)[0]
        referral.case = Case(id=row.id, team=row.team_id, team_class=row.team_class, pathway=Pathway(route["pathway"]))

    def work(self) -> None:
        """Cases are taken or given, written in, closed and reopened; hand-overs are confirmed."""
        worked = [one for one in self.whole.referrals.values() if one.case and not one.case.is_hand_over]
        for place, referral in enumerate(worked):
            self.work_case(referral, _CASE_FATES[place % len(_CASE_FATES)])
        handed_over = [one for one in self.whole.referrals.values() if one.case and one.case.is_hand_over]
        for referral in handed_over[::2]:
            self.confirm(referral)

    def work_case(self, referral: Referral, fate: str) -> None:
        case = referral.case
        assert case is not None
        if fate == "waiting":
            return
        self.assign(referral)
        if fate == "taken" or self.worker(referral) is None:
            return
        for _ in range(2):
            case.notes.append(self.note(referral))
        if fate in ("in contact", "closed"):
            attempt = {"mode": "phone", "reached": True, "attempted_at": None, "note": self.recorded(referral)}
            done(self.caller(self.worker(referral)).post(f"{CASES}/{case.id}/contact-attempts", attempt))
            self.change(referral, "first-contact", {"attempt_id": None, "answer": "accepts"})
            case.in_contact = True
        if fate in ("closed", "reopened"):
            self.change(referral, "outcome", {"outcome": "support_completed"})
            self.change(referral, "closure", {"reason": "plan_finished"})
            case.closed = True
        if fate == "reopened":
            self.reopen(referral)

    def worker(self, referral: Referral) -> UUID | None:
        return self.whole.somebody(lambda member: self.rule.works(member, referral))

    def assign(self, referral: Referral) -> None:
        """Taken by one of the team, or given by its manager to any member."""
        case = referral.case
        assert case is not None
        manager = self.whole.somebody(lambda member: self.rule.manages(member, referral))
        members = [member.id for member in self.whole.staff.values() if self.rule.can_work(member, case)]
        if manager and members and self.chance.random() < 0.5:
            case.assignee = self.chance.choice(members)
            self.change(referral, "assignment", {"assignee_id": str(case.assignee)}, by=manager)
        elif taker := self.whole.somebody(lambda member: self.rule.in_team(member, referral)):
            self.change(referral, "assignment", {"assignee_id": None}, by=taker)
            case.assignee = taker

    def change(self, referral: Referral, what: str, body: object, *, by: UUID | None = None) -> None:
        assert referral.case is not None
        caller, where = self.caller(by or self.worker(referral)), f"{CASES}/{referral.case.id}"
        etag = done(caller.get(where)).headers["ETag"]
        done(caller.post(f"{where}/{what}", body, headers={"If-Match": etag}))

    def note(self, referral: Referral) -> UUID:
        assert referral.case is not None
        note = {"text": self.recorded(referral)}
        made = done(self.caller(self.worker(referral)).post(f"{CASES}/{referral.case.id}/notes", note))
        return UUID(str(made.location).rpartition("/")[2])

    def recorded(self, referral: Referral) -> str:
        """A new word, in what is written down in the case."""
        word = self.whole.draw.words.word()
        self.whole.marks.add(word, Thing(what=What.RECORD, of=referral.number))
        return word

    def reopen(self, referral: Referral) -> None:
        manager = self.whole.somebody(lambda member: self.rule.manages(member, referral))
        if manager and referral.case:
            page = f"/casework/cases/{referral.case.id}/reopening"
            form = fields_of(done(self.caller(manager).get(page)).get_data(as_text=True))
            done(self.caller(manager).send("POST", page, data=form | {"why": self.recorded(referral)}))
            referral.case.closed = False

    def confirm(self, referral: Referral) -> None:
        assert referral.case is not None
        reader = self.whole.somebody(lambda member: self.rule.lists(member, referral))
        page = f"/casework/cases/{referral.case.id}/confirmation"
        form = fields_of(done(self.caller(reader).get(page)).get_data(as_text=True))
        answers = {"confirmed_by": self.recorded(referral), "confirmed_at-time": f"{self.whole.clock.now:%H:%M}"}
        done(self.caller(reader).send("POST", page, data=form | answers))
        referral.case.confirmed = True

    def afterwards(self) -> None:
        """After the decision: one referral may be told to fewer, one says that there is danger, one is withdrawn."""
        decided = [one for one in self.whole.referrals.values() if one.decided_by]
        fewer = next((one for one in decided if self.is_worked(one)), decided[0])
        more, gone = self.chance.sample([one for one in decided if one is not fewer], 2)
        self.amend(fewer, told={RecipientClass.TRIAGE: None}, immediate_danger="yes")
        self.amend(more, immediate_danger="yes")
        done(self.author(gone).post(f"{REFERRALS}/{gone.id}/withdrawal", {"reason": "consent_withdrawn"}))
        gone.withdrawn = True
        onward = set(gone.told) - {RecipientClass.TRIAGE}
        self.consent_ends(gone, onward)
        gone.told = {RecipientClass.TRIAGE: None}

    def consent_ends(self, referral: Referral, recipients: set[RecipientClass]) -> None:
        """Every basis of a referrer here is consent. One whose last day has passed ended before."""
        on = self.whole.rule.on
        held = {one for one in recipients if (until := referral.told[one]) is None or until >= on}
        referral.consent_gone |= held

    def is_worked(self, referral: Referral) -> bool:
        """Whether somebody works its case by what the referrer said, and so will not when they take it back."""
        case = referral.case
        return case is not None and case.team_class not in referral.added and self.worker(referral) is not None

    def change_staff(self) -> None:
        """Some have other roles, teams and areas from now on, whatever they read and have had before."""
        for staff_id in self.chance.sample(self.whole.drawn, 4):
            member = self.whole.staff[staff_id]
            if Role.PARTNER_SYSTEM in member.roles:
                continue
            others = [Role.TEAM_MANAGER] if member.is_police else [Role.REVIEWER, Role.TEAM_MANAGER]
            roles = sorted(member.roles) if self.chance.random() < 0.5 else others
            rights = self.whole.draw.rights(roles)
            teams = frozenset(team for team in rights.teams if not (member.is_police and team.startswith("triage")))
            self.whole.change(staff_id, type(rights)(**vars(rights) | {"teams": teams}))
        self.whole.learn_staff()
        for referral in self.whole.referrals.values():
            case = referral.case
            if case and case.assignee and not case.closed:
                stays = self.rule.can_work(self.whole.staff[case.assignee], case)
                case.assignee = case.assignee if stays else None

    def learn_ids(self) -> None:
        """Every id under which something of a referral is stored."""
        whole, marks = self.whole, self.whole.marks
        number_of = {referral.id: number for number, referral in whole.referrals.items()}
        for row in whole.rows("intake", "referrals"):
            number = number_of[row.id]
            marks.add(row.id, Thing(what=What.REFERRAL_ID, of=number))
            marks.add(row.reference, Thing(what=What.REFERENCE, of=number))
            marks.add(row.person_id, Thing(what=What.PERSON_ID, of=number))
            whole.referrals[number].person = row.person_id
        for referral in whole.referrals.values():
            marks.add(referral.review, Thing(what=What.REVIEW_ID, of=referral.number))
            if referral.case:
                marks.add(referral.case.id, Thing(what=What.CASE_ID, of=referral.number))
                for row in whole.rows("casework", "case_entries", case_id=referral.case.id):
                    if row.id != referral.case.id:
                        marks.add(row.id, Thing(what=What.RECORD_ID, of=referral.number))
        for row in whole.rows("scoring", "estimates"):
            thing = Thing(what=What.ESTIMATE, of=number_of[row.referral_id], version=row.referral_version)
            marks.add(repr(row.probability), thing)
        for row in whole.rows("scoring", "results"):
            whole.estimates.append(row.id)
            marks.add(row.id, Thing(what=What.ESTIMATE_ID, of=number_of[row.referral_id]))
