"""python -m services.accounts web | worker | migrate | check | revision"""

from services.accounts.bootstrap import build
from services.accounts.settings import Settings
from services.platform.process_cli import run_role

if __name__ == "__main__":
    run_role("accounts", Settings, build, asks_accounts=False)
