"""python -m services.scoring web | worker | migrate | check | revision"""

from services.platform.process_cli import run_role
from services.scoring.bootstrap import build
from services.scoring.settings import Settings

if __name__ == "__main__":
    run_role("scoring", Settings, build)
