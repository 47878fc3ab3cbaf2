"""Acts the sample story out, day by day, through the same commands that people give."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from operator import attrgetter
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine

from schedules.clock import SHANGHAI, Clock
from subsidy.accounts.duties import give, usual
from subsidy.accounts.passwords import hashed
from subsidy.database import writing
from subsidy.demo.acts import Call, act, start
from subsidy.demo.money import Treasury
from subsidy.demo.story import PASSWORD, Project, Step, office, projects
from subsidy.finance.disburse import disburse
from subsidy.records import Duty, Organisation, Role, Trigger, User
from subsidy.workflow.access import log
from subsidy.workflow.actor import Actor
from subsidy.workflow.heads import close_day

_FIRST_DAY: Final = date(2024, 1, 2)


class _Scene(NamedTuple):
    """What happens on a day, at the moment it is given."""

    on: date
    play: Callable[[datetime], object]


def seed(engine: Engine, clock: Clock) -> None:
    """Fills an empty database with what happened before today; what is still to come then is left out.

    All of it is one transaction: a database that was being filled when the process died is still empty.
    """
    with engine.begin() as connection:
        stage = _Stage(connection)
        stage.engage(min(clock.now(), _moment(_FIRST_DAY, 0)))
        for number, scene in enumerate(sorted(stage.scenes(), key=attrgetter("on"))):
            if scene.on >= clock.today():
                break
            scene.play(_moment(scene.on, number))


def _moment(day: date, number: int) -> datetime:
    """A moment in office hours, later for a later number."""
    return datetime.combine(day, time(9), SHANGHAI).astimezone(UTC) + timedelta(minutes=number)


@dataclass
class _Stage:
    connection: Connection
    actors: dict[str, Actor] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)
    """From the name of each project to its application."""

    def engage(self, now: datetime) -> None:
        """The enterprises and the people, all with one password, which is hashed once because that takes its time."""
        told, secret = office(), hashed(PASSWORD)
        with writing(self.connection) as session:
            enterprises = {key: Organisation(**one.model_dump()) for key, one in told.organisations.items()}
            session.add_all(enterprises.values())
            for key, person in told.people.items():
                organisation_id = enterprises[person.organisation].id if person.organisation else None
                values = person.model_dump(exclude={"organisation", "duties"})
                user = User(**values, organisation_id=organisation_id, password_hash=secret, created_at=now)
                session.add(user)
                owner = frozenset({Duty.OWN}) if user.role is Role.APPLICANT else usual(user.role)
                duties = owner if person.duties is None else frozenset(person.duties)
                give(session, user, duties, now, None)
                self.actors[key] = Actor(user.id, user.name, user.role, organisation_id, duties)

    def scenes(self) -> Iterator[_Scene]:
        """Everything that happens; on one day, ticks first, then what finance does."""
        for day in office().ticks:
            yield _Scene(day, partial(self._tick, day))
        for scene in Treasury(self.connection, self.actors).scenes():
            yield _Scene(*scene)
        for project in projects():
            yield _Scene(project.started, partial(self._start, project))
            for step in project.steps:
                yield _Scene(step.on, partial(self._step, project, step))

    def _tick(self, day: date, now: datetime) -> None:
        disburse(self.connection, as_of=day, now=now, trigger=Trigger.TICK)
        close_day(self.connection, day, now)

    def _start(self, project: Project, now: datetime) -> None:
        with writing(self.connection) as session:
            self.cases[project.name] = start(session, self.actors[project.by], now, project)

    def _step(self, project: Project, step: Step, now: datetime) -> None:
        by = project.by if step.do in ("submit", "withdraw", "appeal") else step.by
        with writing(self.connection) as session:
            if step.do != "lapse":  # which nobody does
                log(session, self.actors[by], self.cases[project.name], step.on, now)
            act(Call(session, self.actors[by], now, self.cases[project.name], step))
