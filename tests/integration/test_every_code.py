"""Every stored code is used: somebody reads its label on a page, or a rule acts on it.

Each code of the published language is put into the system in its place, the page is read, and its label is looked for
beside the words that it answers. What no page shows stands in `ACTED_ON`, with the function or test whose behaviour it
changes. A code, or a whole list of codes, that is in neither makes this test fail.
"""

import html
import importlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from services.accounts import wording as accounts_wording
from services.casework.adapters.case_tables import case_entries, cases
from services.casework.adapters.tables import identities
from services.casework.domain.case_entries import EntryKind
from services.casework.entrypoints import case_labels, fact_labels, review_labels
from services.contracts import codes
from services.contracts.casework import ProgressMadeV1
from services.contracts.codes import OrganisationClass, Pathway, RecipientClass, Role, SupportLevel
from services.intake.entrypoints import labels as intake_labels
from tests.accounts_world import a_world as accounts_at
from tests.factories import reviews as make
from tests.integration.casework.decided import decided, of_team
from tests.integration.casework.review_form_steps import text_of
from tests.integration.casework.review_world import ReviewWorld, an_own_view
from tests.integration.intake.world import World as IntakeWorld
from tests.integration.intake.world import a_referral
from tests.integration.intake.world import a_world as intake_at

ACTED_ON: Mapping[type[StrEnum], str] = {
    codes.EstimateCause: "services.scoring.on_events.on_match",
}
"""What no page shows by a label: the function, or the test as file::name, whose behaviour the codes change."""

FACTS: Mapping[type[StrEnum], tuple[str, str]] = {
    codes.WhatHappened: ("what_happened", "What happened"),
    codes.Involvement: ("involvement", "How the young person was involved"),
    codes.Injury: ("injury", "Injury"),
    codes.Answer: ("immediate_danger", "In immediate danger"),
    codes.SubstanceUse: ("substance_use", "Alcohol or drug use"),
    codes.EducationStatus: ("education_status", "Education or work"),
    codes.ChildrensServices: ("childrens_services", "Children’s services"),
    codes.ExploitationSign: ("exploitation_signs", "Signs of exploitation"),
    codes.Strength: ("strengths", "Strengths"),
}
"""Each fact by its name, and what a reviewer's page calls it."""
_SEVERAL = ("what_happened", "involvement", "exploitation_signs", "strengths")


class Pages:
    """The pages that were asked for, as text, each asked for once."""

    def __init__(self, folder: Path) -> None:
        self.casework = ReviewWorld(f"sqlite:///{folder / 'casework.sqlite'}")
        self.intake: IntakeWorld = intake_at(f"sqlite:///{folder / 'intake.sqlite'}")
        self.folder = folder
        self._read: dict[tuple[object, ...], str] = {}

    def close(self) -> None:
        self.casework.close()
        self.intake.service.database.close()

    def once(self, key: tuple[object, ...], read: Callable[[], str]) -> str:
        if key not in self._read:
            self._read[key] = read()
        return self._read[key]

    def review(self, place: int) -> str:
        """A review of a referral with the codes that stand at this place of each list."""
        return self.once(("review", place), lambda: self._review(place))

    def _review(self, place: int) -> str:
        facts: dict[str, Any] = {}
        for of, (name, _key) in FACTS.items():
            one = _at(of, place)
            facts[name] = [one] if name in _SEVERAL else one
        bases = [
            make.a_basis(RecipientClass.TRIAGE),
            {
                "recipient_class": _at(RecipientClass, place),
                "basis": _at(codes.LawfulBasis, place),
                "gateway": _at(codes.DisclosureGateway, place),
            },
        ]
        age_basis = _at(codes.AgeBasis, place)
        referral = self.casework.referral(
            facts=facts,
            bases=bases,
            source=_at(codes.Source, place),
            age=None if age_basis == "not_known" else 16,
            age_basis=age_basis,
            told_young_person=_at(codes.Told, place),
            police_told=_at(codes.PoliceTold, place),
            referred_by={"organisation_class": _at(OrganisationClass, place)},
        )
        told = {"phone": "1", "safe_contact": [_at(codes.ContactMode, place)], "do_not_contact": []}
        self.write(sa.update(identities).where(identities.c.referral_id == referral.id).values(details=told))
        return text_of(self.casework.reviewer().get(referral.page))

    def withdrawn(self, reason: str) -> str:
        def read() -> str:
            referral = self.casework.referral()
            referral.withdrawn(reason=reason)
            return text_of(self.casework.reviewer().get(referral.page))

        return self.once(("withdrawn", reason), read)

    def viewed(self, level: str, sureness: str) -> str:
        """One's own view, as its page shows it."""

        def read() -> str:
            referral, reviewer = self.casework.referral(), self.casework.reviewer()
            said = an_own_view(level=level, sureness=sureness)
            assert reviewer.post_json(f"{referral.api}/own-view", said, **referral.as_read).status_code == 201
            return text_of(reviewer.get(referral.page))

        return self.once(("viewed", level, sureness), read)

    def asked(self, question: str) -> str:
        def read() -> str:
            referral, reviewer = self.casework.referral(), self.casework.reviewer()
            reviewer.post_json(f"{referral.api}/own-view", an_own_view(), **referral.as_read)
            assert (
                reviewer.post_json(f"{referral.api}/question", {"question": question}, **referral.as_read).status_code
                == 201
            )
            return text_of(reviewer.get(referral.page))

        return self.once(("asked", question), read)

    def decision(self, **said: Any) -> str:
        """A decision as its page shows it: what was decided is written into one that a reviewer made."""

        def read() -> str:
            referral, reviewer = self.casework.referral(), self.casework.reviewer()
            referral.estimated(band=codes.Band.HIGH)
            reviewer.post_json(f"{referral.api}/own-view", an_own_view(level="none"), **referral.as_read)
            reviewer.get(f"{referral.api}/estimate")
            body = {
                "level": "none",
                "pathway": "no_further_action",
                "team": None,
                "reasons": "As I said.",
                "difference_reasons": ["other"],
            }
            answer = reviewer.post_json(f"{referral.api}/decision", body | said, **referral.as_read)
            assert answer.status_code == 201, answer.text
            return text_of(reviewer.get(referral.page))

        return self.once(("decision", *sorted(map(str, said.items()))), read)

    def estimate(self, *, band: codes.Band | None = None, reason: codes.NotEstimatedReason | None = None) -> str:
        def read() -> str:
            referral, reviewer = self.casework.referral(), self.casework.reviewer()
            if band is not None:
                referral.estimated(band=band)
            if reason is not None:
                referral.not_estimated(reason)
            reviewer.post_json(f"{referral.api}/own-view", an_own_view(), **referral.as_read)
            return text_of(reviewer.get(f"{referral.page}/estimate"))

        return self.once(("estimate", band, reason), read)

    def case(self, **column: Any) -> str:
        """A worked case with this in one of its columns."""
        worker, case_id = self._case()
        usual: dict[str, Any] = {
            "pathway": Pathway.EARLY_INTERVENTION,
            "level": SupportLevel.PLANNED,
            "answer": None,
            "outcome": None,
        }
        usual |= {"later_on": None, "state": "open", "closed_at": None, "close_reason": None}
        self.write(sa.update(cases).where(cases.c.id == case_id).values(**(usual | column)))
        return text_of(worker.get(f"/casework/cases/{case_id}"))

    def unassigned(self, place: int, reason: codes.UnassignReason) -> str:
        """A worked case whose record says that it was taken from somebody."""
        worker, case_id = self._case()
        now = self.casework.now
        entry = {"id": uuid4(), "case_id": case_id, "version": 100 + place, "kind": EntryKind.UNASSIGNED}
        told = {"occurred_at": now, "recorded_at": now, "recorded_by": uuid4(), "unassign_reason": reason}
        self.write(sa.insert(case_entries).values(**entry, **told))
        return text_of(worker.get(f"/casework/cases/{case_id}"))

    def _case(self) -> tuple[Any, Any]:
        if not hasattr(self, "_worked"):
            _referral, case_id = decided(self.casework, RecipientClass.SUPPORT_SERVICE)
            worker = of_team(self.casework, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
            worker.post("/casework/queue/next")
            now = self.casework.now
            self.write(sa.update(cases).where(cases.c.id == case_id).values(first_contact_at=now))
            self._worked = worker, case_id
        return self._worked

    def answers(self, place: int) -> str:
        """What a referrer sent, with the codes at this place of the lists of equality."""

        def read() -> str:
            equality = {
                "ethnicity": _at(codes.Ethnicity, place),
                "sex": _at(codes.Sex, place),
                "disability": _at(codes.Disability, place),
            }
            sent = self.intake.api("navigator").post(a_referral(equality=equality))
            where = sent.headers["Location"].rsplit("/", 1)[-1]
            return text_of(self.intake.browser("navigator").open(f"/intake/referrals/{where}/answers"))

        return self.once(("answers", place), read)

    def status(self, step: codes.ProgressStep) -> str:
        def read() -> str:
            sent = self.intake.api("navigator").post(a_referral())
            referral_id = UUID(sent.headers["Location"].rsplit("/", 1)[-1])
            told = {"referral_id": referral_id, "version": 1, "step": step, "at": self.intake.clock()}
            self.intake.deliver(ProgressMadeV1, told)
            return text_of(self.intake.browser("navigator").open(f"/intake/referrals/{referral_id}"))

        return self.once(("status", step), read)

    def member(self) -> str:
        def read() -> str:
            world = accounts_at(f"sqlite:///{self.folder / 'accounts.sqlite'}")
            page = world.signed_in("administrator").get(f"/accounts/staff/{world.staff['navigator']}")
            return text_of(page)

        return self.once(("member",), read)

    def write(self, statement: sa.Update) -> None:
        with self.casework.database.write() as connection:
            connection.execute(statement)


def _at(of: type[StrEnum], place: int) -> str:
    every = list(of)
    return every[place % len(every)].value


def _place(code: StrEnum) -> int:
    return list(type(code)).index(code)


def a_fact(pages: Pages, code: StrEnum) -> tuple[str, str]:
    name, key = FACTS[type(code)]
    return pages.review(
        _place(code)
    ), f"{key} {fact_labels.fact_rows({name: [code.value] if name in _SEVERAL else code.value})[0]['value']}"


def beside(key: str) -> Callable[[Pages, StrEnum], tuple[str, str]]:
    """On the review's page, after these words."""
    return lambda pages, code: (pages.review(_place(code)), f"{key} {review_labels.label(code)}")


def a_source(pages: Pages, code: StrEnum) -> tuple[str, str]:
    return pages.review(_place(code)), f"Who referred {review_labels.label(code)}"


def a_body(pages: Pages, code: StrEnum) -> tuple[str, str]:
    return pages.review(_place(code)), f"({review_labels.label(code)})"


def a_gateway(pages: Pages, code: StrEnum) -> tuple[str, str]:
    return pages.review(_place(code)), f"; {review_labels.label(code)}"


def an_age_basis(pages: Pages, code: StrEnum) -> tuple[str, str]:
    words = review_labels.label(code)
    return pages.review(_place(code)), f"Age {words}" if code == "not_known" else f"Age 16 ({words})"


def of_a_case(column: str, key: str) -> Callable[[Pages, StrEnum], tuple[str, str]]:
    def found(pages: Pages, code: StrEnum) -> tuple[str, str]:
        more: dict[str, Any] = {column: code}
        if column == "close_reason":
            more |= {"state": "closed", "closed_at": pages.casework.now, "outcome": codes.Outcome.DECLINED}
        if code == "later":
            more["later_on"] = pages.casework.now.date()
        return pages.case(**more), f"{key} {case_labels.label(code)}"

    return found


def a_level(pages: Pages, code: StrEnum) -> tuple[str, str]:
    return pages.viewed(code.value, "fairly"), review_labels.label(code)


def a_sureness(pages: Pages, code: StrEnum) -> tuple[str, str]:
    return pages.viewed("planned", code.value), review_labels.label(code)


def a_pathway(pages: Pages, code: StrEnum) -> tuple[str, str]:
    if code in (Pathway.UNIVERSAL_SUPPORT, Pathway.NO_FURTHER_ACTION):
        return pages.decision(pathway=code.value), f"Goes to {review_labels.label(code)}"
    return pages.once(("routes",), lambda: _decision_page(pages)), review_labels.label(code)


def _decision_page(pages: Pages) -> str:
    """Where every pathway is offered."""
    referral, reviewer = pages.casework.referral(*RecipientClass), pages.casework.reviewer()
    reviewer.post_json(f"{referral.api}/own-view", an_own_view(), **referral.as_read)
    return text_of(reviewer.get(f"{referral.page}/decision"))


RENDERED: Mapping[type[StrEnum], Callable[[Pages, Any], tuple[str, str]]] = {
    **dict.fromkeys(FACTS, a_fact),
    codes.Role: lambda pages, code: (pages.member(), accounts_wording.ROLES[code]),
    codes.OrganisationClass: a_body,
    codes.RecipientClass: beside(""),
    codes.LawfulBasis: beside(""),
    codes.DisclosureGateway: a_gateway,
    codes.Source: a_source,
    codes.AgeBasis: an_age_basis,
    codes.PoliceTold: beside("Were the police told?"),
    codes.Told: beside("Has the young person been told?"),
    codes.ContactMode: beside("Safe ways to contact"),
    codes.WithdrawalReason: lambda pages, code: (
        pages.withdrawn(code.value),
        f"Reason: {review_labels.label(code)}",
    ),
    codes.Band: lambda pages, code: (pages.estimate(band=code), _band(code)),
    codes.NotEstimatedReason: lambda pages, code: (pages.estimate(reason=code), review_labels.label(code)),
    codes.SupportLevel: a_level,
    codes.Sureness: a_sureness,
    codes.Pathway: a_pathway,
    codes.DifferenceReason: lambda pages, code: (
        pages.decision(difference_reasons=[code.value]),
        f"Why it differs from the estimate {review_labels.label(code)}",
    ),
    codes.Question: lambda pages, code: (pages.asked(code.value), review_labels.label(code)),
    codes.ProgressStep: lambda pages, code: (pages.status(code), intake_labels.label(code)),
    codes.Ethnicity: lambda pages, code: (
        pages.answers(_place(code)),
        f"Ethnic group {intake_labels.label(code)}",
    ),
    codes.Sex: lambda pages, code: (pages.answers(_place(code)), f"Sex {intake_labels.label(code)}"),
    codes.Disability: lambda pages, code: (pages.answers(_place(code)), f"Disability {intake_labels.label(code)}"),
    codes.YoungPersonAnswer: of_a_case("answer", "The young person’s answer"),
    codes.Outcome: of_a_case("outcome", "Outcome"),
    codes.CloseReason: of_a_case("close_reason", "Closed because"),
    codes.UnassignReason: lambda pages, code: (pages.unassigned(_place(code), code), case_labels.label(code)),
}
"""How to find each: the page, and the words that must be on it."""


def _band(code: codes.Band) -> str:
    return {"usual": "About the usual chance", "raised": "Higher than usual", "high": "Much higher than usual"}[code]


LISTS = [
    found
    for _name, found in inspect.getmembers(codes, inspect.isclass)
    if issubclass(found, StrEnum) and found is not StrEnum
]
EVERY = [code for found in LISTS for code in found]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    made = Pages(tmp_path_factory.mktemp("codes"))
    yield made
    made.close()


def test_every_list_is_shown_or_acted_on() -> None:
    assert set(LISTS) == set(RENDERED) | set(ACTED_ON)
    assert not set(RENDERED) & set(ACTED_ON)


@pytest.mark.parametrize("code", EVERY, ids=lambda code: f"{type(code).__name__}.{code.name}")
def test_a_code_is_read_by_somebody_or_changes_what_a_rule_does(pages: Pages, code: StrEnum) -> None:
    if type(code) in ACTED_ON:
        assert exists(ACTED_ON[type(code)])
        return
    page, label = RENDERED[type(code)](pages, code)
    assert " ".join(label.split()) in html.unescape(page)


def exists(named: str) -> bool:
    """Whether there is such a test (`tests/x.py::Class::test`) or function (`package.module.function`)."""
    if "::" in named:
        file, *_classes, test = named.split("::")
        return f"def {test}(" in (Path(__file__).parents[2] / file).read_text(encoding="utf-8")
    module, _, function = named.rpartition(".")
    return callable(getattr(importlib.import_module(module), function, None))
