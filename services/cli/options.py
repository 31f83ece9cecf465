"""Options and output shared by several commands."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from services.embedded.folder import Folder


def _folder(_context: click.Context, _parameter: click.Parameter, value: Path) -> Folder:
    return Folder(value)


folder_option: Callable[..., Any] = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var"),
    show_default=True,
    envvar="WAYMARK_FOLDER",
    callback=_folder,
    help="Folder in which embedded mode stores its databases, log and models.",
)

json_option: Callable[..., Any] = click.option("--json", "as_json", is_flag=True, help="Print JSON, for a program.")


def answer(data: dict[str, Any] | list[Any], sentence: str, *, as_json: bool) -> None:
    """Prints the result of a command: a sentence for a person, or the data for a program."""
    click.echo(json.dumps(data, default=str) if as_json else sentence)
