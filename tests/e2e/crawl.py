"""Walks a role's pages by their links, one of each kind, as somebody does who looks at everything."""

import re
from collections import deque
from collections.abc import Iterator
from urllib.parse import urldefrag, urlsplit

from playwright.sync_api import Page

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|R-[0-9A-Z]{6}")
_NOT_PAGES = ("/assets/", "/accounts/sign-out")
_FILES = (".csv", ".json")
MAX_PAGES = 60


def kind(address: str) -> str:
    """The address without what differs from one case to the next: two pages of one kind have one template."""
    parts = urlsplit(address)
    names = sorted({item.partition("=")[0] for item in parts.query.split("&") if item} - {"cursor", "after"})
    return _ID.sub("*", parts.path) + ("?" + "&".join(names) if names else "")


def pages(page: Page, start: str, *, seen: set[str]) -> Iterator[str]:
    """Open each kind of page that can be reached from `start` and that is not in `seen`; give its kind."""
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(start))
    waiting, opened = deque([start]), 0
    asked: set[str] = set()
    while waiting and opened < MAX_PAGES:
        address = waiting.popleft()
        if kind(address) in asked | (seen if asked else set()):
            continue
        asked.add(kind(address))
        response = page.goto(address)
        assert response is not None
        assert response.status < 400, f"{kind(address)} answers {response.status}"
        if "text/html" not in response.headers.get("content-type", ""):
            continue
        waiting.extend(_links(page, origin))
        shown = kind(page.url)  # the front door leads each role to another page
        if shown in seen:
            continue
        seen.update((shown, kind(address)))
        opened += 1
        yield shown


def _links(page: Page, origin: str) -> list[str]:
    found: list[str] = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    own = {urldefrag(link).url for link in found if link.startswith(origin + "/") or link == origin}
    paths = {link: urlsplit(link).path for link in own}
    return sorted(link for link, path in paths.items() if not path.startswith(_NOT_PAGES) and not path.endswith(_FILES))
