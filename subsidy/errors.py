"""What is refused in the ordinary course of business: each refusal has a code, a status and words for people.

A code is stable; API clients may test it. Its wording is in the catalogue `errors`, or in a room's own where the code
names one: `workflow.own_organisation` is the entry `own_organisation` of `workflow.yaml`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from rules.faults import Fault
from subsidy.locale import text


class SubsidyError(Exception):
    """A refusal that people are told about. `params` fill the placeholders of its wording."""

    status: ClassVar[int]
    """The HTTP status that it answers with."""

    headers: Mapping[str, str] = {}
    """What the answer over HTTP says beside it."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def message(self, lang: str) -> str:
        """What is wrong and what to do, in `lang`."""
        return _worded(lang, self.code, self.params)


class Unauthenticated(SubsidyError):
    """Nobody known is signed in."""

    status = 401

    def __init__(self, code: str = "sign_in", **params: str) -> None:
        super().__init__(code, **params)


class NotFound(SubsidyError):
    """There is none, or none that this person may know of."""

    status = 404

    def __init__(self, code: str = "not_found", **params: str) -> None:
        super().__init__(code, **params)


class Refused(SubsidyError):
    """The state of things does not allow it."""

    status = 409


class Forbidden(Refused):
    """This person may not do it, whatever the state of things."""

    status = 403

    def __init__(self, code: str = "role", **params: str) -> None:
        super().__init__(code, **params)


class Stale(Refused):
    """Somebody else changed it since it was read."""

    def __init__(self, code: str = "stale", *, present: Mapping[str, str | int] | None = None) -> None:
        super().__init__(code)
        self.present = present
        """How it now stands, for programs."""


class ProofNeeded(SubsidyError):
    """The session was opened too long ago for a step of this weight: the password has to be given again."""

    status = 403

    def __init__(self, code: str = "proof_needed", **params: str) -> None:
        super().__init__(code, **params)


class TooMany(SubsidyError):
    """It was tried too often lately; `wait` is for how many seconds to leave it."""

    status = 429

    def __init__(self, code: str = "too_many", *, wait: int) -> None:
        super().__init__(code, minutes=str(-(-wait // 60)))
        self.headers = {"Retry-After": str(wait)}


class Unrecorded(SubsidyError):
    """The record cannot be written, so nothing is done that would have to stand in it."""

    status = 503

    def __init__(self, code: str = "unrecorded", **params: str) -> None:
        super().__init__(code, **params)


@dataclass(frozen=True, slots=True)
class FieldFault(Fault):
    """A fault in a field that no policy knows, such as a password; its wording is found as that of a refusal."""

    def message(self, lang: str) -> str:
        """What was found and what to do, in `lang`."""
        return _worded(lang, self.code, self.params)


def _worded(lang: str, code: str, params: Mapping[str, str]) -> str:
    return text(lang, code if "." in code else f"errors.{code}", **params)
