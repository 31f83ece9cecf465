"""What a service tells whoever may read its figures."""

import re

from services.platform.service import Service

_CHECK = re.compile(r'^waymark_check\{check="(\w+)",service="\w+"\} ([01])\.0$', re.MULTILINE)


def checks(service: Service) -> dict[str, bool]:
    """Each check of its readiness, and whether it holds. They are registered when its app is made."""
    assert service.app
    return checks_in(service.dispatcher.metrics.text().decode())


def checks_in(text: str) -> dict[str, bool]:
    return {name: value == "1" for name, value in _CHECK.findall(text)}
