"""The broker's jars, which Maven brings by the list of `pom.xml`: `python -m devtools.kafka.jars` fetches them."""

import hashlib
import sys
from pathlib import Path

from devtools import fetched

HERE = Path(__file__).parent
POM = HERE / "pom.xml"
CACHE = HERE.parents[1] / ".venv" / "kafka"


def folder() -> Path:
    """The folder of jars, fetched now if it was not before. Raises NotFetched."""
    # Named by what it was made from: a newer version is fetched beside the older one.
    return fetched.once(CACHE / hashlib.sha256(POM.read_bytes()).hexdigest()[:16], _fetch)


def _fetch(scratch: Path) -> Path:
    jars = scratch / "jars"
    fetched.by_maven("Apache Kafka", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={jars}")
    return jars


if __name__ == "__main__":
    try:
        folder()
    except fetched.NotFetched as error:
        sys.exit(str(error))
