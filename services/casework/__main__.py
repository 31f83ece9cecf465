"""python -m services.casework web | worker | migrate | check | revision."""

from services.casework.bootstrap import build
from services.casework.settings import Settings
from services.platform.process_cli import run_role

if __name__ == "__main__":
    run_role("casework", Settings, build)
