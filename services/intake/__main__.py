"""python -m services.intake web | worker | migrate | check | revision"""

from services.intake.bootstrap import build
from services.intake.settings import Settings
from services.platform.process_cli import run_role

if __name__ == "__main__":
    run_role("intake", Settings, build)
