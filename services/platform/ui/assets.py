"""Copies the front-end assets from the npm packages at set-up, without GOV.UK's own branding.

Waymark is not on service.gov.uk, so it may not carry GOV.UK's typeface, crest, crown or logotype. `make setup` runs
`python -m services.platform.ui.assets NODE_MODULES`; the result is never committed and needs no Node at run time.
"""

import json
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
STATIC = HERE / "static"

_FONT_FACE = re.compile(r"@font-face\s*\{[^{}]*\}")
_FONT_NAME = re.compile(r"""["']?GDS Transport["']?\s*,\s*""")
_RULE = re.compile(r"(?P<selectors>[^{};]+)\{(?P<body>[^{}]*)\}")
_BRANDED = re.compile(r"crown|crest|copyright-logo|logotype", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SOURCE_MAP = re.compile(r"//# sourceMappingURL=\S+\s*$")
_IMAGE = re.compile(r"""url\(["']?/assets/(images/[^"')]+)["']?\)""")


@dataclass(frozen=True)
class Package:
    """An npm package: the folder of its prebuilt files, and its short name here."""

    npm: str
    name: str
    dist: str
    stem: str


PACKAGES = (
    Package(npm="govuk-frontend", name="govuk-frontend", dist="dist/govuk", stem="govuk-frontend"),
    Package(npm="@ministryofjustice/frontend", name="moj-frontend", dist="moj", stem="moj-frontend"),
)


def folders() -> dict[str, str]:
    """Returns each package's folder under `static`; the version in the name lets a browser cache the files
    indefinitely."""
    pinned = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    return {package.name: f"vendor/{package.name}-{pinned[package.npm]}" for package in PACKAGES}


def without_brand(css: str) -> str:
    """Returns the style sheet without the typeface and the rules for crest, crown and logotype."""

    def keep(rule: re.Match[str]) -> str:
        selectors = [selector for selector in rule["selectors"].split(",") if not _BRANDED.search(selector)]
        return f"{','.join(selectors)}{{{rule['body']}}}" if selectors else ""

    css = _FONT_NAME.sub("", _FONT_FACE.sub("", _COMMENT.sub("", css)))
    return _RULE.sub(keep, css)


def with_relative_images(css: str) -> str:
    """Returns the style sheet with image URLs relative to itself, so that nothing need be mounted at `/assets`."""
    return _IMAGE.sub(r"url(\1)", css)


def copy(node_modules: Path, static: Path = STATIC) -> None:
    """Copies the style sheet, the script and the images they need of every package to `static/vendor`."""
    shutil.rmtree(static / "vendor", ignore_errors=True)
    for package, folder in zip(PACKAGES, folders().values(), strict=True):
        source = node_modules / package.npm / package.dist
        target = static / folder
        target.mkdir(parents=True)
        css = without_brand((source / f"{package.stem}.min.css").read_text(encoding="utf-8"))
        for image in sorted(set(_IMAGE.findall(css))):
            (target / image).parent.mkdir(exist_ok=True)
            shutil.copyfile(source / "assets" / image, target / image)
        (target / f"{package.stem}.min.css").write_text(with_relative_images(css), encoding="utf-8")
        script = (source / f"{package.stem}.min.js").read_text(encoding="utf-8")
        (target / f"{package.stem}.min.js").write_text(_SOURCE_MAP.sub("", script) + "\n", encoding="utf-8")


if __name__ == "__main__":
    copy(Path(sys.argv[1]))
