"""A reviewer's forms as sent, and what a page tells."""

import re
from typing import Any

from tests.integration.casework.case_world import Client
from tests.integration.casework.review_world import Referred, an_own_view


def text_of(response: Any) -> str:
    """What a person reads on the page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.get_data(as_text=True)))


def view(client: Client, referred: Referred, **values: str) -> Any:
    form = {"key": "view", "next": "estimate", "revision": str(referred.revision), **an_own_view(), **values}
    return client.post(f"{referred.page}/own-view", form)


def decide(client: Client, referred: Referred, **values: str) -> Any:
    form = {
        "key": "decision",
        "revision": str(referred.revision),
        "level": "planned",
        "pathway": "early_intervention:early-help",
        "reasons": "Wants help.",
        **values,
    }
    return client.post(f"{referred.page}/decision", form)
