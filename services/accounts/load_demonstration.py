"""`python -m services.accounts.load_demonstration`: adds the invented staff where accounts runs as its own process.

Everybody's password is DEMONSTRATION_PASSWORD. Existing rows stay unchanged, so it may run at every start.
"""

import os

from services.accounts.bootstrap import build
from services.accounts.demonstration import load_demonstration
from services.accounts.settings import Settings
from services.platform.settings import environment, required


def main() -> None:
    environ = environment(os.environ)
    service = build(Settings.from_environment(environ))
    load_demonstration(service, password=required(environ, "DEMONSTRATION_PASSWORD"))
    service.database.close()


if __name__ == "__main__":
    main()
