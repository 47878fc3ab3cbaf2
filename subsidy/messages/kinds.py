"""Which step is told to whom. The words are in the catalogue `messages`: for each, `AUDIENCE_COMMAND` and `…_subject`."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from subsidy.workflow.transitions import Command


class Audience(StrEnum):
    """Who is told."""

    APPLICANT = "applicant"
    """Everybody who acts for the organisation that has applied."""
    OFFICE = "office"
    """Every administrator; of a case that was never handed in they are told nothing."""


_APPLICANT: Final = frozenset({Audience.APPLICANT})
_BOTH: Final = frozenset(Audience)

TOLD: Final[Mapping[Command, frozenset[Audience]]] = MappingProxyType(
    {
        Command.SUBMIT: _BOTH,
        Command.ACCEPT: _APPLICANT,
        Command.RETURN: _APPLICANT,
        Command.LAPSE: _APPLICANT,
        Command.WITHDRAW: _BOTH,
        Command.PUBLISH: _APPLICANT,
        Command.OBJECT: frozenset({Audience.OFFICE}),
        Command.END_NOTICE: _BOTH,
        Command.APPROVE: _APPLICANT,
        Command.REFUSE: _APPLICANT,
        Command.APPEAL: _BOTH,
        Command.UPHOLD: _APPLICANT,
        Command.REOPEN: _APPLICANT,
        Command.CLOSE: _APPLICANT,
        Command.RECORD_FIGURE: _APPLICANT,
        Command.RELEASE: _APPLICANT,
        Command.FORFEIT: _APPLICANT,
        Command.GENERATE: _APPLICANT,
        Command.AMEND: _APPLICANT,
        Command.REVOKE: _APPLICANT,
    }
)
"""The steps that people are told of; those that lead to another status only when they have led there."""

SILENT: Final = frozenset(
    {
        Command.START,
        Command.SAVE,
        Command.CLAIM,
        Command.UNCLAIM,
        Command.JUDGE,
        Command.CORRECT,
        Command.SET_RATE,
        Command.RECOMMEND,
        Command.ANSWER,
        Command.TAKE_BACK,
        Command.DESCRIBE,
        Command.ATTACH,
        Command.DETACH,
        Command.FILE,
        Command.UNFILE,
        Command.REVISE,
        Command.KEEP,
    }
)
"""Steps on the way, of which nobody is told by mail."""
