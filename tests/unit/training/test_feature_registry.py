"""The feature registry is complete, and a registry that breaks a rule of the house is refused."""

import copy
import re
import tomllib
from collections.abc import Callable
from importlib import resources
from typing import Any

import pytest

from models.features import reading
from models.features.reading import OLDEST_EVIDENCE_DAYS, RegistryRefused
from models.features.specification import Gateway, Missing, Monotone, Origin

Document = dict[str, Any]


def the_file() -> Document:
    text = resources.files("models.features").joinpath("registry.toml").read_text("utf-8")
    return tomllib.loads(text)


def feature(document: Document, name: str) -> Document:
    return next(table for table in document["features"] if table["name"] == name)


def put(name: str, /, **values: Any) -> Callable[[Document], None]:
    return lambda document: feature(document, name).update(values)


class TestTheRegistry:
    def test_has_every_fact_a_referral_carries_and_no_other_source(self) -> None:
        registry = reading.registry()

        assert {feature.fact for feature in registry.features} == set(registry.facts)

    def test_says_for_each_feature_what_an_explanation_needs(self) -> None:
        for words in reading.registry().wording():
            assert all(str(words[key]).strip() for key in ("feature", "label", "kind", "domain", "origin"))

    def test_has_no_ever_feature(self) -> None:
        for each in reading.registry().features:
            assert 0 <= each.maximum_age_days <= OLDEST_EVIDENCE_DAYS
            assert not re.search(r"\bever\b", f"{each.name} {each.label}", re.I)

    def test_has_no_protected_characteristic_and_no_place(self) -> None:
        words = {word for name in reading.registry().names for word in name.split("_")}

        assert not words & {
            "ethnicity",
            "race",
            "sex",
            "gender",
            "male",
            "female",
            "disability",
            "disabled",
            "religion",
        }
        assert not words & {"postcode", "area", "lsoa", "msoa", "ward", "address", "nationality"}

    def test_marks_what_police_recorded(self) -> None:
        marked = {each.name for each in reading.registry().features if each.police_generated}

        assert marked == {"police_contacts_12m", "weapon_found_recency"}

    def test_lets_no_health_or_care_record_in_by_the_serious_violence_duty(self) -> None:
        for each in reading.registry().features:
            if each.origin in (Origin.HEALTH, Origin.SOCIAL_CARE):
                assert Gateway.SERIOUS_VIOLENCE_DUTY not in each.gateways

    def test_never_lets_not_known_stand_for_a_strength(self) -> None:
        for each in reading.registry().features:
            assert each.monotone is not Monotone.DOWN or each.missing is Missing.MIN_REASSURING

    @pytest.mark.parametrize(
        ("rule", "breaks"),
        [
            ("no 'ever' features", put("injury", label="Ever injured")),
            ("no 'ever' features", put("injury", maximum_age_days=OLDEST_EVIDENCE_DAYS + 1)),
            ("protected characteristics", put("injury", name="ethnicity")),
            ("protected characteristics", put("injury", name="postcode_sector")),
            ("protected characteristics", put("injury", label="Injury by sex")),
            ("an 'unknown', only", put("strengths", missing="unknown")),
            ("an 'unknown', only", put("strengths", unknown_as=0.5)),
            ("an 'unknown', only", lambda d: feature(d, "injury").pop("unknown_as")),
            ("inside its range", put("injury", unknown_as=0)),
            ("inside its range", put("injury", unknown_as=4.5)),
            ("one of its answers", put("age_years", unknown_as=16.5)),
            ("one of its answers", put("injury", monotone="none")),
            ("police origin", put("police_contacts_12m", police_generated=False)),
            ("s.16", put("injury", gateways=["serious_violence_duty"])),
            ("at least one lawful gateway", put("injury", gateways=[])),
            ("a text is empty", put("injury", label=" ")),
            ("unknown keys", put("injury", weight=2)),
            ("levels must be the known codes", put("injury", levels=["none", "minor"])),
            ("levels must be the known codes", put("immediate_danger", levels=["no", "yes", "not_known"])),
            ("half life", put("injury", half_life_days=30)),
            ("gives no flag", put("injury", kind="flag")),
            ("codes that its fact", lambda d: feature(d, "threat")["from"].update(codes=["shouting"])),
            ("unknown fact", lambda d: feature(d, "threat")["from"].update(fact="star_sign")),
            ("names a feature twice", lambda d: d["features"].append(copy.deepcopy(d["features"][0]))),
            ("facts nobody uses", lambda d: d["facts"].update(star_sign={"kind": "flag"})),
            ("may not stand longer", lambda d: d["facts"]["injury"].update(stands_for_days=9)),
            ("lacks", lambda d: feature(d, "injury").pop("label")),
            ("not readable", put("injury", monotone="sideways")),
        ],
    )
    def test_is_refused_when_it_breaks_a_rule(self, rule: str, breaks: Callable[[Document], None]) -> None:
        document = the_file()
        reading.read(document)  # whole before it is broken
        breaks(document)

        with pytest.raises(RegistryRefused, match=re.escape(rule)):
            reading.read(document)

    @pytest.mark.parametrize(
        ("changes", "same"),
        [
            (put("injury", label="How badly hurt"), True),
            (put("injury", levels=["minor", "none", "needs_treatment", "admitted", "life_threatening"]), False),
            (put("weapon_found_recency", half_life_days=181), False),
            (put("injury", maximum_age_days=1), False),
            (put("injury", unknown_as=1.5), False),
            (lambda d: d["features"].reverse(), False),
            (lambda d: d["facts"]["substance_use"].update(stands_for_days=30), False),
        ],
    )
    def test_changes_its_digest_with_the_numbers_but_not_with_the_words(
        self, changes: Callable[[Document], None], same: bool
    ) -> None:
        document = the_file()
        changes(document)

        assert (reading.read(document).digest == reading.registry().digest) is same
