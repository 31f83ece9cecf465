"""What the browser is given carries nothing that only gov.uk may carry, and nothing it must fetch from elsewhere."""

import re
from collections.abc import Iterator

import pytest

from services.platform.ui.assets import STATIC, folders, with_relative_images, without_brand

BRAND = re.compile(r"GDS Transport|@font-face|crown|crest|copyright-logo", re.IGNORECASE)


def style_sheets_and_scripts() -> Iterator[tuple[str, str]]:
    for path in sorted(STATIC.rglob("*")):
        if path.suffix in {".css", ".js"}:
            yield path.relative_to(STATIC).as_posix(), path.read_text(encoding="utf-8")


def test_the_set_up_put_a_style_sheet_and_a_script_of_each_package() -> None:
    for name, folder in folders().items():
        assert (STATIC / folder / f"{name}.min.css").is_file()
        assert (STATIC / folder / f"{name}.min.js").is_file()


def test_no_brand_of_gov_uk_is_served() -> None:
    assert {name: BRAND.findall(text) for name, text in style_sheets_and_scripts() if BRAND.search(text)} == {}
    names = [path.name for path in STATIC.rglob("*")]
    assert [name for name in names if re.search(r"crown|crest|\.woff|opengraph", name)] == []


def test_every_image_of_a_vendored_style_sheet_lies_beside_it() -> None:
    for sheet in STATIC.glob("vendor/*/*.css"):
        for url in re.findall(r"url\(([^)]*)\)", sheet.read_text(encoding="utf-8")):
            assert url.startswith("data:") or (sheet.parent / url).is_file(), url


@pytest.mark.parametrize(
    ("css", "left"),
    [
        ("@font-face{font-family:GDS Transport;src:url(/assets/fonts/a.woff)}.a{b:c}", ".a{b:c}"),
        (".a{font-family:GDS Transport,arial,sans-serif}", ".a{font-family:arial,sans-serif}"),
        ('.a{font-family:"GDS Transport", arial}', ".a{font-family:arial}"),
        (".govuk-footer__crown,.a{b:c}", ".a{b:c}"),
        (".moj-header__logotype-crest{b:c}.a{b:c}", ".a{b:c}"),
        ("@media print{.govuk-footer__crown{b:c}.a{b:c}}", "@media print{.a{b:c}}"),
        ("/*! cut for gov.uk */.a{b:c}", ".a{b:c}"),
    ],
)
def test_only_the_brand_is_taken_out(css: str, left: str) -> None:
    assert without_brand(css) == left


def test_images_are_asked_for_beside_the_style_sheet() -> None:
    assert with_relative_images(".a{b:url(/assets/images/tick.svg)}") == ".a{b:url(images/tick.svg)}"
