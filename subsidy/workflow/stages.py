"""What the statuses of a case have in common."""

from typing import Final

from subsidy.records import ApplicationStatus as Status

OPEN: Final = frozenset(
    {
        Status.SUBMITTED,
        Status.RETURNED,
        Status.ACCEPTED,
        Status.RECOMMENDED,
        Status.NOTICE,
        Status.DECISION,
        Status.APPEALED,
    }
)
"""Handed in and not yet at an end: somebody has to do something."""

AWARDED: Final = frozenset({Status.APPROVED, Status.CLOSED})
"""An award is in force."""

GRANTED: Final = AWARDED | {Status.REVOKED}
"""An award was made, whatever became of it."""

DECIDED: Final = GRANTED | {Status.REFUSED, Status.APPEALED}

LIVE: Final = OPEN | AWARDED
"""It asks for money, or has been granted some."""

WRITABLE: Final = frozenset({Status.DRAFT, Status.RETURNED})
"""In the applicant's hands."""
