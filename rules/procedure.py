"""How a case is handled: within how many working days each step is taken, who signs, and until when a refusal can be appealed."""

from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator

from rules.model import Identifier, PackModel, Whole
from rules.money import Fen, parse_yuan

Days = Annotated[Whole, Field(ge=1, le=400)]


class Appeal(PackModel):
    """How an applicant can go against a refusal, counted from the day of the decision."""

    reconsideration_days: Days
    """Calendar days to ask the office itself to look again."""
    suit_months: Annotated[Whole, Field(ge=1, le=60)]
    """Months to sue before a court."""


class SignOffs(PackModel):
    """How many people have to approve an award of up to so much; without `up_to`, of any amount above the others."""

    up_to: str | None = None
    """Yuan."""
    people: Annotated[Whole, Field(ge=1, le=9)]

    @property
    def most(self) -> Fen | None:
        """The largest award of the band; None where there is no end."""
        return None if self.up_to is None else parse_yuan(self.up_to)


class Procedure(PackModel):
    """The steps of a case in working days. The day on which a step begins does not count."""

    acceptance_days: Days
    """To accept what was handed in, or to return it."""
    correction_days: Days
    """For the applicant, to hand in again what was returned."""
    review_days: Days
    """To verify and to recommend."""
    notice_days: Days
    """How long an award that is recommended stands on public notice."""
    decision_days: Days
    """To put a recommendation before those who decide, and to decide."""
    appeal: Appeal
    sign_offs: Annotated[tuple[SignOffs, ...], Field(min_length=1)]
    question: Identifier | None = None

    @model_validator(mode="after")
    def _bands_in_order(self) -> "Procedure":
        *closed, last = self.sign_offs
        if last.most is not None:
            raise ValueError("the last band of sign_offs has no end, so it states no up_to")
        ends = [band.most for band in closed]
        for earlier, later in pairwise([Fen(0), *ends]):
            if later is None or earlier is None or later <= earlier:
                raise ValueError("the bands of sign_offs ascend, and only the last one has no up_to")
        return self

    def people_for(self, amount: Fen) -> int:
        """How many people have to approve an award of that amount."""
        return next(band.people for band in self.sign_offs if band.most is None or amount <= band.most)
