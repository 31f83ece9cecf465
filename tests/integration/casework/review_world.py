"""Casework as it is built for use, on an empty database: it hears events and is asked through HTTP."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.casework.adapters.review_tables import reviews
from services.casework.adapters.tables import metadata
from services.casework.application import on_events
from services.casework.application.on_referral import ApplyReferral, ApplyWithdrawal
from services.casework.application.staff_changes import StaffChanged
from services.casework.bootstrap import build
from services.casework.domain.review_reader import ReviewReader, review_reader
from services.casework.settings import Settings
from services.contracts.codes import NotEstimatedReason, OrganisationClass, RecipientClass, Role, Source
from services.platform.auth.identity import Identity
from tests.factories import reviews as make
from tests.integration.casework.case_world import Client, Member, Tokens

TEAMS = {
    "youth-justice": (RecipientClass.YOUTH_JUSTICE, 10, 17),
    "early-help": (RecipientClass.SUPPORT_SERVICE, 10, 25),
    "childrens-services": (RecipientClass.CHILDRENS_SERVICES, 0, 17),
    "adult-services": (RecipientClass.ADULT_SERVICES, 18, 120),
    "triage": (RecipientClass.TRIAGE, 0, 120),
}


class ReviewWorld:
    def __init__(self, url: str) -> None:
        self.now = make.after(30)
        self.tokens = Tokens()
        settings = Settings(database_url=url, secret_key=b"k" * 32, demonstration=True, https=False)
        self.service = build(settings, identities=self.tokens, clock=lambda: self.now)
        self.database = self.service.database
        with self.database.write() as connection:
            metadata.create_all(connection)
        self.teams = {code: self.team(code, *what) for code, what in TEAMS.items()}
        self.deliver(on_events.ApplyModel(_described()))

    def close(self) -> None:
        self.database.close()

    def deliver(self, command: object) -> None:
        """As a worker does when an event comes."""
        self.service.dispatcher.handle(command, actor=None)

    def run_sql(self, statement: str) -> None:
        """What no command does."""
        with self.database.write() as connection:
            connection.execute(sa.text(statement))

    def run(self, command: object, *, by: UUID = make.REVIEWER) -> Any:
        return self.service.dispatcher.handle(command, actor=by)

    def team(self, code: str, team_class: RecipientClass, age_from: int, age_to: int) -> UUID:
        team_id = uuid4()
        event = {
            "team_id": team_id,
            "version": 1,
            "team_code": code,
            "name": code.replace("-", " ").capitalize(),
            "team_class": team_class,
            "organisation_class": OrganisationClass.VOLUNTARY,
            "areas": ["northside", "westborough"],
            "area_names": {"northside": "Northside and the Quays", "westborough": "Westborough"},
            "age_from": age_from,
            "age_to": age_to,
            "on_call_address": None,
            "active": True,
        }
        self.deliver(on_events.ApplyTeam(event))
        return team_id

    def reviewer(
        self,
        staff_id: UUID = make.REVIEWER,
        *areas: str,
        name: str = "Remi Reviewer",
        organisation: OrganisationClass = OrganisationClass.LOCAL_AUTHORITY,
        role: Role = Role.REVIEWER,
    ) -> Client:
        """A member of staff, known by token; a reviewer of northside unless another role or area is said."""
        identity = Identity(
            staff_id=staff_id,
            display_name=name,
            organisation_id=uuid4(),
            organisation_name="Anytown Council",
            organisation_class=organisation,
            roles=frozenset({role}),
            areas=frozenset(areas or ("northside",)),
            session_id="s",
        )
        self.tokens.known[str(staff_id)] = identity
        event = {
            "staff_id": staff_id,
            "version": 1,
            "display_name": name,
            "organisation_id": identity.organisation_id,
            "organisation_class": organisation,
            "roles": [role],
            "teams": [self.teams["triage"]] if role is Role.REVIEWER else [],
            "areas": sorted(identity.areas),
            "active": True,
        }
        self.deliver(StaffChanged(event))
        return Client(self.service.app.test_client(), str(staff_id))

    def staff_changed(self, client: Client, *, version: int = 2, active: bool = True, **changed: Any) -> None:
        """Accounts tells of somebody who is known: `roles`, `teams`, `areas` or `organisation_class` are others."""
        who = self.tokens.known[client.token]
        event = {
            "staff_id": who.staff_id,
            "version": version,
            "display_name": who.display_name,
            "organisation_id": who.organisation_id,
            "organisation_class": changed.get("organisation_class", who.organisation_class),
            "active": active,
        }
        rights = {name: sorted(changed.get(name, getattr(who, name))) for name in ("roles", "teams", "areas")}
        self.deliver(StaffChanged(event | rights))

    def member(self, client: Client) -> Member:
        return Member(self.tokens.known[client.token])

    def reader(self, client: Client) -> ReviewReader:
        who = self.tokens.known[client.token]
        return review_reader(
            staff_id=who.staff_id,
            roles=who.roles,
            organisation_class=who.organisation_class,
            teams=who.teams,
            areas=who.areas,
        )

    def referral(
        self,
        *body: RecipientClass,
        details: bool = True,
        triage: bool = True,
        danger: bool = False,
        facts: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> "Referred":
        """A referral that has been received, with who it is about unless `details` is false."""
        known = {"immediate_danger": "yes" if danger else "no", "strengths": ["trusted_adult"], **(facts or {})}
        event = make.a_referral_event(*body, facts=known, **values)
        if not triage:
            event["bases"] = [
                basis for basis in event["bases"] if basis["recipient_class"] is not RecipientClass.TRIAGE
            ]
        self.deliver(ApplyReferral(event))
        referred = Referred(self, event)
        if details:
            self.deliver(on_events.ApplyIdentity(make.an_identity_event(referred.id)))
            texts = {
                "own_words": "I want it to stop.",
                "strengths": "Close to an aunt.",
                "concern": "Afraid to go back.",
            }
            self.deliver(on_events.ApplyNarrative({"referral_id": referred.id, "version": 1, "texts": texts}))
        return referred

    def rows(self, table: sa.Table, **where: Any) -> list[Mapping[str, Any]]:
        found = sa.select(table).filter_by(**where) if where else sa.select(table)
        with self.database.read() as connection:
            return [dict(row._mapping) for row in connection.execute(found)]


class Referred:
    """One referral of the world, and what happens to it next."""

    def __init__(self, world: ReviewWorld, event: dict[str, Any]) -> None:
        self.world = world
        self.event = event
        self.id: UUID = event["referral_id"]
        self.review_id: UUID = world.rows(reviews, referral_id=self.id)[0]["id"]

    @property
    def page(self) -> str:
        return f"/casework/reviews/{self.review_id}"

    @property
    def api(self) -> str:
        return f"/casework/api/v1/reviews/{self.review_id}"

    @property
    def revision(self) -> int:
        revision: int = self.world.rows(reviews, id=self.review_id)[0]["revision"]
        return revision

    @property
    def as_read(self) -> dict[str, str]:
        """The headers of who has read it as it now is, with a new key."""
        return {"If-Match": f'"{self.revision}"', **a_key()}

    def amended(self, version: int = 2, **values: Any) -> None:
        stored = {"referral_id": self.id, "reference": self.event["reference"], "person_id": self.event["person_id"]}
        self.world.deliver(ApplyReferral(make.a_referral_event(version=version, **stored, **values)))

    def withdrawn(self, version: int = 2, *, reason: str = "made_in_error") -> None:
        self.world.deliver(ApplyWithdrawal(make.a_withdrawal_event(self.id, version=version, reason=reason)))

    def looks_like(self, other: "Referred") -> None:
        """The two may be about the same person."""
        event = {
            "match_id": uuid4(),
            "version": 1,
            "state": "possible",
            "referral_ids": [self.id, other.id],
            "person_ids": [self.event["person_id"], other.event["person_id"]],
            "agreeing": ["name", "postcode"],
            "contradicting": [],
            "changed_at": self.world.now,
            "changed_by": None,
        }
        self.world.deliver(on_events.ApplyMatch(event))

    def estimated(
        self,
        *,
        features: int = 9,
        probability: float = 0.1234,
        few_seen: int | None = None,
        known_answers: int | None = None,
        **values: Any,
    ) -> None:
        """An estimate whose features move it up and down in turn, each less than the one before.

        `few_seen` is the place of the one whose value the model has seen too few of. With `known_answers` the estimate
        says on how many it is based, and two of its values are not known.
        """
        parts = [_moved(index) | {"few_seen": index == few_seen} for index in range(features)]
        body: dict[str, Any] = {"probability": probability, "contributions": parts}
        if known_answers is not None:
            body |= {"known_answers": known_answers, "all_answers": 25, "sparse": known_answers <= 19}
            body["missing"] = [parts[index]["feature"] for index in (0, 3)]
            for index in (0, 3):
                parts[index]["value"] = None
        self.world.deliver(on_events.ApplyEstimate({**make.an_estimate_event(self.id, **values), **body}))

    def estimated_from(
        self, *earlier: "Referred", source: Source = Source.HKC_SCREENING, probability: float = 0.12, **values: Any
    ) -> None:
        """An estimate of one feature, whose value comes from these other referrals."""
        sources = [{"referral_id": one.id, "source": source} for one in earlier]
        newest = {"source_referral_id": earlier[0].id, "source": source, "further_sources": sources[1:]}
        part = _moved(0) | {"value": "child_protection", **newest}
        body = {"contributions": [part], "probability": probability}
        self.world.deliver(on_events.ApplyEstimate({**make.an_estimate_event(self.id, **values), **body}))

    def not_estimated(
        self,
        reason: NotEstimatedReason = NotEstimatedReason.TURNED_OFF,
        *,
        body: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> None:
        """`told` is what else the event says."""
        event = {**make.a_refusal_event(self.id, **values), "reason": reason, **(body or {})}
        self.world.deliver(on_events.ApplyNoEstimate(event))


def _moved(index: int) -> dict[str, Any]:
    return {
        "feature": f"feature_{index}",
        "value": index,
        "observed_on": make.RECEIVED_AT.date(),
        "origin": "police" if index == 1 else "referrer",
        "log_odds": (1.0 if index % 2 == 0 else -1.0) / (index + 1),
    }


def _described(features: int = 9) -> dict[str, Any]:
    """The words of a model with so many features."""
    model = dict(make.a_model_event())
    words = model["features"][0]
    model["features"] = [
        {**words, "feature": f"feature_{index}", "label": f"Thing number {index}", "police_generated": index == 1}
        for index in range(features)
    ]
    return model | {"harm_event": "being harmed by violence"}


def an_own_view(**values: Any) -> dict[str, Any]:
    return {"level": "planned", "sureness": "fairly", "why": "Wants help."} | values


def a_decision(**values: Any) -> dict[str, Any]:
    return {
        "level": "planned",
        "pathway": "early_intervention",
        "team": "early-help",
        "reasons": "His aunt and his coach support him.",
    } | values


def a_key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}
