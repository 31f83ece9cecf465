"""One host for several services."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest
from werkzeug.test import Client

from services.embedded.paths import ByFirstSegment

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def an_app(name: str) -> "WSGIApplication":
    """Answers with its name and the path it was given."""

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [f"{name} {environ['SCRIPT_NAME']}{environ['PATH_INFO']}".encode()]

    return app


class TestByFirstSegment:
    @pytest.mark.parametrize(
        ("path", "answer"),
        [
            ("/intake/referrals/1", "intake /intake/referrals/1"),
            ("/intake", "intake /intake"),
            ("/intake2", "home /intake2"),
            ("/", "home /"),
            ("/unknown/intake", "home /unknown/intake"),
        ],
    )
    def test_gives_a_service_its_own_paths_whole_and_all_others_to_the_last(self, path: str, answer: str) -> None:
        client = Client(ByFirstSegment({"intake": an_app("intake")}, otherwise=an_app("home")))

        assert client.get(path).get_data(as_text=True) == answer
