"""Bytes become a plain tree, or one fault that says what is wrong with them."""

import json
from typing import Any

import pytest

from rules.document import LARGEST_BYTES, read_document
from rules.faults import BadInput, Fault


def refusal(data: bytes, *, json_only: bool = False) -> Fault:
    with pytest.raises(BadInput) as refused:
        read_document(data, json_only=json_only)
    (fault,) = refused.value.faults
    for lang in ("zh", "en"):
        assert fault.message(lang)
        for value in fault.params.values():
            assert value in fault.message(lang)
    assert fault.message("zh") != fault.message("en")
    return fault


@pytest.mark.parametrize("json_only", [True, False])
@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('{"a": "1"}', {"a": "1"}),
        ('{"a": 12000.50}', {"a": "12000.50"}),
        ('{"a": 1e400}', {"a": "1e400"}),
        ('{"a": -0}', {"a": "-0"}),
        ('{"a": NaN, "b": Infinity, "c": -Infinity}', {"a": "NaN", "b": "Infinity", "c": "-Infinity"}),
        ('{"a": true, "b": false, "c": null}', {"a": True, "b": False, "c": None}),
        ('{"a": [1, {"b": "2"}]}', {"a": ["1", {"b": "2"}]}),
        ('{"容量": "一\\u4e8c"}', {"容量": "一二"}),
        ('  \n{"a": 1}\n ', {"a": "1"}),
        ("[]", []),
        ("{}", {}),
        ('{"a": "\\ud83d\\ude00"}', {"a": "😀"}),
    ],
)
def test_json_keeps_numbers_as_written(text: str, tree: object, json_only: bool) -> None:
    read = read_document(text.encode(), json_only=json_only)
    assert read == tree
    assert not any(isinstance(part, float | int) and not isinstance(part, bool) for part in parts(read))


def test_100_000_digits_are_kept_as_they_are() -> None:
    digits = "9" * 100_000
    assert read_document(f'{{"a": {digits}}}'.encode()) == {"a": digits}
    assert read_document(f"a: {digits}".encode()) == {"a": digits}


def parts(tree: Any) -> list[Any]:
    inner = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return [tree, *(part for each in inner for part in parts(each))]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a: 12000", {"a": "12000"}),
        ("a: 0.10", {"a": "0.10"}),
        ("a: 010", {"a": "010"}),
        ("a: 0o17", {"a": "0o17"}),
        ("a: 1_000", {"a": "1_000"}),
        ("a: 1e3", {"a": "1e3"}),
        ("a: .inf", {"a": ".inf"}),
        ("a: 12:30", {"a": "12:30"}),
        ("a: on\nb: yes\nc: Off", {"a": "on", "b": "yes", "c": "Off"}),
        ("on: 2026-03-01", {"on": "2026-03-01"}),
        ("a: true\nb: True\nc: FALSE", {"a": True, "b": True, "c": False}),
        ("a: 'true'", {"a": "true"}),
        ('a: "null"', {"a": "null"}),
        ("a:\nb: ~\nc: null\nd: NULL", {"a": None, "b": None, "c": None, "d": None}),
        ("- 1\n- a: 2", ["1", {"a": "2"}]),
        ("a: |\n  two\n  lines\n", {"a": "two\nlines\n"}),
        ("%YAML 1.1\n---\na: 1\n...\n", {"a": "1"}),
        ("# only a comment\na: 1 # and one more", {"a": "1"}),
        ("{a: 1, b: [true, x]}", {"a": "1", "b": [True, "x"]}),
        ("{a: 1, # a comment\n}", {"a": "1"}),
        ("null: 1", {"null": "1"}),
        ("<<: {a: 1}", {"<<": {"a": "1"}}),
        ("# nothing", None),
        ("---", None),
        ("plain", "plain"),
    ],
)
def test_yaml_is_read_as_written(text: str, tree: object) -> None:
    assert read_document(text.encode()) == tree


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("text", ['{"容量": "１２"}', "容量: １２\n", "名称: 𠮷野"])
def test_files_may_be_in_three_encodings(text: str, encoding: str) -> None:
    assert read_document(text.encode(encoding)) == read_document(text.encode())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings_are_refused(encoding: str) -> None:
    data = '{"a": "1"}'.encode(encoding)
    assert refusal(data).code == "encoding_file"
    assert refusal(data, json_only=True).code in ("encoding", "json")
    assert refusal("a: 容量".encode(encoding)).code == "encoding_file"


@pytest.mark.parametrize(
    "data", [b"\x80\x81", b"\xff\xfe", b"\xfe\xff\x00a", b"a: \xff\xff", b"a\0b", b"PK\x03\x04\0\0"]
)
def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    assert refusal(data).code == "encoding_file"


@pytest.mark.parametrize("data", ['{"容量": 1}'.encode("gb18030"), b'{"a": "\xff"}', b"\xef\xbb"])
def test_a_body_is_utf_8(data: bytes) -> None:
    assert refusal(data, json_only=True).code == "encoding"


@pytest.mark.parametrize("json_only", [True, False])
@pytest.mark.parametrize("data", [b"", b" ", b"\n\t \r\n"])
def test_nothing_is_refused(data: bytes, json_only: bool) -> None:
    assert refusal(data, json_only=json_only).code == "empty"


def test_a_byte_order_mark_alone_is_nothing() -> None:
    assert refusal(b"\xef\xbb\xbf").code == "empty"


@pytest.mark.parametrize("json_only", [True, False])
def test_a_mebibyte_is_the_most(json_only: bool) -> None:
    body = b'{"a": "' + b"x" * (LARGEST_BYTES - 9) + b'"}'
    assert len(body) == LARGEST_BYTES == 1_048_576
    assert read_document(body, json_only=json_only)
    assert refusal(body + b" ", json_only=json_only).code == "too_large"
    assert refusal(b"\0" * (LARGEST_BYTES + 1), json_only=json_only).code == "too_large"


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
@pytest.mark.parametrize("json_only", [True, False])
def test_32_levels_are_the_deepest(opening: str, json_only: bool) -> None:
    closing = {"[": "]", '{"a":': "}", '[{"a":': "}]"}[opening]
    most = 16 if len(closing) == 2 else 32
    assert read_document((opening * most + "1" + closing * most).encode(), json_only=json_only)
    for times in (most + 1, 100_000):
        assert refusal((opening * times + "1" + closing * times).encode(), json_only=json_only).code == "too_deep"
        assert refusal((opening * times).encode(), json_only=json_only).code == "too_deep"


@pytest.mark.parametrize("opening", ["- ", "a: [", "a: {b: ["])
def test_yaml_is_no_deeper(opening: str) -> None:
    first, _, rest = opening.partition(": ")
    for times in (33, 100_000):
        text = "- " * times + "1" if opening == "- " else f"{first}: " + rest * times
        assert refusal(text.encode()).code == "too_deep"
    assert read_document(("- " * 32 + "1").encode())
    assert read_document(("a: " + "[" * 31 + "]" * 31).encode())
    assert refusal(("a: " + "[" * 32 + "]" * 32).encode()).code == "too_deep"


@pytest.mark.parametrize("opening", ["[[], ", "[{}, "])
def test_what_stands_beside_does_not_hide_how_deep_a_level_is(opening: str) -> None:
    """Each level holds something that was closed before the next one opens."""
    for start in ("", "a: "):
        most = 31 - bool(start)
        inner = (opening * most + "[1]" + "]" * most).encode()
        assert read_document(start.encode() + inner)
        assert refusal(start.encode() + b"[" + inner + b"]").code == "too_deep"


def test_brackets_in_texts_and_side_by_side_are_not_depth() -> None:
    assert read_document(json.dumps({"a": "[" * 100, "b": ['{\\"[' * 50]}).encode(), json_only=True)
    assert read_document(("[" + "[]," * 1000 + "[]]").encode(), json_only=True)
    assert read_document(("- []\n" * 1000).encode())


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('{"a": 1', "1", "8"),
        ('{"a": 1,\n "b": }', "2", "7"),
        ('{"a": 1} 2', "1", "10"),
        ("{'a': 1}", "1", "2"),
        ('{"a": 01}', "1", "8"),
        ('{"a": +1}', "1", "7"),
        ('{"a": "x\ny"}', "1", "9"),
        ("nonsense", "1", "1"),
        ('\ufeff{"a": 1}', "1", "1"),
        ('{"a": "\\u12"}', "1", "9"),
    ],
)
def test_broken_json_is_told_by_line_and_column(text: str, line: str, column: str) -> None:
    fault = refusal(text.encode(), json_only=True)
    assert (fault.code, fault.params) == ("json", {"line": line, "column": column})


@pytest.mark.parametrize("text", ['{"a": 1', '{"a": [}', "[1, 2"])
def test_a_file_that_is_neither_is_told_as_the_json_it_looks_like(text: str) -> None:
    assert refusal(text.encode()).code == "json"


@pytest.mark.parametrize(
    ("text", "code", "params"),
    [
        ("a: 1\nb: [1", "yaml", {"line": "3", "column": "1"}),
        ("a: 1\n\tb: 2", "yaml", {"line": "2", "column": "1"}),
        ("a: 'x", "yaml", {"line": "1", "column": "6"}),
        ("a: @x", "yaml", {"line": "1", "column": "4"}),
        ("a: &x 1", "yaml_alias", {"line": "1"}),
        ("a: 1\nb: *x", "yaml_alias", {"line": "2"}),
        ("a: &x [1]\n<<: *x", "yaml_alias", {"line": "1"}),
        ("a: 1\n<<: *x", "yaml_alias", {"line": "2"}),
        ("a: !!python/name:os.system", "yaml_tag", {"line": "1", "value": "tag:yaml.org,2002:python/name:os.system"}),
        ("a: !!str 1", "yaml_tag", {"line": "1", "value": "tag:yaml.org,2002:str"}),
        ("a: ! 1", "yaml_tag", {"line": "1", "value": "!"}),
        ("- 1\n- !x {}", "yaml_tag", {"line": "2", "value": "!x"}),
        ("a: 1\n---\nb: 2", "yaml_documents", {"line": "2"}),
        ("? [a]\n: 1", "yaml_key", {"line": "1"}),
        ("? {a: 1}\n: 1", "yaml_key", {"line": "1"}),
        ("b: 1\n*x : 1", "yaml_key", {"line": "2"}),
        ("&x a: 1", "yaml_key", {"line": "1"}),
        ("!!str a: 1", "yaml_key", {"line": "1"}),
        ("a: 1\na: 2", "repeated_key", {"value": "a"}),
        ("a: 1\nb: {c: 1, c: 2}", "repeated_key", {"value": "c"}),
        ("a: \x01", "not_text", {}),
        ('a: "\\0"', "not_text", {}),
        ('a: "\\x00"', "not_text", {}),
        ('a: "\\ud800"', "yaml", {"line": "1", "column": "7"}),
        ('"\\U00000000": 1', "not_text", {}),
    ],
)
def test_yaml_that_could_mean_two_things_is_refused(text: str, code: str, params: dict[str, str]) -> None:
    fault = refusal(text.encode())
    assert (fault.code, fault.params) == (code, params)


LAUGHS = "a: &a [lol]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))


def test_a_bomb_does_not_go_off() -> None:
    assert refusal(LAUGHS.encode()).code == "yaml_alias"


@pytest.mark.parametrize("json_only", [True, False])
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1, "a": 1}', "a"),
        ('{"b": {"a": 1, "c": 2, "a": 3}}', "a"),
        ('{"a": 1, "\\u0061": 2}', "a"),
        ('{"' + "k" * 50 + '": 1, "' + "k" * 50 + '": 1}', "k" * 40 + "…"),
    ],
)
def test_a_key_is_given_once(text: str, value: str, json_only: bool) -> None:
    fault = refusal(text.encode(), json_only=json_only)
    assert (fault.code, fault.params) == ("repeated_key", {"value": value})


@pytest.mark.parametrize("json_only", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        '{"a": "\\u0000"}',
        '{"a": "\\ud800"}',
        '{"a": "x\\udfff"}',
        '{"a": ["\\ud800"]}',
        '{"\\u0000": 1}',
        '["\\udc00"]',
    ],
)
def test_what_no_column_can_hold_is_refused(text: str, json_only: bool) -> None:
    assert refusal(text.encode(), json_only=json_only).code == "not_text"


@pytest.mark.parametrize("text", ['{"a": "\\uE000"}', '{"a": "\\ud7ff"}', '{"a": "\\\\u0000"}', '{"a": "\\u0001"}'])
def test_what_a_column_can_hold_is_read(text: str) -> None:
    assert read_document(text.encode(), json_only=True) == json.loads(text)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"[]" * 33 + b'"' + b'\\"' * 500_000, "json", id="a text of escaped quotes that never ends"),
        pytest.param(
            ("{" + ",".join(f'"k{number}":1' for number in range(80_000)) + ',"k79999":1}').encode(),
            "repeated_key",
            id="eighty thousand keys, the last one twice",
        ),
        pytest.param(b"a: &a [" * 100_000, "yaml_alias", id="anchors"),
        pytest.param(b"? " * 500_000, "yaml_key", id="keys of keys"),
    ],
)
@pytest.mark.timeout(60)
def test_no_document_within_the_limit_takes_long(data: bytes, code: str) -> None:
    """Each takes a fraction of a second; read in another order they would take minutes or hours."""
    assert refusal(data).code == code
