"""The facts that the registry reads are those that a referral event carries, code for code."""

from typing import Any

import pytest
from marshmallow import fields, validate

from models.features import reading
from models.features.specification import Fact, FactKind
from services.contracts.intake import Facts, ReferralReceivedV1

CARRIED: dict[str, fields.Field[Any]] = Facts().fields


def codes_of(field: fields.Field[Any]) -> set[str]:
    inner = field.inner if isinstance(field, fields.List) else field
    if isinstance(inner, fields.Enum):
        return {str(member.value) for member in inner.enum}
    return {str(code) for rule in inner.validators if isinstance(rule, validate.OneOf) for code in rule.choices}


class TestTheRegistryAndTheEvent:
    def test_name_the_same_facts(self) -> None:
        assert set(reading.registry().facts) == {*CARRIED, "age"}
        assert "age" in ReferralReceivedV1().fields

    @pytest.mark.parametrize(
        "fact", [fact for fact in reading.registry().facts.values() if fact.name != "age"], ids=lambda fact: fact.name
    )
    def test_have_the_same_codes_and_ranges(self, fact: Fact) -> None:
        field = CARRIED[fact.name]

        if fact.kind in (FactKind.CODE, FactKind.CODES):
            assert codes_of(field) == set(fact.codes)
            assert isinstance(field, fields.List) is (fact.kind is FactKind.CODES)
        elif fact.kind is FactKind.COUNT:
            ranges = [rule for rule in field.validators if isinstance(rule, validate.Range)]
            assert [(rule.min, rule.max) for rule in ranges] == [(fact.low, fact.high)]
        else:
            assert isinstance(field, fields.Boolean if fact.kind is FactKind.FLAG else fields.Date)
