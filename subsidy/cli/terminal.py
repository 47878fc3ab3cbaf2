"""Results as people read them in a terminal: tables that keep their columns straight with Chinese in them."""

import io
from collections.abc import Iterable, Sequence
from typing import Final

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

WIDTH: Final = 120
"""Columns of what does not go to a terminal, which has a width of its own."""


def rendered(parts: Iterable[RenderableType], *, to_terminal: bool) -> str:
    """The parts one below the other as text; with colours, and as wide as the window, for a terminal."""
    window = Console().width if to_terminal else WIDTH
    target = io.StringIO()
    console = Console(
        file=target,
        width=window,
        force_terminal=to_terminal,
        legacy_windows=False,
        markup=False,
        highlight=False,
        emoji=False,
    )
    console.print(Group(*parts))
    lines = target.getvalue().splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"


def heading(words: str) -> RenderableType:
    """A heading, set off by an empty line."""
    return Padding(Text(words, style="bold"), (1, 0, 0, 0))


def line(words: str, style: str = "") -> RenderableType:
    """A paragraph."""
    return Text(words, style=style)


def table(head: Sequence[str], rows: Iterable[Sequence[str | Text]], *, right: Iterable[int] = ()) -> RenderableType:
    """A table; the columns numbered in `right` hold numbers."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
    numbers = set(right)
    for place, words in enumerate(head):
        if place in numbers:
            made.add_column(words, justify="right", no_wrap=True)
        else:
            made.add_column(words, overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made
