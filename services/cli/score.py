"""`waymark score`: estimates referrals that waited for a model, or all referrals with a new champion."""

import click

from services.cli.opened import opened
from services.cli.options import answer, folder_option, json_option
from services.embedded.folder import Folder
from services.scoring.rescore import rescore


@click.command("score")
@click.option("--everything", is_flag=True, help="Also re-estimate referrals that another model estimated.")
@folder_option
@json_option
def command(everything: bool, folder: Folder, as_json: bool) -> None:
    """Estimate referrals that had no model, with the current champion. Earlier results stay stored."""
    with opened(folder) as system:
        done = rescore(
            system.services["scoring"].dispatcher,
            everything=everything,
            progress=lambda so_far: None if as_json else click.echo(f"{so_far} done", err=True),
        )
    answer({"answered": done}, f"{done} referrals have a new result.", as_json=as_json)
