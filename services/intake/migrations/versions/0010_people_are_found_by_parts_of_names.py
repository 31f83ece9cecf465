"""People are found by several names, and by parts of them. A contract: the digests of exact names are used no more.

A digest cannot be computed here, for the database has no key. The worker makes the new ones (`MatchAgain`), and then looks
at each referral again; until then a new referral finds no earlier one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "search_keys",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("identifier", sa.String(length=64), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_search_keys_digest_not_a_value")),
        sa.ForeignKeyConstraint(["referral_id"], ["referrals.id"], name=op.f("fk_search_keys_referral_id_referrals")),
        sa.PrimaryKeyConstraint("referral_id", "digest", name=op.f("pk_search_keys")),
    )
    op.create_index("ix_search_keys_digest", "search_keys", ["digest"])
    op.add_column("referrals", sa.Column("matching_step", sa.Integer(), server_default="0", nullable=False))
    op.create_index(op.f("ix_referrals_matching_step"), "referrals", ["matching_step"])
    op.drop_table("identifiers")
    op.drop_table("births")


def downgrade() -> None:
    """The digests of before are made when a referral is next amended."""
    op.create_table(
        "births",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("born_about", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["referral_id"], ["referrals.id"], name=op.f("fk_births_referral_id_referrals")),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_births")),
    )
    op.create_table(
        "identifiers",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_identifiers_digest_not_a_value")),
        sa.ForeignKeyConstraint(["referral_id"], ["referrals.id"], name=op.f("fk_identifiers_referral_id_referrals")),
        sa.PrimaryKeyConstraint("referral_id", "kind", name=op.f("pk_identifiers")),
    )
    op.create_index("ix_identifiers_digest", "identifiers", ["digest", "kind"])
    op.drop_index(op.f("ix_referrals_matching_step"), "referrals")
    op.drop_column("referrals", "matching_step")
    op.drop_table("search_keys")
