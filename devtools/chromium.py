"""A real browser: Debian's Chromium, driven by Playwright, and axe to read its pages."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
AXE = ROOT / ".venv" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Chromium has no sandbox as root, and asks the network for nothing of its own.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def executable() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def running() -> Iterator[Browser]:
    path = executable()
    if path is None:
        raise FileNotFoundError("Chromium is not installed: `make test` sees to it.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


def accessibility_faults(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA on the page as it stands, one line per element."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']}).then(result => result.violations.flatMap("
        "fault => fault.nodes.map(node => `${fault.id}: ${fault.help}: ${node.target.join(' ')}`)))",
        WCAG,
    )
    return [str(line) for line in found]


def overflows(page: Page) -> bool:
    """Whether the page scrolls sideways at its present width."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
