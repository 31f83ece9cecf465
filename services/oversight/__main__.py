"""python -m services.oversight web | worker | migrate | check | revision"""

from services.oversight.bootstrap import build
from services.oversight.settings import Settings
from services.platform.process_cli import run_role

if __name__ == "__main__":
    run_role("oversight", Settings, build)
