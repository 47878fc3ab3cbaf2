"""Who asks for a change."""

from dataclasses import dataclass
from typing import Final

from subsidy.records import Duty


@dataclass(frozen=True)
class Actor:
    """The person, or the system, that a command and its event are signed by.

    `id` is None for the system alone; `organisation_id` is None for those who belong to no applying organisation.
    An administrator may belong to one: then he may not decide on its applications.
    """

    id: str | None
    name: str
    role: str
    organisation_id: str | None = None
    duties: frozenset[Duty] = frozenset()
    """What he may do within his role; nothing where none is named."""


SYSTEM: Final = Actor(id=None, name="system", role="system")
"""Signs what the scheduler does."""

PUBLIC: Final = Actor(id=None, name="public", role="public")
"""Whoever objects to a notice, without an account. Who it was stands in the objection alone."""
