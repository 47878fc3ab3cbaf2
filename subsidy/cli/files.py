"""Files and streams: what is read in and written out, as bytes and with plain words where that fails."""

import os
import sys
from typing import Final

from rules.document import LARGEST_BYTES
from rules.faults import excerpt
from subsidy.cli.options import Usage

STREAM: Final = "-"
"""Stands for standard input or output where a file is named."""


def utf8_streams() -> None:
    """Whatever the locale says, text goes in and out as UTF-8; what UTF-8 cannot hold becomes a question mark."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def utf8_arguments(arguments: list[str]) -> list[str]:
    """The arguments as UTF-8, whatever the locale took them for."""
    return [os.fsencode(each).decode("utf-8", "surrogateescape") for each in arguments]


def read(name: str, most: int = LARGEST_BYTES) -> bytes:
    """The content of a file, or of standard input for `-`: all that may be read of it and one byte more at most."""
    try:
        if name == STREAM:
            return sys.stdin.buffer.read(most + 1)
        with open(_path(name), "rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise _said(error, name, "cli.unreadable") from None


def deliver(content: str | bytes, output: str | None) -> None:
    """Write a result to the file named, or to standard output. Paper and workbooks are not written to a terminal."""
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    if isinstance(content, bytes) and to_terminal(output):
        raise Usage("cli.binary")
    if output is None or output == STREAM:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        with open(_path(output), "wb") as file:
            file.write(data)
    except OSError as error:
        raise _said(error, output, "cli.unwritable", missing="cli.no_such_folder") from None


def to_terminal(output: str | None) -> bool:
    """Whether a result goes to somebody's screen."""
    return output in (None, STREAM) and sys.stdout.isatty()


def _path(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _said(error: OSError, name: str, otherwise: str, missing: str = "cli.no_such_file") -> Usage:
    known = {FileNotFoundError: missing, IsADirectoryError: "cli.folder", PermissionError: "cli.no_access"}
    return Usage(known.get(type(error), otherwise), file=excerpt(name, 200), why=error.strerror or str(error))
