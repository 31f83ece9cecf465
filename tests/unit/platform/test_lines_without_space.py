"""No work fails because its log does: what cannot be written is counted, left out, and told of afterwards."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from devtools.roles import ROOT
from services.platform.operations import log_stream, logs
from services.platform.operations.log_stream import LogFile


class Full(io.StringIO):
    """Takes no line while it is full."""

    full = True

    def write(self, text: str) -> int:
        if self.full:
            raise OSError(28, "No space left on device")
        return super().write(text)


@pytest.fixture(autouse=True)
def plain_again() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers = [
        handler for handler in logging.getLogger().handlers if not isinstance(handler, logs._OfLibraries)
    ]


def lines_of(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


class TestALineThatCannotBeWritten:
    def test_does_no_harm_and_is_told_of_once_there_is_space(self) -> None:
        stream, before = Full(), log_stream.lost()
        logs.configure(stream=stream)
        log = structlog.get_logger()
        for _ in range(3):
            log.error("lost")
        stream.full = False
        log.info("written")

        assert log_stream.lost() - before == 3
        assert [(line["event"], line.get("count")) for line in lines_of(stream.getvalue())] == [
            ("written", None),
            ("log_lines_lost", 3),
        ]

    def test_does_no_harm_where_the_stream_is_closed(self) -> None:
        stream = io.StringIO()
        logs.configure(stream=stream)
        stream.close()

        structlog.get_logger().info("into nothing")

    def test_does_no_harm_on_a_full_device(self) -> None:
        before = log_stream.lost()
        full = LogFile(Path("/dev/full"), max_bytes=1000, files=1)
        logs.configure(stream=full)
        structlog.get_logger().info("into nothing")
        logs.failure(ValueError())
        full.close()

        assert log_stream.lost() - before == 2

    def test_leaves_a_process_that_writes_to_a_full_standard_error_alone(self) -> None:
        code = (
            "import structlog; from services.platform.operations import logs, log_stream; logs.configure();"
            "[structlog.get_logger().error('x') for _ in range(500)]; print(log_stream.lost())"
        )
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=full, text=True, check=False
            )

        assert (done.returncode, done.stdout.strip()) == (0, "500")


class TestALineOfALibrary:
    def test_keeps_where_it_spoke_and_none_of_its_words(self) -> None:
        stream = io.StringIO()
        logs.configure(stream=stream)
        try:
            raise ValueError("canary")
        except ValueError:
            logging.getLogger("some.library").exception("canary %s", "canary")
        logging.getLogger("some.library").warning("canary")

        assert "canary" not in stream.getvalue()
        failed, warned = lines_of(stream.getvalue())
        assert (failed["event"], failed["error"], failed["level"]) == ("library", "builtins.ValueError", "error")
        assert str(warned["where"]).startswith("some.library/test_lines_without_space.py")


class TestALineOfAFault:
    def test_names_our_frames_its_cause_and_no_word_of_it(self) -> None:
        stream = io.StringIO()
        logs.configure(stream=stream)
        try:
            try:
                int("canary")
            except ValueError as error:
                raise KeyError("canary") from error
        except KeyError as error:
            logs.failure(error)

        (line,) = lines_of(stream.getvalue())
        assert (line["error"], line["cause"]) == ("builtins.KeyError", "builtins.ValueError")
        assert str(line["where"]).startswith("tests/unit/platform/test_lines_without_space.py:")
        assert "canary" not in stream.getvalue()

    def test_names_our_own_code_however_deep_in_a_library_it_arose(self) -> None:
        stream = io.StringIO()
        logs.configure(stream=stream)
        try:
            json.loads("[" * 900 + "x")
        except (ValueError, RecursionError) as error:
            logs.failure(error)

        assert "test_names_our_own_code" in str(lines_of(stream.getvalue())[0]["where"])


class TestALogFile:
    def test_begins_anew_and_keeps_so_many_earlier_ones(self, tmp_path: Path) -> None:
        path = tmp_path / "waymark.log"
        file = LogFile(path, max_bytes=20, files=2)
        for number in range(8):
            file.write(f"line {number}\n")
        file.close()

        kept = {path.name: path.read_text() for path in sorted(tmp_path.iterdir())}
        assert kept == {
            "waymark.log": "line 6\nline 7\n",
            "waymark.log.1": "line 4\nline 5\n",
            "waymark.log.2": "line 2\nline 3\n",
        }

    def test_holds_whole_lines_only_though_its_disk_was_full(self, tmp_path: Path) -> None:
        """In a process of its own: a limit on the size of files stands for a full disk."""
        code = """
import resource, sys
from pathlib import Path
from services.platform.operations.log_stream import LogFile
file = LogFile(Path(sys.argv[1]), max_bytes=10_000, files=1)
file.write("first\\n")
resource.setrlimit(resource.RLIMIT_FSIZE, (10, resource.RLIM_INFINITY))
for _ in range(2):
    try:
        file.write("lost line\\n")
    except OSError:
        print("refused")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
file.write("last\\n")
"""
        path = tmp_path / "waymark.log"
        done = subprocess.run(
            [sys.executable, "-c", code, str(path)], cwd=ROOT, capture_output=True, text=True, check=True
        )

        assert (done.stdout.split(), path.read_text()) == (["refused", "refused"], "first\nlast\n")

    def test_goes_on_in_the_old_one_where_it_cannot_begin_anew(self, tmp_path: Path) -> None:
        (tmp_path / "waymark.log.1" / "in the way").mkdir(parents=True)
        file = LogFile(tmp_path / "waymark.log", max_bytes=10, files=1)
        file.write("line 1\n")
        file.write("line 2\n")
        file.close()

        assert (tmp_path / "waymark.log").read_text() == "line 1\nline 2\n"
