"""Where things lie, and what no file of the project may say."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# A word in such a name says that nobody decided where the code belongs.
PILES = {"util", "utils", "helper", "helpers", "common", "misc"}

EVERY_SERVICE = {"__init__.py", "__main__.py", "README.md", "bootstrap.py", "settings.py", "templates", "migrations"}
LAYERED = {"domain", "application", "adapters", "entrypoints"}

# Written in two parts, so that this file is not what the test finds.
ADDRESSES = [
    *("pypi" + ".org", "files." + "pythonhosted", "registry." + "npmjs", "repo1." + "maven", "deb." + "debian.org"),
    *("/work" + "/", "/root" + "/", "/opt" + "/wheels", "find" + "-links /"),
]


def files_of_the_project() -> list[Path]:
    """What is committed, or would be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def python_modules() -> list[Path]:
    return [path.relative_to(ROOT) for path in files_of_the_project() if path.suffix == ".py"]


def test_the_mlflow_folder_shadows_no_package() -> None:
    assert [path for path in python_modules() if path.parts[0] == "mlflow"] == []


def test_no_module_is_a_pile() -> None:
    piles = [path for path in python_modules() if PILES & {path.stem, *path.parts[:-1]}]
    assert piles == []


def test_every_folder_of_python_is_a_package() -> None:
    """A folder of tests without `__init__.py` shadows the package of its name."""
    folders = {path.parent for path in python_modules() if path.parts[0] in {"services", "models", "tests"}}
    loose = {folder for folder in folders if "versions" not in folder.parts and "migrations" not in folder.parts}
    assert [folder for folder in sorted(loose) if not (ROOT / folder / "__init__.py").is_file()] == []


def inside(service: str) -> set[str]:
    """The names of the files and folders in a service's folder."""
    root = ROOT / "services" / service
    return {path.relative_to(root).parts[0] for path in files_of_the_project() if path.is_relative_to(root)}


@pytest.mark.parametrize("service", ["intake", "casework"])
def test_a_layered_service_has_no_other_files(service: str) -> None:
    assert sorted(inside(service) - EVERY_SERVICE - LAYERED) == []


@pytest.mark.parametrize(
    ("service", "features"), [("scoring", {"champion"}), ("accounts", set()), ("oversight", set())]
)
def test_a_flat_service_has_modules_and_feature_folders_only(service: str, features: set[str]) -> None:
    modules = {name for name in inside(service) if name.endswith(".py")}
    data = {name for name in inside(service) if name.endswith(".toml")}

    assert inside(service) >= EVERY_SERVICE
    assert sorted(inside(service) - EVERY_SERVICE - modules - data - features) == []


OF_REVISIONS = re.compile(r"services\.platform\.db(\.types)? import ")
"""What a revision may import of the project: helpers that create tables. Code of a service would change its meaning."""


def imports_of_the_project(revision: Path) -> list[str]:
    lines = revision.read_text(encoding="utf-8").splitlines()
    return [name for line in lines if (name := re.sub(r"^\s*(from|import) ", "", line)) != line and "services" in name]


@pytest.mark.parametrize("revision", sorted(ROOT.glob("services/*/migrations/versions/*.py")), ids=str)
def test_a_revision_imports_no_service(revision: Path) -> None:
    assert [name for name in imports_of_the_project(revision) if not OF_REVISIONS.match(name)] == []


def test_a_revision_that_imports_a_service_is_seen(tmp_path: Path) -> None:
    revision = tmp_path / "0101_more.py"
    revision.write_text("def upgrade() -> None:\n    from services.intake.adapters import tables\n", encoding="utf-8")

    assert imports_of_the_project(revision) == ["services.intake.adapters import tables"]


@pytest.mark.parametrize("package", ["services/platform", "services/contracts"])
def test_the_ground_floor_packages_import_nothing_by_themselves(package: str) -> None:
    """An import there would reach every module below, frameworks and all."""
    assert (ROOT / package / "__init__.py").read_text(encoding="utf-8").strip() == ""


def test_no_file_names_a_registry_or_a_place_on_one_machine() -> None:
    found = re.compile("|".join(map(re.escape, ADDRESSES)).encode())
    guilty = {}
    for path in files_of_the_project():
        if hit := found.search(path.read_bytes()):
            guilty[str(path.relative_to(ROOT))] = hit.group().decode()
    assert guilty == {}


def test_the_locks_hold_versions_and_hashes_only() -> None:
    for lock in sorted((ROOT / "requirements").glob("*.lock")):
        lines = lock.read_text(encoding="utf-8").splitlines()
        strange = [
            line
            for line in lines
            if not re.match(r"[\w.\-\[\]]+==\S+( ; .*)? \\$|    --hash=sha256:[0-9a-f]{64}( \\)?$", line)
        ]
        assert strange == [], lock.name
