"""A served system with the demonstration's data, and browsers that look at it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from devtools.made_once import copy_of
from services.demo import load
from services.embedded import server, staff
from services.embedded import system as embedded
from services.embedded.folder import Folder
from services.embedded.system import System
from services.platform.messaging import dead_letters
from services.platform.messaging.log import Delivered
from tests.factories import small_model
from tests.platform_service import a_record


@dataclass(frozen=True, kw_only=True)
class Site:
    """What a browser needs: an address, and the demonstration users' one password."""

    url: str
    password: str
    system: System


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """The demonstration, loaded once for all browser tests of all test processes: each has a copy."""
    return Folder(copy_of("demonstration", demonstration, tmp_path_factory))


def demonstration(root: Path) -> None:
    folder = Folder(root)
    small_model.save(folder.models)
    load.load(folder)
    dead_letter_an_event(folder)


def dead_letter_an_event(folder: Folder) -> None:
    """One that intake could not handle, so that the administrator has something to decide on."""
    system = embedded.build(folder)
    record = Delivered(**vars(a_record()), position=1_000_000)
    dead_letters.add(system.services["intake"], record, "ApplyStaff raised TimeoutError")
    system.close()


@pytest.fixture(scope="module")
def site(folder: Folder) -> Iterator[Site]:
    """Stopped after each file: its workers would go on beside all the tests to come."""
    with serving(folder) as site:
        yield site


@contextmanager
def serving(folder: Folder) -> Iterator[Site]:
    """What is in the folder, served on a spare port with its workers running."""
    system = embedded.build(folder)
    web = server.listen(system.app, port=0)
    system.start()
    serving = threading.Thread(target=web.run, name="web", daemon=True)
    serving.start()
    yield Site(url=f"http://{server.HOST}:{web.effective_port}", password=staff.password(folder), system=system)
    web.close()
    serving.join()
    web.task_dispatcher.shutdown()
    system.stop()
    system.close()


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody at a browser of their own. `said` gathers what the browser's console complained of."""

    context: BrowserContext
    page: Page
    site: Site
    said: list[str]

    def open(self, path: str) -> Page:
        self.page.goto(self.site.url + path)
        return self.page

    def status(self, path: str) -> int:
        """What the address answers to this browser's cookies."""
        return self.context.request.get(self.site.url + path, max_redirects=0).status

    def sign_in(self, user: str) -> "Person":
        self.open("/accounts/sign-in")
        self.page.get_by_label("Sign-in name").fill(user)
        self.page.get_by_label("Password", exact=True).fill(self.site.password)
        self.page.get_by_role("button", name="Sign in").click()
        return self


@pytest.fixture
def somebody(browser: Browser, site: Site) -> Iterator["Somebody"]:
    made = Somebody(browser, site)
    yield made
    made.leave()


class Somebody:
    """`somebody.signed_in("reviewer")` is a person at a new browser; `width` in CSS pixels."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self._browser = browser
        self._site = site
        self._contexts: list[BrowserContext] = []

    def at_the_door(self, *, width: int = 1200, scripts: bool = True) -> Person:
        context = self._browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
        context.set_default_timeout(10_000)
        self._contexts.append(context)
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        return Person(context=context, page=page, site=self._site, said=said)

    def signed_in(self, user: str, *, width: int = 1200, scripts: bool = True) -> Person:
        return self.at_the_door(width=width, scripts=scripts).sign_in(user)

    def leave(self) -> None:
        for context in self._contexts:
            context.close()
