"""Labels of roles and kinds of team, and what each role can do here now."""

from dataclasses import dataclass

from services.accounts.scopes import Scope
from services.contracts.codes import RecipientClass, Role
from services.platform.i18n import N_

ROLES = {
    Role.NAVIGATOR: N_("A&E navigator"),
    Role.REFERRER: N_("Referrer (school or custody)"),
    Role.SCREENING_OFFICER: N_("Police screening officer"),
    Role.PARTNER_SYSTEM: N_("Partner system"),
    Role.REVIEWER: N_("Reviewer"),
    Role.YOUTH_JUSTICE_CASEWORKER: N_("Youth justice caseworker"),
    Role.EARLY_INTERVENTION_CASEWORKER: N_("Early intervention caseworker"),
    Role.TEAM_MANAGER: N_("Team manager"),
    Role.DATA_SCIENTIST: N_("Data scientist"),
    Role.BOARD_MEMBER: N_("Oversight board member or analyst"),
    Role.DATA_PROTECTION_OFFICER: N_("Data protection officer"),
    Role.ADMINISTRATOR: N_("Administrator"),
}

TEAM_CLASSES = {
    RecipientClass.TRIAGE: N_("Triage team"),
    RecipientClass.SUPPORT_SERVICE: N_("Support service"),
    RecipientClass.CHILDRENS_SERVICES: N_("Children’s services"),
    RecipientClass.YOUTH_JUSTICE: N_("Youth justice"),
    RecipientClass.ADULT_SERVICES: N_("Adult services"),
    RecipientClass.POLICE: N_("Police"),
}


SCOPES = {
    Scope.ACCOUNTS_READ: N_("Read accounts and teams"),
    Scope.ACCOUNTS_WRITE: N_("Change accounts and teams"),
    Scope.INTAKE_READ: N_("Read referrals"),
    Scope.INTAKE_WRITE: N_("Send and change referrals"),
    Scope.SCORING_READ: N_("Read about estimates and models"),
    Scope.SCORING_WRITE: N_("Change estimates"),
    Scope.CASEWORK_READ: N_("Read reviews and cases"),
    Scope.CASEWORK_WRITE: N_("Work on reviews and cases"),
    Scope.OVERSIGHT_READ: N_("Read the oversight figures"),
    Scope.OVERSIGHT_WRITE: N_("Change the oversight figures"),
}


@dataclass(frozen=True)
class Task:
    """A task of a role: a sentence, with the address of the page if there is one."""

    text: str
    href: str | None = None


_REFER = (
    Task(N_("Make a referral"), "/intake/referrals/new"),
    Task(N_("See the progress of the referrals you made"), "/intake/referrals"),
)
_HAND_OVERS = Task(N_("See which hand-overs are not confirmed yet"), "/casework/hand-overs")
_WORK = (
    Task(N_("Work the cases on your team’s queue"), "/casework/queue"),
    Task(N_("Take the next waiting case"), "/casework/queue"),
    _HAND_OVERS,
)

_AUDIT_TASKS = (Task(N_("Search the audit: who did or read what, in every service"), "/accounts/audit"),)

TASKS: dict[Role, tuple[Task, ...]] = {
    Role.NAVIGATOR: _REFER,
    Role.REFERRER: (
        *_REFER,
        Task(N_("The form is written for hospitals. A form for schools and custody is not available yet.")),
    ),
    Role.SCREENING_OFFICER: (
        Task(N_("Screening of police extracts is not available yet. You do not need to do anything in Waymark now.")),
    ),
    Role.PARTNER_SYSTEM: (
        Task(N_("This account is for a program. It sends referrals with a bearer token")),
        Task(N_("Read how the referral interface works"), "/intake/api/v1/openapi.json"),
    ),
    Role.REVIEWER: (
        Task(N_("Review referrals that are waiting for a decision"), "/casework/reviews"),
        Task(N_("See referrals that were received but are not ready to review"), "/intake/in-transit"),
        _HAND_OVERS,
    ),
    Role.YOUTH_JUSTICE_CASEWORKER: _WORK,
    Role.EARLY_INTERVENTION_CASEWORKER: _WORK,
    Role.TEAM_MANAGER: (
        Task(N_("See your teams’ queue and who works on what"), "/casework/queue"),
        Task(N_("See caseloads, and cases that need a worker"), "/casework/staff"),
        _HAND_OVERS,
    ),
    Role.DATA_SCIENTIST: (
        Task(N_("See the current model, its evaluation and its inputs"), "/scoring/models"),
        Task(N_("Train, compare and explain models on the command line, and view them in MLflow.")),
    ),
    Role.BOARD_MEMBER: (
        Task(N_("See the progress of referrals and waiting times"), "/oversight/"),
        Task(N_("See the current model and its description"), "/scoring/models"),
    ),
    Role.DATA_PROTECTION_OFFICER: _AUDIT_TASKS,
    Role.ADMINISTRATOR: (
        Task(N_("Add, change and end staff accounts, and reset a password"), "/accounts/staff"),
        Task(N_("Add, change and end teams"), "/accounts/teams"),
        *_AUDIT_TASKS,
    ),
}  # fmt: skip

LANDING: dict[Role, str] = {
    Role.NAVIGATOR: "/intake/referrals",
    Role.REVIEWER: "/casework/reviews",
    Role.YOUTH_JUSTICE_CASEWORKER: "/casework/queue",
    Role.EARLY_INTERVENTION_CASEWORKER: "/casework/queue",
    Role.TEAM_MANAGER: "/casework/queue",
    Role.BOARD_MEMBER: "/oversight/",
}
"""The first page of an account with this role only. Other accounts begin on the home page."""
