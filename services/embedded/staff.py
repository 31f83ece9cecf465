"""The demonstration users of an embedded system: their one password, and tokens that act for them."""

from datetime import timedelta

from services.accounts.demonstration import DemonstrationAccount, NobodyHasRole, accounts, load_demonstration
from services.accounts.tokens import USUAL_LIFETIME, IssueToken
from services.embedded.folder import Folder
from services.embedded.system import System

_PASSWORD_CHARACTERS = 12


def password(folder: Folder) -> str:
    """Of every demonstration user of this folder; another folder has another one."""
    return folder.secret("password").hex()[:_PASSWORD_CHARACTERS]


def load(system: System, folder: Folder) -> tuple[DemonstrationAccount, ...]:
    """Add the invented staff, teams and places that are missing."""
    return load_demonstration(system.services["accounts"], password=password(folder))


def token(system: System, sign_in_name: str, *, lifetime: timedelta = USUAL_LIFETIME) -> str:
    """A bearer token of the demonstration user with this sign-in name. Raises NobodyHasRole for a name not there."""
    if sign_in_name not in {account.sign_in_name for account in accounts()}:
        raise NobodyHasRole
    known = system.identities.named(sign_in_name)
    if known is None:
        raise NobodyHasRole
    made: str = system.services["accounts"].dispatcher.handle(
        IssueToken(staff_id=known.staff_id, lifetime=lifetime), actor=None
    )
    return made
