"""What follows when a second person confirms a proposal, or turns it down."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from sqlmodel import Session

from subsidy.finance import closing, envelopes, payouts, recoveries
from subsidy.finance.proposals import decide
from subsidy.records import Proposal, ProposalKind
from subsidy.workflow.actor import Actor

CARRY_OUT: Final[Mapping[ProposalKind, Callable[[Session, Actor, datetime, Proposal], None]]] = {
    ProposalKind.ALLOT: envelopes.carry_out,
    ProposalKind.REDUCE: envelopes.carry_out,
    ProposalKind.TRANSFER: envelopes.carry_out,
    ProposalKind.REISSUE: payouts.hand_out_again,
    ProposalKind.CLOSE: closing.carry_out,
    ProposalKind.REOPEN: closing.carry_out,
    ProposalKind.WRITE_OFF: recoveries.write_off,
}
"""What each kind of proposal does when it is confirmed."""


def confirm(session: Session, actor: Actor, now: datetime, proposal_id: str, answer: str | None = None) -> Proposal:
    """Confirms a proposal and carries it out in the same step. Raises what `decide` and the step itself raise."""
    made = decide(session, actor, now, proposal_id, confirmed=True, answer=answer)
    CARRY_OUT[made.kind](session, actor, now, made)
    return made


def turn_down(session: Session, actor: Actor, now: datetime, proposal_id: str, answer: str) -> Proposal:
    """Turns a proposal down, with an answer; nothing of it is done."""
    return decide(session, actor, now, proposal_id, confirmed=False, answer=answer)
