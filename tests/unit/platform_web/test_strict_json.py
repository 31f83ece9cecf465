"""JSON that two parsers could understand differently is refused before anybody understands it."""

import pytest

from services.platform.errors import ApplicationError
from services.platform.web import strict_json
from services.platform.web.strict_json import (
    DuplicateKey,
    MalformedJson,
    NotAnObject,
    NotFinite,
    TooDeep,
    UnsupportedBody,
    UnusableText,
)

REFUSED: list[tuple[str, bytes, type[ApplicationError]]] = [
    ("nothing", b"", MalformedJson),
    ("a truncated object", b"{", MalformedJson),
    ("a thousand brackets", b"[" * 1_000 + b"]" * 1_000, TooDeep),
    ("fifty thousand objects", b'{"a":' * 50_000, TooDeep),
    ("21 levels", b'{"a":' * 21 + b"1" + b"}" * 21, TooDeep),
    ("NaN", b'{"a":NaN}', NotFinite),
    ("Infinity", b'{"a":Infinity}', NotFinite),
    ("minus Infinity", b'{"a":-Infinity}', NotFinite),
    ("1e999", b'{"a":1e999}', NotFinite),
    ("-1e999", b'{"a":-1e999}', NotFinite),
    ("an integer of 5,000 digits", b'{"a":' + b"9" * 5_000 + b"}", NotFinite),
    ("the same key twice", b'{"nhs":"1","nhs":"2"}', DuplicateKey),
    ("the same key twice, deeper", b'{"a":{"b":[{"c":1,"c":2}]}}', DuplicateKey),
    ("the same key written in two ways", b'{"a":1,"\\u0061":2}', DuplicateKey),
    ("half a character", b'{"a":"\\ud800"}', UnusableText),
    ("half a character as a key", b'{"\\ud800":1}', UnusableText),
    ("NUL", b'{"a":"x\\u0000"}', UnusableText),
    ("a control character", b'{"a":"x\\u0007"}', UnusableText),
    ("a C1 control character", b'{"a":"x\\u0085"}', UnusableText),
    ("a raw control byte", b'{"a":"x\x07"}', MalformedJson),
    ("bytes that are not UTF-8", b'{"a":"\xff"}', MalformedJson),
    ("UTF-16", '{"a":1}'.encode("utf-16"), UnsupportedBody),
    ("UTF-16 without a mark", '{"a":1}'.encode("utf-16-le"), UnsupportedBody),
    ("UTF-32", '{"a":1}'.encode("utf-32"), UnsupportedBody),
    ("a byte order mark", b'\xef\xbb\xbf{"a":1}', MalformedJson),
    ("a list", b"[]", NotAnObject),
    ("a string", b'"a"', NotAnObject),
    ("null", b"null", NotAnObject),
    ("true", b"true", NotAnObject),
]


class TestStrictJson:
    @pytest.mark.parametrize(("body", "refusal"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
    def test_refuses(self, body: bytes, refusal: type[ApplicationError]) -> None:
        with pytest.raises(refusal):
            strict_json.parse(body)

    def test_takes_twenty_levels(self) -> None:
        assert strict_json.parse(b'{"a":' * 20 + b"1" + b"}" * 20)

    def test_does_not_count_brackets_in_strings(self) -> None:
        assert strict_json.parse(b'{"a":"' + b"[" * 100 + b'\\"[' + b'"}') == {"a": "[" * 100 + '"['}

    def test_keeps_every_character_of_a_family_and_of_a_new_line(self) -> None:
        said = {"name": "Zoë \N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN} محمد", "notes": "one\ntwo\tthree\r\nfour"}
        body = strict_json.json.dumps(said).encode()

        assert strict_json.parse(body) == said

    def test_says_where_the_unusable_text_is_without_repeating_it(self) -> None:
        with pytest.raises(UnusableText) as refusal:
            strict_json.parse(b'{"person":{"names":["ok","canary\\u0000"]}}')

        assert [error.pointer for error in refusal.value.errors] == ["/person/names/1"]
        assert "canary" not in str(refusal.value.errors)
