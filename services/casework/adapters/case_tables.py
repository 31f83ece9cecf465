"""The tables of cases, with their invariants as constraints on both databases."""

import sqlalchemy as sa

from services.casework.adapters.tables import metadata
from services.casework.domain.case import CaseState
from services.casework.domain.case_entries import EntryKind
from services.casework.domain.case_notice import NoticeKind
from services.casework.domain.routing import TEAM_CLASS_OF
from services.contracts.codes import (
    HAND_OVERS,
    CloseReason,
    ContactMode,
    Disability,
    Ethnicity,
    Outcome,
    Pathway,
    RecipientClass,
    Sex,
    SupportLevel,
    UnassignReason,
    YoungPersonAnswer,
)
from services.platform.db import append_only
from services.platform.db.types import CodeType, UtcDateTime

_PATHWAY_FITS_TEAM = " OR ".join(
    f"(pathway = '{pathway}' AND team_class = '{to}')" for pathway, to in TEAM_CLASS_OF.items()
)
_IS_HAND_OVER = "pathway IN ({})".format(", ".join(f"'{pathway}'" for pathway in sorted(HAND_OVERS)))

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("review_id", sa.Uuid, nullable=False, unique=True),
    sa.Column("referral_id", sa.Uuid, nullable=False, index=True),
    sa.Column("person_id", sa.Uuid, nullable=False),
    sa.Column("team_id", sa.Uuid, nullable=False),
    sa.Column("team_class", CodeType(RecipientClass), nullable=False),
    sa.Column("pathway", CodeType(Pathway), nullable=False),
    sa.Column("level", CodeType(SupportLevel), nullable=False),
    sa.Column("area", sa.String(64), nullable=False),
    sa.Column("opened_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("state", CodeType(CaseState), nullable=False),
    sa.Column("assignee_id", sa.Uuid, nullable=True),
    sa.Column("first_contact_at", UtcDateTime, nullable=True),
    sa.Column("answer", CodeType(YoungPersonAnswer), nullable=True),
    sa.Column("later_on", sa.Date, nullable=True),
    sa.Column("outcome", CodeType(Outcome), nullable=True),
    sa.Column("closed_at", UtcDateTime, nullable=True),
    sa.Column("close_reason", CodeType(CloseReason), nullable=True),
    sa.Column("confirmed_at", UtcDateTime, nullable=True),
    sa.Column("stopped_at", UtcDateTime, nullable=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("version >= 1", name="version_counts"),
    sa.CheckConstraint(_PATHWAY_FITS_TEAM, name="team_of_pathway"),
    sa.CheckConstraint("state IN ('open', 'closed', 'awaiting_confirmation', 'confirmed')", name="known_state"),
    sa.CheckConstraint(
        f"({_IS_HAND_OVER}) = (state IN ('awaiting_confirmation', 'confirmed'))", name="hand_over_is_confirmed"
    ),
    sa.CheckConstraint(
        f"NOT ({_IS_HAND_OVER}) OR (assignee_id IS NULL AND first_contact_at IS NULL AND outcome IS NULL)",
        name="hand_over_is_not_worked",
    ),
    sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_when"),
    sa.CheckConstraint("(state = 'closed') = (close_reason IS NOT NULL)", name="closed_why"),
    sa.CheckConstraint(
        "state <> 'closed' OR close_reason = 'opened_in_error' OR outcome IS NOT NULL", name="closed_with_outcome"
    ),
    sa.CheckConstraint("(state = 'confirmed') = (confirmed_at IS NOT NULL)", name="confirmed_when"),
    sa.CheckConstraint("answer IS NULL OR first_contact_at IS NOT NULL", name="answer_after_contact"),
    sa.CheckConstraint("(later_on IS NOT NULL) = (answer IS NOT NULL AND answer = 'later')", name="later_has_date"),
    sa.Index("ix_cases_queue", "team_id", "state", "due_at", "id"),
    sa.Index("ix_cases_hand_overs", "area", "state", "due_at", "id"),
    sa.Index("ix_cases_mine", "assignee_id", "state", "due_at", "id"),
)


def _only(kind: EntryKind, *columns: str) -> sa.CheckConstraint:
    """Returns a constraint: these columns are set if and only if the entry is of this kind."""
    pairs = [f"(kind = '{kind}') = ({column} IS NOT NULL)" for column in columns]
    return sa.CheckConstraint(" AND ".join(pairs), name=f"{kind}_whole")


uncontacted = (cases.c.state == CaseState.OPEN) & cases.c.first_contact_at.is_(None)
sa.Index("ix_cases_uncontacted", cases.c.due_at, postgresql_where=uncontacted, sqlite_where=uncontacted)

case_entries = sa.Table(
    "case_entries",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("case_id", sa.Uuid, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("kind", CodeType(EntryKind), nullable=False),
    sa.Column("occurred_at", UtcDateTime, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    sa.Column("recorded_by", sa.Uuid, nullable=False),
    sa.Column("text", sa.Text, nullable=True),
    sa.Column("corrects_id", sa.Uuid, nullable=True),
    sa.Column("assignee_id", sa.Uuid, nullable=True),
    sa.Column("mode", CodeType(ContactMode), nullable=True),
    sa.Column("reached", sa.Boolean, nullable=True),
    sa.Column("attempt_id", sa.Uuid, nullable=True),
    sa.Column("answer", CodeType(YoungPersonAnswer), nullable=True),
    sa.Column("later_on", sa.Date, nullable=True),
    sa.Column("outcome", CodeType(Outcome), nullable=True),
    sa.Column("close_reason", CodeType(CloseReason), nullable=True),
    sa.Column("confirmed_by", sa.Text, nullable=True),
    sa.Column("why", sa.Text, nullable=True),
    sa.Column("unassign_reason", CodeType(UnassignReason), nullable=True),
    sa.UniqueConstraint("case_id", "version"),
    sa.UniqueConstraint("id", "case_id"),
    sa.UniqueConstraint("id", "case_id", "reached"),
    sa.UniqueConstraint("corrects_id"),
    sa.ForeignKeyConstraint(["corrects_id", "case_id"], ["case_entries.id", "case_entries.case_id"]),
    # First contact refers to an attempt of the same case that reached the young person.
    sa.ForeignKeyConstraint(
        ["attempt_id", "case_id", "reached"], ["case_entries.id", "case_entries.case_id", "case_entries.reached"]
    ),
    sa.CheckConstraint("occurred_at <= recorded_at", name="not_in_the_future"),
    sa.CheckConstraint(
        "(kind IN ('contact_attempted', 'first_contact_made')) = (mode IS NOT NULL AND reached IS NOT NULL)",
        name="contact_whole",
    ),
    sa.CheckConstraint("kind <> 'first_contact_made' OR reached", name="first_contact_reached"),
    sa.CheckConstraint("kind NOT IN ('note', 'note_corrected', 'reopened') OR text IS NOT NULL", name="text_given"),
    sa.CheckConstraint("kind <> 'answer_recorded' OR answer IS NOT NULL", name="answer_given"),
    _only(EntryKind.FIRST_CONTACT_MADE, "attempt_id"),
    _only(EntryKind.NOTE_CORRECTED, "corrects_id"),
    _only(EntryKind.ASSIGNED, "assignee_id"),
    _only(EntryKind.UNASSIGNED, "unassign_reason"),
    _only(EntryKind.OUTCOME_RECORDED, "outcome"),
    _only(EntryKind.CLOSED, "close_reason"),
    _only(EntryKind.HAND_OVER_CONFIRMED, "confirmed_by"),
)

append_only.protect(case_entries)

_first_contact = case_entries.c.kind == EntryKind.FIRST_CONTACT_MADE
sa.Index(
    "uq_case_entries_first_contact",
    case_entries.c.case_id,
    unique=True,
    postgresql_where=_first_contact,
    sqlite_where=_first_contact,
)

# What a team may still read of a case after consent was withdrawn.
consent_notices = sa.Table(
    "consent_notices",
    metadata,
    sa.Column("case_id", sa.Uuid, sa.ForeignKey("cases.id"), primary_key=True),
    sa.Column("referral_id", sa.Uuid, nullable=False, index=True),
    sa.Column("reference", sa.String(32), nullable=False),
    sa.Column("initials", sa.String(16), nullable=False),
    sa.Column("withdrawn_at", UtcDateTime, nullable=False),
)

# Notices to a team's manager, open until read or until the case is assigned.
case_notices = sa.Table(
    "case_notices",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("case_id", sa.Uuid, sa.ForeignKey("cases.id"), nullable=False, index=True),
    sa.Column("kind", CodeType(NoticeKind), nullable=False),
    sa.Column("staff_id", sa.Uuid, nullable=False),
    sa.Column("raised_at", UtcDateTime, nullable=False),
    sa.Column("resolved_at", UtcDateTime, nullable=True),
    sa.Column("resolved_by", sa.Uuid, nullable=True),
    sa.CheckConstraint("resolved_by IS NULL OR resolved_at IS NOT NULL", name="resolved_when"),
)
_unresolved = case_notices.c.resolved_at.is_(None)
sa.Index(
    "uq_case_notices_open",
    case_notices.c.case_id,
    case_notices.c.kind,
    unique=True,
    postgresql_where=_unresolved,
    sqlite_where=_unresolved,
)

case_equality = sa.Table(
    "case_equality",
    metadata,
    sa.Column("case_id", sa.Uuid, sa.ForeignKey("cases.id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("person_id", sa.Uuid, nullable=False),
    sa.Column("referral_id", sa.Uuid, nullable=False),
    sa.Column("ethnicity", CodeType(Ethnicity), nullable=True),
    sa.Column("sex", CodeType(Sex), nullable=True),
    sa.Column("disability", CodeType(Disability), nullable=True),
    sa.Column("recorded_by", sa.Uuid, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
)
