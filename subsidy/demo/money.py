"""What finance does in the sample story: the money that the awards draw on."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import Connection
from sqlmodel import col, select

from rules.document import read_document
from rules.money import Fen
from subsidy.database import writing
from subsidy.demo.story import Day, Model, Whole
from subsidy.finance import envelopes, second_person
from subsidy.records import Envelope, Proposal
from subsidy.workflow.actor import Actor

_POLICY: Final = "lingang-2024"
_MAKER: Final = "sun"
_CHECKER: Final = "fang"


class Allotment(Model):
    """Money for the envelope of a scheme and year, in yuan; `confirmed` is the day on which the second person did so."""

    on: Day
    confirmed: Day | None = None
    scheme: str
    year: Whole
    yuan: Whole
    document: str
    reason: str


class _File(Model):
    allotments: tuple[Allotment, ...]


class Treasury:
    """Acts out the steps of finance over one connection; `actors` are everybody who takes part, by key."""

    def __init__(self, connection: Connection, actors: Mapping[str, Actor]) -> None:
        self._connection = connection
        self._actors = actors
        self._proposals: dict[Allotment, Proposal] = {}

    def scenes(self) -> Iterator[tuple[date, Callable[[datetime], object]]]:
        """Each step, and its day."""
        for allotment in _File.model_validate(read_document(_FILE.read_bytes())).allotments:
            yield allotment.on, partial(self._propose, allotment)
            if allotment.confirmed:
                yield allotment.confirmed, partial(self._confirm, allotment)

    def _propose(self, told: Allotment, now: datetime) -> None:
        maker = self._actors[_MAKER]
        with writing(self._connection) as session:
            of = col(Envelope.scheme_id) == told.scheme, col(Envelope.year) == told.year
            envelope = session.exec(select(Envelope).where(*of)).one_or_none()
            if envelope is None:
                envelope = envelopes.open_envelope(session, maker, now, _POLICY, told.scheme, told.year)
            self._proposals[told] = envelopes.propose_allotment(
                session, maker, now, envelope.id, Fen(told.yuan * 100), told.document, told.reason
            )

    def _confirm(self, told: Allotment, now: datetime) -> None:
        with writing(self._connection) as session:
            second_person.confirm(session, self._actors[_CHECKER], now, self._proposals[told].id)


_FILE: Final = Path(__file__).parent / "money.yaml"
