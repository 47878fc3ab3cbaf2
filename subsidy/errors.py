"""What is refused in the ordinary course of business: each refusal has a code, a status and words for people.

A code is stable; API clients may test it. Its wording is in the catalogue `errors`, or in a room's own where the code
names one: `workflow.own_organisation` is the entry `own_organisation` of `workflow.yaml`.
"""

from typing import ClassVar

from subsidy.locale import text


class SubsidyError(Exception):
    """A refusal that people are told about. `params` fill the placeholders of its wording."""

    status: ClassVar[int]
    """The HTTP status that it answers with."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def message(self, lang: str) -> str:
        """What is wrong and what to do, in `lang`."""
        key = self.code if "." in self.code else f"errors.{self.code}"
        return text(lang, key, **self.params)


class Unauthenticated(SubsidyError):
    """Nobody known is signed in."""

    status = 401


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


class Stale(Refused):
    """Somebody else changed it since it was read."""

    def __init__(self, code: str = "stale", **params: str) -> None:
        super().__init__(code, **params)
