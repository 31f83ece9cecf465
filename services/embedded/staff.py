"""The demonstration users of an embedded system: their shared password, and tokens that act for them."""

from datetime import timedelta

from services.accounts.demonstration import DemonstrationAccount, NobodyHasRole, accounts, load_demonstration
from services.accounts.scopes import EVERY, Scope, narrow
from services.accounts.tokens import USUAL_LIFETIME, IssueToken
from services.embedded.folder import Folder
from services.embedded.system import System
from services.platform.auth.identity import Identity

_PASSWORD_CHARACTERS = 12


def password(folder: Folder) -> str:
    """The password of every demonstration user of this folder; each folder has its own."""
    return folder.secret("password").hex()[:_PASSWORD_CHARACTERS]


def load(system: System, folder: Folder) -> tuple[DemonstrationAccount, ...]:
    """Adds the invented staff, teams and areas that are missing."""
    return load_demonstration(system.services["accounts"], password=password(folder))


def token(
    system: System, sign_in_name: str, *, scopes: frozenset[Scope] = EVERY, lifetime: timedelta = USUAL_LIFETIME
) -> str:
    """Returns a bearer token of the demonstration user with this sign-in name.

    Raises NobodyHasRole for an unknown name, LivesTooLong.
    """
    known = _known(system, sign_in_name)
    made: str = system.services["accounts"].dispatcher.handle(
        IssueToken(staff_id=known.staff_id, scopes=scopes, lifetime=lifetime), actor=None
    )
    return made


def narrow_scopes(system: System, sign_in_name: str) -> frozenset[Scope]:
    """Returns the default scopes of a token of this demonstration user. Raises NobodyHasRole."""
    return narrow(_known(system, sign_in_name).roles)


def _known(system: System, sign_in_name: str) -> Identity:
    known = system.identities.named(sign_in_name)
    if known is None or sign_in_name not in {account.sign_in_name for account in accounts()}:
        raise NobodyHasRole
    return known
