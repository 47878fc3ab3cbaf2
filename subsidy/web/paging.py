"""Long lists, a page at a time."""

from collections.abc import Mapping, Sequence
from typing import Final, Generic, NamedTuple, TypeVar

from subsidy.web.pages import link

Row = TypeVar("Row")

ROWS: Final = 50


class Sheet(NamedTuple, Generic[Row]):
    """Some of a list's rows, counted from 1: the `first` to the `last` of `total`; the addresses of the pages around them."""

    rows: Sequence[Row]
    first: int
    last: int
    total: int
    before: str | None
    after: str | None


def sheet(rows: Sequence[Row], path: str, query: Mapping[str, str], size: int = ROWS) -> Sheet[Row]:
    """The rows that `query["page"]` asks for; what asks for none, or for one beyond the end, gets the nearest there is."""
    last_page = max((len(rows) - 1) // size, 0)
    asked = query.get("page", "")
    page = min(max(int(asked) - 1, 0), last_page) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0
    start = page * size
    shown = rows[start : start + size]

    def address(number: int) -> str:
        return link(path, **(dict(query) | {"page": number + 1}))

    return Sheet(
        shown,
        start + 1 if shown else 0,
        start + len(shown),
        len(rows),
        address(page - 1) if page else None,
        address(page + 1) if page < last_page else None,
    )
