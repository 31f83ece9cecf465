"""Those who refer: each turn somebody is referred, or what was said of them changes."""

from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.contracts.codes import (
    Answer,
    ContactMode,
    Ethnicity,
    Injury,
    Involvement,
    OrganisationClass,
    RecipientClass,
    Sex,
    WithdrawalReason,
)
from services.intake.adapters import tables
from services.intake.application.amend_referral import AmendReferral
from services.intake.application.decide_match import DecideMatch
from services.intake.application.receive_referral import ReceiveReferral
from services.intake.application.withdraw_referral import WithdrawReferral
from services.intake.domain.content import Concern, Contact, Content, DoNotContact, Equality, YoungPerson
from services.intake.domain.match import MatchState
from services.intake.domain.nhs_number import NotAnNhsNumber, nhs_number
from services.platform.service import Service
from tests.factories.intake import a_basis, a_content, a_receipt, a_referrer, a_viewer

_TOLD = (RecipientClass.TRIAGE, RecipientClass.SUPPORT_SERVICE, RecipientClass.CHILDRENS_SERVICES)
_REFERRER = a_referrer(OrganisationClass.LOCAL_AUTHORITY)
_AREAS = ("northside", "riverside")
_REVIEWER = a_viewer(*_AREAS)


@dataclass
class Referrers:
    """Few young people for many referrals, so that most have a history, and half of it under another person at first."""

    intake: Service
    chance: Random
    young_people: int
    versions: dict[UUID, int] = field(default_factory=dict)
    """Of the referrals that may still be changed."""
    of: dict[UUID, int] = field(default_factory=dict)
    """Whom each referral is about, in truth."""

    def refer(self) -> None:
        number = self.chance.randrange(self.young_people)
        home, elsewhere = _AREAS[number % 2], _AREAS[1 - number % 2]
        # Only what was referred in one area is history to each other.
        area = self.chance.choice([home, home, home, elsewhere])
        receipt = a_receipt(self._content(number), by=_REFERRER, area=area)
        referral_id = self._run(receipt).id
        self.versions[referral_id], self.of[referral_id] = 1, number

    def amend(self) -> None:
        referral_id = self.chance.choice(list(self.versions))
        amendment = AmendReferral(
            referral_id=referral_id,
            expected_version=self.versions[referral_id],
            content=self._content(self.of[referral_id]),
            asking=_REFERRER,
            area=self.chance.choice([None, None, *_AREAS]),
        )
        self.versions[referral_id] = self._run(amendment).version

    def withdraw(self) -> None:
        referral_id = self.chance.choice(list(self.versions))
        del self.versions[referral_id]
        self._run(
            WithdrawReferral(
                referral_id=referral_id, reason=self.chance.choice(list(WithdrawalReason)), asking=_REFERRER
            )
        )

    def decide_match(self) -> None:
        """Somebody says of two referrals that they are about one person, or are not, or takes that back."""
        with self.intake.database.read() as connection:
            held = connection.execute(sa.select(tables.matches).order_by(tables.matches.c.changed_at)).all()
        if not held:
            return
        # What is decided stays so, for the most part.
        open_ones = [match for match in held if match.state is MatchState.POSSIBLE]
        match = self.chance.choice(open_ones if open_ones and self.chance.random() < 0.85 else held)
        other = {MatchState.LINKED: MatchState.UNDONE}.get(match.state, MatchState.LINKED)
        state = MatchState.NOT_SAME if match.state is MatchState.POSSIBLE and self.chance.random() < 0.2 else other
        self._run(
            DecideMatch(match_id=match.id, expected_version=match.version, state=state, reason="x", viewer=_REVIEWER)
        )

    def _run(self, command: ReceiveReferral | AmendReferral | WithdrawReferral | DecideMatch) -> Any:
        return self.intake.dispatcher.handle(command, actor=None)

    def _content(self, number: int) -> Content:
        chance, young_person = self.chance, self._said_of(number)
        # Without a number nobody can call or text: intake refuses a referral that says so.
        reachable = [ContactMode.PHONE, ContactMode.TEXT] if young_person.phone else []
        return a_content(
            young_person=young_person,
            immediate_danger=chance.choice([Answer.YES, Answer.NO, Answer.NO]),
            involvement=tuple(chance.sample(list(Involvement), 2)),
            facts={
                "violence_attendances_12m": chance.choice([None, 0, 2]),
                "self_harm_12m": chance.choice([None, True, False]),
                "mental_health_need": chance.choice([True, False]),
                "siblings_at_risk": chance.choice([True, False]),
                "alcohol_or_drugs_involved": chance.choice([True, False]),
                "weapon_believed_present": chance.choice([True, False]),
                "injury": chance.choice([None, *Injury]),
                "retaliation_feared": chance.choice([None, True, False]),
                "police_contacts_12m": chance.choice([None, 0, 1, 7]),
                "often_absent": chance.choice([None, True]),
                "missing_episodes_12m": chance.choice([None, 0, 4]),
            },
            contact=Contact(
                safe=tuple(chance.sample(reachable, chance.randint(0, len(reachable)))),
                do_not=tuple(chance.sample([DoNotContact.AT_HOME, DoNotContact.BY_LETTER], chance.randint(0, 2))),
            ),
            concern=Concern(concern=f"Said {chance.random()}"),
            equality=chance.choice(
                [Equality(), Equality(sex=chance.choice([*Sex]), ethnicity=chance.choice([*Ethnicity]))]
            ),
            bases=tuple(a_basis(recipient) for recipient in _TOLD[: chance.randint(1, 3)]),
        )

    def _said_of(self, number: int) -> YoungPerson:
        """Enough to know them by, enough to wonder, or little."""
        name, born = f"Somebody {number}", date(2009 + number % 4, 1 + number % 12, 1 + number % 28)
        said: list[dict[str, Any]] = [
            {"nhs_number": _nhs_number(number), "name": name},
            {"name": name, "date_of_birth": born, "postcode": "ZZ99 3VZ"},
            *[{"name": name, "phone": f"+44770090{number:04d}"}] * 4,
        ]
        chosen = self.chance.choice(said)
        return YoungPerson(**chosen if "date_of_birth" in chosen else {**chosen, "age_about": 2026 - born.year})


def _nhs_number(number: int) -> str:
    """One of the test range, with the check digit that it needs; some have none, and then the next is taken."""
    for first in range(number * 20, number * 20 + 20):
        for digit in range(10):
            try:
                return nhs_number(f"999{first:06d}{digit}", test_numbers=True)
            except NotAnNhsNumber:
                continue
    raise AssertionError("no check digit")
