"""The files of a payout run, each kind written from the frozen lines alone."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from rules.money import Fen, parse_yuan
from subsidy.reports.payout_columns import Line, Part, RunFacts
from subsidy.reports.payout_pdf import write_pdf
from subsidy.reports.payout_sheet import write_csv, write_xlsx


def _utf8(facts: RunFacts, lines: Iterable[Line], target: Path, lang: str) -> None:
    write_csv(facts, lines, target, lang, "utf-8-sig")


def _gb18030(facts: RunFacts, lines: Iterable[Line], target: Path, lang: str) -> None:
    write_csv(facts, lines, target, lang, "gb18030")


class Format(NamedTuple):
    """A kind of file: what writes it, and how the web calls it."""

    write: Callable[[RunFacts, Iterable[Line], Path, str], None]
    media: str


KINDS: Final[Mapping[str, Format]] = {
    "xlsx": Format(write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": Format(_utf8, "text/csv; charset=utf-8"),
    "gb18030.csv": Format(_gb18030, "text/csv; charset=gb18030"),
    "pdf": Format(write_pdf, "application/pdf"),
}
"""Each by how its name ends."""

PART_SIZES: Final = (100, 5000)
"""The fewest and the most lines of a part. Banks' templates take 3,000 to 5,000."""

_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)


def write(kind: str, facts: RunFacts, lines: Iterable[Line], target: Path, lang: str = "zh") -> None:
    """Writes a run's file of a kind of `KINDS`. The same run gives the same bytes.

    Raises ValueError where the lines are not as many or not as much as the run says; what is at `target` is then of no use.
    """
    KINDS[kind].write(facts, lines, target, lang)


def write_parts(kind: str, facts: RunFacts, lines: Iterable[Line], target: Path, size: int, lang: str = "zh") -> None:
    """The run as an archive of numbered files of at most `size` lines, each with its own total; together they are the run.

    Raises ValueError as `write` does.
    """
    left, of = iter(lines), max(1, -(-facts.count // size))
    amount = 0
    with TemporaryDirectory(dir=target.parent) as folder, ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for number in range(1, of + 1):
            some = list(islice(left, size))
            part = Part(number, of, len(some), Fen(sum(parse_yuan(line["amount"] or "") for line in some)))
            amount += part.amount
            file = Path(folder) / "part"
            write(kind, replace(facts, part=part), some, file, lang)
            _pack(archive, f"{facts.number}-{number:0{len(str(of))}}.{kind}", file)
    if next(left, None) is not None or amount != facts.amount:
        raise ValueError(f"{facts.number}: the parts are not the run")


def _pack(archive: ZipFile, name: str, file: Path) -> None:
    info = ZipInfo(name, _LONG_AGO)
    info.compress_type, info.create_system = ZIP_DEFLATED, 0
    with archive.open(info, "w") as inner, file.open("rb") as outer:
        copyfileobj(outer, inner)
