"""Bytes of a JSON or YAML document as a plain tree: mappings, lists, text, booleans, None. Nothing passes through a float.

Numbers stay text, as written. Documents are small and flat: at most 1 MiB and 32 levels, no key twice, no YAML anchors, aliases or
tags, so that no document can unfold into more than it shows.
"""

import codecs
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import yaml

from rules.faults import BadInput, Fault, excerpt

LARGEST_BYTES = 1024 * 1024
DEEPEST = 32

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
"""A string, closed or not, or a bracket; it never looks at a character twice."""

_NULL = {"", "~", "null", "Null", "NULL"}
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


class NumberText(str):
    """A JSON number, kept as the digits it was written with: text where a number belongs, and nothing elsewhere."""

    __slots__ = ()


def read_document(data: bytes, *, json_only: bool = False) -> object:
    """The tree of a document; BadInput, with an empty pointer or that of the repeated key, where it cannot be read.

    With `json_only` it must be JSON in UTF-8, as HTTP bodies are. Otherwise it may be YAML, and UTF-8 with a byte order mark or
    GB18030 as well.
    """
    if len(data) > LARGEST_BYTES:
        raise _bad("too_large")
    text = _utf8(data) if json_only else _decoded(data)
    if not text.strip():
        raise _bad("empty")
    tree = _json(text) if json_only else _json_or_yaml(text)
    if "\\u" in text or "\\U" in text or "\\x" in text or "\\0" in text:
        _check_storable(tree)
    return tree


def _bad(code: str, pointer: str = "", **params: str) -> BadInput:
    return BadInput([Fault(pointer, code, params)])


def _utf8(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise _bad("encoding") from None


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in data:
        raise _bad("encoding_file")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _bad("encoding_file")


def _json_or_yaml(text: str) -> object:
    """YAML may begin with a bracket as well; where it is neither, the fault told is that of the JSON it looks like."""
    if text.lstrip()[0] not in "{[":
        return _yaml(text)
    try:
        return _json(text)
    except BadInput as error:
        if error.faults[0].code != "json":
            raise
        try:
            return _yaml(text)
        except BadInput:
            raise error from None


def _json(text: str) -> object:
    if text.count("[") + text.count("{") > DEEPEST:
        depth = 0
        for bracket in _BRACKETS.finditer(text):
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(bracket[0], 0)
            if depth > DEEPEST:
                raise _bad("too_deep")
    try:
        return json.loads(
            text, parse_int=NumberText, parse_float=NumberText, parse_constant=NumberText, object_pairs_hook=_object
        )
    except json.JSONDecodeError as error:
        raise _bad("json", line=str(error.lineno), column=str(error.colno)) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        times = Counter(key for key, _ in pairs)
        raise _bad("repeated_key", value=excerpt(next(key for key in found if times[key] > 1)))
    return found


def _yaml(text: str) -> object:
    try:
        return _Tree().build(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        assert mark is not None  # the parser always knows where it stopped
        raise _bad("yaml", line=str(mark.line + 1), column=str(mark.column + 1)) from None
    except yaml.YAMLError:
        raise _bad("not_text") from None


class _Tree:
    """Builds a tree from YAML events, refusing what could unfold, nest too deeply or be read in two ways."""

    def __init__(self) -> None:
        self.depth = 0
        self.documents = 0

    def build(self, events: Iterator[Any]) -> object:
        tree: object = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    raise _bad("yaml_documents", line=_line(event))
                tree = self._node(next(events), events)
        return tree

    def _node(self, event: Any, events: Iterator[Any]) -> object:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise _bad("yaml_alias", line=_line(event))
        if event.tag is not None:
            raise _bad("yaml_tag", line=_line(event), value=excerpt(event.tag))
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        self.depth += 1
        if self.depth > DEEPEST:
            raise _bad("too_deep")
        node = self._sequence(events) if isinstance(event, yaml.SequenceStartEvent) else self._mapping(events)
        self.depth -= 1
        return node

    def _sequence(self, events: Iterator[Any]) -> list[object]:
        items = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self._node(event, events))
        return items

    def _mapping(self, events: Iterator[Any]) -> dict[str, object]:
        found: dict[str, object] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or event.anchor is not None or event.tag is not None:
                raise _bad("yaml_key", line=_line(event))
            if event.value in found:
                raise _bad("repeated_key", value=excerpt(event.value))
            found[event.value] = self._node(next(events), events)
        return found


def _scalar(event: Any) -> object:
    if event.implicit[0]:
        if event.value in _NULL:
            return None
        return _BOOLEAN.get(event.value, event.value)
    return event.value


def _line(event: Any) -> str:
    return str(event.start_mark.line + 1)


def _check_storable(part: object) -> None:
    """Escapes can smuggle in what no UTF-8 text and no database column can hold: lone surrogates and NUL."""
    if isinstance(part, str):
        if "\0" in part or any("\ud800" <= c <= "\udfff" for c in part):
            raise _bad("not_text")
    elif isinstance(part, dict):
        for key, value in part.items():
            _check_storable(key)
            _check_storable(value)
    elif isinstance(part, list):
        for item in part:
            _check_storable(item)
