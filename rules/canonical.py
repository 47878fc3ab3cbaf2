"""Canonical JSON (RFC 8785) and its digest. Numbers are written as strings, so that no reader can round them."""

import hashlib
from typing import Any

import rfc8785


def text(value: Any) -> str:
    """The one canonical text of a tree of objects, arrays, strings, booleans and null."""
    return rfc8785.dumps(value).decode("utf-8")


def of_text(canonical_text: str) -> str:
    """``sha256:`` and the hexadecimal digest of a text's UTF-8 bytes."""
    return "sha256:" + hashlib.sha256(canonical_text.encode("utf-8")).hexdigest()


def digest(value: Any) -> str:
    """The digest of a tree's canonical text."""
    return of_text(text(value))
