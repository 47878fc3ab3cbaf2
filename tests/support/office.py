"""A small office for tests: two enterprises, the zone's staff, and applications brought to any state by the real commands."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Final

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from rules.facts import Value
from schedules.calendar import china
from schedules.clock import SHANGHAI
from subsidy.database import reading, writing
from subsidy.records import Application, Award, Event, Instalment, Organisation, Role, User
from subsidy.workflow import applications, review, years
from subsidy.workflow.actor import Actor

JIA, YI = "jia", "yi"
"""The two enterprises."""

STORAGE: Final[Mapping[str, Value]] = {
    "in_zone": True,
    "new_build": True,
    "project_side": "user",
    "commissioned_on": date(2025, 3, 10),
    "capacity_kwh": Decimal(12000),
    "rated_power_kw": Decimal(6000),
    "cycles_per_year": Decimal(480),
}
JUDGED = ("advanced_technology", "drives_industry", "typical_scenario")

APPLICANT: Final = Actor("li", "李明", Role.APPLICANT, JIA)
STRANGER: Final = Actor("wang", "王芳", Role.APPLICANT, YI)
ADMINISTRATOR: Final = Actor("chen", "陈立", Role.ADMINISTRATOR)
RELATED: Final = Actor("zhao", "赵敏", Role.ADMINISTRATOR, JIA)
FINANCE: Final = Actor("sun", "孙洁", Role.FINANCE)
ACTORS: Final = {
    "applicant": APPLICANT,
    "stranger": STRANGER,
    "administrator": ADMINISTRATOR,
    "related administrator": RELATED,
    "finance": FINANCE,
}

FIRST_DAY: Final = date(2026, 3, 1)


def noon(day: date) -> datetime:
    """Noon in Shanghai of a day, in UTC."""
    return datetime.combine(day, time(12), SHANGHAI).astimezone(UTC)


class Office:
    """One database with people; `day` is the day on which the next command is given."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.day = FIRST_DAY
        self.submitted = ""
        with writing(engine) as session:
            session.add(Organisation(id=JIA, name="上海甲储能科技有限公司", credit_code="91310115MA1K35XK6Q"))
            session.add(Organisation(id=YI, name="上海乙新能源有限公司", credit_code="91310000MA1FL70B67"))
            for actor in ACTORS.values():
                session.add(_user(actor))

    @property
    def now(self) -> datetime:
        return noon(self.day)

    def draft(
        self, facts: Mapping[str, Value] = STORAGE, scheme: str = "user-side-storage", actor: Actor = APPLICANT
    ) -> str:
        with writing(self.engine) as session:
            made = applications.start(
                session,
                actor,
                self.now,
                policy_id="lingang-2024",
                scheme_id=scheme,
                project_name="临港园区用户侧储能项目",
                facts=facts,
            )
        return made.id

    def submit(self, application_id: str, actor: Actor = APPLICANT) -> str:
        with self.version(application_id) as (session, version):
            applications.submit(session, actor, self.now, self.day, application_id, version)
        return application_id

    def withdraw(self, application_id: str) -> str:
        with writing(self.engine) as session:
            applications.withdraw(session, APPLICANT, self.now, application_id, "项目终止")
        return application_id

    def judge(self, application_id: str, key: str, value: Value | None = True) -> None:
        with self.version(application_id) as (session, version):
            review.judge(session, ADMINISTRATOR, self.now, application_id, key, value, "专家评审意见", version)

    def correct(self, application_id: str, key: str, value: Value | None) -> None:
        with self.version(application_id) as (session, version):
            review.correct(session, ADMINISTRATOR, self.now, application_id, key, value, "并网验收意见", version)

    def set_rate(self, application_id: str, rate: str) -> None:
        with self.version(application_id) as (session, version):
            review.set_rate(session, ADMINISTRATOR, self.now, application_id, Decimal(rate), "评审会议纪要", version)

    def ready(self, application_id: str) -> str:
        """Judges and verifies a storage project, so that it can be approved."""
        for key in JUDGED:
            self.judge(application_id, key)
        self.correct(application_id, "commissioned_on", STORAGE["commissioned_on"])
        return application_id

    def approve(self, application_id: str) -> Award:
        with self.version(application_id) as (session, version):
            return review.approve(
                session, ADMINISTRATOR, self.now, self.day, application_id, version, "符合条件", china()
            )

    def refuse(self, application_id: str) -> str:
        with self.version(application_id) as (session, version):
            review.refuse(session, ADMINISTRATOR, self.now, self.day, application_id, version, "不属于储能项目")
        return application_id

    def approved(self, facts: Mapping[str, Value] = STORAGE) -> Award:
        """A storage project, all the way from the draft to the award."""
        return self.approve(self.ready(self.submit(self.draft(facts))))

    def figure(self, award: Award, year: int, cycles: int, reason: str | None = None) -> None:
        with writing(self.engine) as session:
            years.record_figure(
                session,
                ADMINISTRATOR,
                self.now,
                self.day,
                award.id,
                year,
                Decimal(cycles),
                f"检测报告第 {year} 号",
                reason,
            )

    def release(self, instalment: Instalment) -> None:
        with writing(self.engine) as session:
            years.release(session, ADMINISTRATOR, self.now, instalment.id, "电网检修所致")

    def forfeit(self, instalment: Instalment) -> None:
        with writing(self.engine) as session:
            years.forfeit(session, ADMINISTRATOR, self.now, instalment.id, "长期停运")

    @contextmanager
    def version(self, application_id: str) -> Iterator[tuple[Session, int]]:
        """A step on the application as it is now."""
        version = self.application(application_id).version
        with writing(self.engine) as session:
            yield session, version

    def application(self, application_id: str) -> Application:
        with reading(self.engine) as session:
            return session.get_one(Application, application_id)

    def award(self, application_id: str) -> Award:
        with reading(self.engine) as session:
            return session.exec(select(Award).where(col(Award.application_id) == application_id)).one()

    def instalments(self, award: Award) -> list[Instalment]:
        with reading(self.engine) as session:
            query = select(Instalment).where(col(Instalment.award_id) == award.id)
            return list(session.exec(query.order_by(col(Instalment.number))))

    def events(self, application_id: str) -> list[Event]:
        with reading(self.engine) as session:
            return list(session.exec(select(Event).where(Event.subject_id == application_id).order_by(col(Event.id))))


def _user(actor: Actor) -> User:
    return User(
        id=str(actor.id),
        email=f"{actor.id}@example.cn",
        name=actor.name,
        password_hash="-",
        role=Role(actor.role),
        organisation_id=actor.organisation_id,
        created_at=noon(FIRST_DAY),
    )
