"""The second wall of need-to-know stands before every table that tells of a referral (ADR 0013)."""

import pytest
import sqlalchemy as sa

from services.casework import bootstrap as casework
from services.intake import bootstrap as intake
from services.kernel.db.row_security import Wall

TOLD_OF = ("referral_id", "review_id", "case_id", "match_id", "person_id", "alarm_id")
BY_CONDITIONS = {"bases"}
"""Every condition of either wall asks them."""


def without_a_policy(metadata: sa.MetaData, wall: Wall) -> set[str]:
    """The tables whose rows are of a referral and are there for everybody."""
    tells = {name for name, table in metadata.tables.items() if set(TOLD_OF) & set(table.columns.keys())}
    return tells - set(wall.policies)


@pytest.mark.parametrize(
    ("metadata", "wall"),
    [(intake.metadata, intake.WALL), (casework.metadata, casework.WALL)],
    ids=["intake", "casework"],
)
def test_every_table_that_tells_of_a_referral_has_a_policy(metadata: sa.MetaData, wall: Wall) -> None:
    assert without_a_policy(metadata, wall) == BY_CONDITIONS


def test_a_table_that_was_forgotten_is_seen() -> None:
    metadata = sa.MetaData()
    sa.Table("letters", metadata, sa.Column("referral_id", sa.Uuid))

    assert without_a_policy(metadata, Wall(functions=[], policies={})) == {"letters"}
