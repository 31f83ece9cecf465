"""Paths, commands, settings, metrics, alerts, checks, log events, events and routes in documents exist in the code."""

import re
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from services.cli.main import waymark
from services.embedded import system
from services.embedded.folder import Folder
from tests import documents
from tests.architecture.test_layout import files_of_the_project
from tests.documents import ROOT

_SERVICES = "accounts|intake|scoring|casework|oversight"
_FILE = re.compile(r"^[\w./-]*\w\.(?:py|sh|sql|ya?ml|toml|md|env|conf|ipynb|json|lock|html|txt)$")
_FOLDER = re.compile(r"^(?:services|models|tests|docs|k8s|deploy|bench|devtools|mlflow|requirements)/[\w./-]*$")
_MADE_LATER = re.compile(r"^(?:var|bench/results|tests/chaos/results|deploy/secrets)\b")
_IN_AN_ARTEFACT = {"manifest.json", "booster.txt", "evaluation.json", "kept-elsewhere.json"}
_A_DATABASE = "waymark_restored"
_TEXTS = {".py", ".html", ".yaml", ".yml", ".env", ".sh", ".sql", ".toml", ".json", ".conf", ".js", ""}

every_document = pytest.mark.parametrize(
    "document", documents.documents(), ids=lambda path: str(path.relative_to(ROOT))
)


@cache
def code(folder: str = "") -> str:
    """All source text below the folder, without documents and this test."""
    paths = (path for path in files_of_the_project() if path.is_relative_to(ROOT / folder))
    files = (path for path in paths if path.suffix in _TEXTS and path != Path(__file__))
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@cache
def file_names() -> frozenset[str]:
    return frozenset(path.name for path in files_of_the_project())


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Every route of every service; a variable part is `*`."""
    built = system.build(Folder(tmp_path_factory.mktemp("routes")))
    rules = [rule.rule for service in built.services.values() for rule in service.app.url_map.iter_rules()]
    built.close()
    return [re.sub(r"<[^>]*>", "*", rule) for rule in rules]


@every_document
class TestADocumentQuotes:
    def test_only_paths_that_exist(self, document: Path) -> None:
        assert unknown(document, lambda words: not path_exists(words, document)) == []

    def test_only_commands_that_exist(self, document: Path) -> None:
        assert [line for line in documents.commands(document) if not command_exists(line)] == []

    def test_only_settings_and_constants_of_the_code(self, document: Path) -> None:
        assert unknown(document, lambda words: not is_setting(words)) == []

    def test_only_metrics_alerts_and_log_events_of_the_code(self, document: Path) -> None:
        assert unknown_signals(documents.text(document)) == []

    def test_only_events_and_topics_of_the_contracts(self, document: Path) -> None:
        assert unknown(document, lambda words: not is_event(words)) == []

    def test_only_routes_of_a_service(self, document: Path, routes: list[str]) -> None:
        assert unknown(document, lambda words: not route_exists(words, routes)) == []


def test_the_runbook_lists_every_check() -> None:
    section = re.search(r"^## WaymarkDegraded$.*?^## ", documents.text(ROOT / "docs/runbook.md"), re.M | re.S)
    assert section is not None
    listed = {name for line in re.findall(r"^- .*", section[0], re.M) for name in re.findall(r"`(\w+)`", line)}
    threads = re.findall(r'\b_thread\("(\w+)"', code("services"))

    checks = re.findall(r'"(\w+)": (?:lambda: not \(|lambda: not any|none\(|may_dead_letter\b)', code("services"))
    checks += re.findall(r'\bchecks=\{"(\w+)"', code("services"))
    assert listed == {*checks, *(f"{thread}_thread" for thread in threads)}


class TestTheseChecks:
    """They reject what does not exist."""

    @pytest.mark.parametrize("words", ["services/platform/no_such.py", "no_such_module.py", "tests/no_such_folder"])
    def test_reject_a_wrong_path(self, words: str) -> None:
        assert not path_exists(words, documents.README)

    @pytest.mark.parametrize(
        "line",
        [
            "make no-such-target",
            "waymark rewind",
            "waymark audit check",
            "waymark audit verify --no-such-option",
            "python -m services.no_such_service check",
            ".venv/bin/python -m tests.no_such_module",
        ],
    )
    def test_reject_a_wrong_command(self, line: str) -> None:
        assert not command_exists(line)

    def test_reject_a_wrong_setting(self) -> None:
        assert not is_setting("REVIEW_" + "MINUTES_AT_LEAST")

    @pytest.mark.parametrize(
        "text",
        [
            "waymark_" + "no_such_metric",
            "Waymark" + "NoSuchAlert",
            'event="no_' + 'such_event"',
            "urn:waymark:problem:no-" + "such",
        ],
    )
    def test_reject_a_wrong_metric_alert_log_event_or_problem(self, text: str) -> None:
        assert unknown_signals(f"See `{text}`.") != []

    def test_reject_a_wrong_event(self) -> None:
        assert not is_event("intake.referral." + "lost")

    @pytest.mark.parametrize("words", ["GET /casework/api/v1/no-such", "/intake/no-such/{id}", "POST …/no-such"])
    def test_reject_a_wrong_route(self, words: str, routes: list[str]) -> None:
        assert not route_exists(words, routes)


def unknown(document: Path, is_unknown: Callable[[str], bool]) -> list[str]:
    return [words for words in documents.code_words(document) if is_unknown(words)]


def path_exists(words: str, document: Path) -> bool:
    """True also for words that are not a path of the project."""
    is_path = (_FILE.match(words) and not words.startswith("/")) or _FOLDER.match(words)
    if not is_path or _MADE_LATER.match(words) or words in _IN_AN_ARTEFACT:
        return True
    beside = (ROOT, document.parent, ROOT / "services", ROOT / "models")
    return any((folder / words).exists() for folder in beside) or words in file_names()


def command_exists(line: str) -> bool:
    """Whether a make target, a `waymark` command with its options, or a Python module exists."""
    if found := re.match(r"make ([a-z-]+)", line):
        return re.search(rf"^{found[1]}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE) is not None
    if found := re.match(r"(?:\.venv/bin/)?waymark ([^|>;)#]+)", line):
        return waymark_command_exists(found[1].split())
    if found := re.match(r"(?:\.venv/bin/)?python -m ([\w.<>]+)", line):
        return module_exists(re.sub("<[a-z]+>", "intake", found[1]))
    return True


def waymark_command_exists(words: list[str]) -> bool:
    command: click.Command | None = waymark
    for word in words:
        if isinstance(command, click.Group):
            command = command.get_command(click.Context(command), word)
        elif command is not None and word.startswith("--"):
            options = {option for parameter in command.params for option in parameter.opts}
            if word.split("=")[0] not in options | {"--help"}:
                return False
    return command is not None


def module_exists(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def is_setting(words: str) -> bool:
    """True also for words that are not written like a setting."""
    if not re.fullmatch(r"[A-Z]{2,}[A-Z0-9]*(?:_[A-Z0-9]+)+", words):
        return True
    return re.search(rf"\b{words}\b", code()) is not None or setting_is_composed(words)


def setting_is_composed(name: str) -> bool:
    """Whether the code composes the name from a prefix and the name of a service."""
    prefix, _, service = name.rpartition("_")
    return service.lower() in _SERVICES.split("|") and re.search(rf"\b{prefix}_", code()) is not None


def unknown_signals(text: str) -> list[str]:
    quoted = " ".join(re.findall(r"`([^`\n]+)`", text))
    names = re.findall(r"\bwaymark_[a-z_]+\b|\bWaymark[A-Z]\w+", f"{text}")
    names += re.findall(r'(?:event|step)="(\w+)"', quoted)
    unknown = [name for name in names if name != _A_DATABASE and not re.search(rf'["\s]{name}\b', code())]
    problems = re.findall(r"urn:waymark:problem:([a-z-]+)", text)
    return unknown + [problem for problem in problems if f'"{problem}"' not in code()]


def is_event(words: str) -> bool:
    """True also for words that do not begin with a service’s name."""
    if not re.fullmatch(rf"(?:{_SERVICES})\.[a-z_.-]+", words) or _FILE.match(words):
        return True
    return re.search(rf'"{re.escape(words)}"', code()) is not None or f"{words}\n" in code() or f"{words}:" in code()


def route_exists(words: str, routes: list[str]) -> bool:
    """True also for words that are not a route. `…` stands for any beginning, `{id}` and `<name>` for any part."""
    found = re.fullmatch(r"(?:(?:GET|POST|PUT|DELETE) )?(/[\w<{][^\s?[]*|…/[^\s?[]*)(?:\[?\?\S*)?", words)
    if not found or not re.match(rf"…|/(?:{_SERVICES}|<service>)/|/(?:sign-in|staff|teams|audit)\b", found[1]):
        return True
    parts = re.sub(r"\{[^}]*\}|<[^>]*>", "*", found[1])
    pattern = re.escape(parts).replace(r"\*", r"[^/]+").replace("…", ".*") + (".*" if parts.endswith("/") else "")
    return any(
        re.fullmatch(pattern, rule) or re.fullmatch(re.escape(rule).replace(r"\*", r"[^/]+"), parts) for rule in routes
    )
