"""The sample story as it is written in the YAML files beside this one."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from rules.document import read_document
from subsidy.records import Duty, Outcome, Role

PASSWORD: Final = "lingang-sample-2026"  # noqa: S105 -- meant to be known; it opens nothing but the sample accounts
"""Of every sample account."""

_HERE: Final = Path(__file__).parent

Whole = Annotated[int, BeforeValidator(int)]
Day = Annotated[date, BeforeValidator(date.fromisoformat)]


class Model(BaseModel):
    """What the files say: every field known, none changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Enterprise(Model):
    """An enterprise that applies."""

    name: str
    credit_code: str


class Person(Model):
    """Somebody with an account; `organisation` is the key of an enterprise."""

    email: str
    name: str
    role: Role
    organisation: str | None = None
    duties: tuple[Duty, ...] | None = None
    """Those that are usual for the role where none are named; who applies looks after the accounts of his enterprise."""


class Office(Model):
    """Who takes part, whose accounts are told to the reader, and when the scheduler ran."""

    organisations: dict[str, Enterprise]
    people: dict[str, Person]
    told: tuple[str, ...]
    ticks: tuple[Day, ...]


class Step(Model):
    """One command on a day. `by` is an administrator's key; what applicants do is done by who started the project."""

    on: Day
    do: Literal[
        "submit",
        "withdraw",
        "accept",
        "return",
        "lapse",
        "review",
        "judge",
        "correct",
        "rate",
        "recommend",
        "publish",
        "object",
        "end_notice",
        "approve",
        "refuse",
        "appeal",
        "uphold",
        "reopen",
        "close",
        "figure",
        "release",
        "forfeit",
    ]
    by: str = "chen"
    outcome: Outcome = Outcome.GRANT
    key: str = ""
    value: str | bool = ""
    year: Whole = 0
    instalment: Whole = 0
    evidence: str = ""
    reason: str = ""


class Particulars(Model):
    """What tells a project from others. `support` is other public support, as programme, fen and year."""

    site: str = ""
    filing: str = ""
    meters: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()
    support: tuple[tuple[str, Whole, Whole], ...] | None = None


class Project(Model):
    """One application: what its applicant declares, over what its file says of all, and what becomes of it."""

    by: str
    scheme: str = ""
    name: str
    started: Day
    facts: dict[str, str | bool]
    particulars: Particulars = Particulars()
    steps: tuple[Step, ...]


class Account(NamedTuple):
    """An account that a reader may sign in with."""

    email: str
    name: str
    role: Role
    organisation: str | None


@cache
def office() -> Office:
    """Everybody who takes part."""
    return Office.model_validate(_read(_HERE / "office.yaml"))


@cache
def projects() -> tuple[Project, ...]:
    """Every application of the story."""
    return tuple(
        project
        for path in sorted(_HERE.glob("*.yaml"))
        if path.stem not in ("office", "money")
        for project in _of_file(path)
    )


class _File(Model):
    """Projects, with what most of them have in common."""

    scheme: str = ""
    facts: dict[str, str | bool]
    projects: tuple[Project, ...] = Field(min_length=1)


def _of_file(path: Path) -> Iterator[Project]:
    file = _File.model_validate(_read(path))
    for project in file.projects:
        own = {"scheme": project.scheme or file.scheme, "facts": {**file.facts, **project.facts}}
        yield project.model_copy(update=own)


def _read(path: Path) -> object:
    return read_document(path.read_bytes())


def _accounts() -> Iterator[Account]:
    people = office()
    for key in people.told:
        person = people.people[key]
        enterprise = people.organisations[person.organisation].name if person.organisation else None
        yield Account(person.email, person.name, person.role, enterprise)


ACCOUNTS: Final = tuple(_accounts())
"""One account for each kind of user, and an administrator who belongs to an enterprise."""
