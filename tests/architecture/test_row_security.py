"""Row-level security of need-to-know stands before every table that tells of a referral (ADR 0013)."""

import pytest
import sqlalchemy as sa

from services.casework import bootstrap as casework
from services.intake import bootstrap as intake
from services.platform.db.row_security import RowPolicies

TOLD_OF = ("referral_id", "review_id", "case_id", "match_id", "person_id", "alarm_id")
BY_CONDITIONS = {"bases"}
"""Every condition of either row_policies asks them."""


def without_a_policy(metadata: sa.MetaData, row_policies: RowPolicies) -> set[str]:
    """The tables whose rows are of a referral and are there for everybody."""
    tells = {name for name, table in metadata.tables.items() if set(TOLD_OF) & set(table.columns.keys())}
    return tells - set(row_policies.policies)


@pytest.mark.parametrize(
    ("metadata", "row_policies"),
    [(intake.metadata, intake.POLICIES), (casework.metadata, casework.POLICIES)],
    ids=["intake", "casework"],
)
def test_every_table_that_tells_of_a_referral_has_a_policy(metadata: sa.MetaData, row_policies: RowPolicies) -> None:
    assert without_a_policy(metadata, row_policies) == BY_CONDITIONS


def test_a_table_that_was_forgotten_is_seen() -> None:
    metadata = sa.MetaData()
    sa.Table("letters", metadata, sa.Column("referral_id", sa.Uuid))

    assert without_a_policy(metadata, RowPolicies(functions=[], policies={})) == {"letters"}
