"""`waymark audit verify`: verifies the audit chain of every service."""

import json
from typing import IO

import click

from services.cli.opened import opened
from services.cli.options import answer, folder_option, json_option
from services.embedded.folder import Folder
from services.platform.audit.verify import Anchor, Verdict, verify


@click.group("audit")
def command() -> None:
    """Inspect and verify the audit log."""


@command.command("verify")
@click.option(
    "--anchors",
    type=click.File(encoding="utf-8"),
    help="An earlier result in JSON, stored elsewhere: reveals a truncated chain.",
)
@folder_option
@json_option
def verify_command(anchors: IO[str] | None, folder: Folder, as_json: bool) -> None:
    """Find any changed, missing, reordered or unsealed row. Exit code 1 if there is one."""
    known = _read(anchors) if anchors else {}
    with opened(folder) as system:
        verdicts = [verify(service, anchor=known.get(name)) for name, service in system.services.items()]
    data = [{**vars(verdict), "sound": verdict.sound} for verdict in verdicts]
    answer(data, "\n".join(_sentence(verdict) for verdict in verdicts), as_json=as_json)
    if not all(verdict.sound for verdict in verdicts):
        raise SystemExit(1)


def _read(anchors: IO[str]) -> dict[str, Anchor]:
    try:
        return {
            chain["service"]: Anchor(number=chain["sealed"], hash=chain["head"])
            for chain in json.load(anchors)
            if chain["sealed"]
        }
    except (ValueError, TypeError, KeyError):
        raise click.BadParameter("not an answer of `waymark audit verify --json`", param_hint="--anchors") from None


def _sentence(verdict: Verdict) -> str:
    if not verdict.sound:
        return f"{verdict.service}: NOT SOUND: " + "; ".join(verdict.findings) + "."
    end = "up to its anchor and beyond" if verdict.anchored else "a cut tail cannot be seen without an anchor"
    return f"{verdict.service}: {verdict.sealed} rows, each as it was sealed ({end})."
