"""python -m services.oversight web | worker | migrate | check | revision"""

from services.kernel.roles import run_role
from services.oversight.bootstrap import build
from services.oversight.settings import Settings

if __name__ == "__main__":
    run_role("oversight", Settings, build)
