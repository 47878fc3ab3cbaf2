"""A small office for tests: two enterprises, the zone's staff, and applications brought to any state by the real commands."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, Final
from weakref import finalize

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from rules.facts import Value
from schedules.calendar import china
from subsidy import accounts
from subsidy.accounts.duties import give
from subsidy.database import reading, writing
from subsidy.documents import content
from subsidy.documents.store import Store
from subsidy.records import (
    Application,
    ApplicationStatus,
    Award,
    Document,
    Event,
    Instalment,
    Letter,
    Notice,
    Objection,
    Organisation,
    Outcome,
    Role,
    User,
)
from subsidy.workflow import (
    appeals,
    applications,
    documents,
    notices,
    particulars,
    procedure,
    recommendation,
    review,
    years,
)
from subsidy.workflow.actor import Actor
from tests.support.people import ACTORS as ACTORS
from tests.support.people import ADMINISTRATOR as ADMINISTRATOR
from tests.support.people import APPLICANT as APPLICANT
from tests.support.people import AUDITOR as AUDITOR
from tests.support.people import CASEWORK as CASEWORK
from tests.support.people import CHECKER as CHECKER
from tests.support.people import FINANCE as FINANCE
from tests.support.people import JIA as JIA
from tests.support.people import REGISTRAR as REGISTRAR
from tests.support.people import RELATED as RELATED
from tests.support.people import SECOND as SECOND
from tests.support.people import STRANGER as STRANGER
from tests.support.people import THIRD as THIRD
from tests.support.people import YI as YI
from tests.support.treasury import FIRST_DAY as FIRST_DAY
from tests.support.treasury import Treasury
from tests.support.treasury import noon as noon

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

HASH: Final = "$argon2id$v=19$m=8,t=1,p=1$b4R2+i6Ff9S11maf2ZA2eA$7OT+EuIr+QqynD4X347m7Eoa5pYEEvx081j11gFEHn0"
"""Of tests.support.web.PASSWORD, which everybody here has; cheap to compare."""


class Office(Treasury):
    """One database with people; `day` is the day on which the next command is given."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.submitted = ""
        folder = mkdtemp()
        finalize(self, rmtree, folder, ignore_errors=True)
        self.store = Store(Path(folder) / "documents", 1024**2, 2 * 1024**2)
        with writing(engine) as session:
            session.add(Organisation(id=JIA, name="上海甲储能科技有限公司", credit_code="91310115MA1K35XK0N"))
            session.add(Organisation(id=YI, name="上海乙新能源有限公司", credit_code="91310000MA1FL70B67"))
            _employ(session, *ACTORS.values(), SECOND, THIRD)

    def employ(self, *actors: Actor) -> None:
        """More people with accounts."""
        with writing(self.engine) as session:
            _employ(session, *actors)

    def moved(self, actor: Actor) -> Actor:
        """The same person with another account, in place of the former."""
        with writing(self.engine) as session:
            session.get_one(User, actor.id).disabled_at = self.now
        with writing(self.engine) as session:
            again = accounts.add_user(
                session,
                self.now,
                email=f"{actor.id}.again@example.cn",
                password="a sentence to remember",
                role=Role(actor.role),
                person=f"{actor.id}@example.cn",
            )
        return replace(actor, id=again.id)

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

    def accept(self, application_id: str) -> str:
        with self.version(application_id) as (session, version):
            procedure.accept(session, ADMINISTRATOR, self.now, application_id, version)
        return application_id

    def take_up(self, application_id: str) -> None:
        """Accepts what has just been handed in."""
        if self.application(application_id).status is ApplicationStatus.SUBMITTED:
            self.accept(application_id)

    def accepted(self, facts: Mapping[str, Value] = STORAGE, scheme: str = "user-side-storage") -> str:
        """An application that is being verified."""
        return self.accept(self.submit(self.draft(facts, scheme)))

    def send_back(self, application_id: str) -> str:
        with self.version(application_id) as (session, version):
            procedure.return_for_correction(
                session, ADMINISTRATOR, self.now, application_id, "一、缺检测报告；二、容量与备案不一致", version
            )
        return application_id

    def judge(self, application_id: str, key: str, value: Value | None = True) -> None:
        self.take_up(application_id)
        with self.version(application_id) as (session, version):
            review.judge(session, ADMINISTRATOR, self.now, application_id, key, value, "专家评审意见", version)

    def correct(self, application_id: str, key: str, value: Value | None) -> None:
        self.take_up(application_id)
        with self.version(application_id) as (session, version):
            review.correct(session, ADMINISTRATOR, self.now, application_id, key, value, "并网验收意见", version)

    def set_rate(self, application_id: str, rate: str) -> None:
        self.take_up(application_id)
        with self.version(application_id) as (session, version):
            review.set_rate(session, ADMINISTRATOR, self.now, application_id, Decimal(rate), "评审会议纪要", version)

    def describe(self, application_id: str, actor: Actor = APPLICANT, **stated: Any) -> str:
        """States particulars of the project."""
        with self.version(application_id) as (session, version):
            particulars.describe(session, actor, self.now, application_id, particulars.Stated(**stated), version)
        return application_id

    def attach(
        self,
        application_id: str,
        data: bytes,
        name: str = "检测报告.pdf",
        kind: str = "grid-test-report",
        actor: Actor = APPLICANT,
    ) -> Document:
        """A document, put in by the applicant or by another."""
        with self.store.incoming() as file:
            file.write(data)
            file.finish()
            form = content.examine(file.path, name)
            with writing(self.engine) as session:
                return documents.add(
                    session,
                    actor,
                    self.now,
                    application_id,
                    kind=kind,
                    name=name,
                    form=form,
                    file=file,
                    store=self.store,
                )

    def detach(self, application_id: str, document_id: str, actor: Actor = APPLICANT) -> Document:
        with writing(self.engine) as session:
            return documents.take_out(session, actor, self.now, application_id, document_id)

    def ready(self, application_id: str) -> str:
        """Judges and verifies a storage project, so that it can be approved."""
        self.take_up(application_id)
        for key in JUDGED:
            self.judge(application_id, key)
        self.correct(application_id, "commissioned_on", STORAGE["commissioned_on"])
        return application_id

    def recommend(self, application_id: str, outcome: str = "grant", actor: Actor = ADMINISTRATOR) -> str:
        self.take_up(application_id)
        with self.version(application_id) as (session, version):
            recommendation.recommend(
                session, actor, self.now, self.day, application_id, version, Outcome(outcome), "符合各项条件"
            )
        return application_id

    def publish(self, application_id: str, day: date | None = None) -> Notice:
        """On notice from `day` on, by default the present one."""
        day = day or self.day
        with self.version(application_id) as (session, version):
            return notices.publish(session, ADMINISTRATOR, noon(day), day, application_id, version)

    def on_notice(self, application_id: str) -> str:
        """On notice since so long ago that nobody can object any more."""
        self.publish(self.recommend(application_id), self.day - timedelta(days=14))
        return application_id

    def before_decision(self, application_id: str) -> str:
        """Recommended and published; the notice is over."""
        self.on_notice(application_id)
        with writing(self.engine) as session:
            notices.end_notice(session, self.now, self.day, application_id)
        return application_id

    def object_to(self, notice: Notice) -> Objection:
        with writing(self.engine) as session:
            return notices.object_to(
                session,
                self.now,
                notice.published_on,
                notice.id,
                name="王强",
                contact="13800000000",
                text="装机容量不实",
            )

    def sign(self, application_id: str, actor: Actor) -> Award | None:
        with self.version(application_id) as (session, version):
            return recommendation.approve(
                session, actor, self.now, self.day, application_id, version, "符合条件", china()
            )

    def approve(self, application_id: str) -> Award:
        """Takes what has been verified through all that follows, up to the last signature."""
        if self.application(application_id).status is not ApplicationStatus.DECISION:
            self.before_decision(application_id)
        award = self.sign(application_id, SECOND) or self.sign(application_id, THIRD)
        assert award is not None
        return award

    def refuse(self, application_id: str) -> str:
        return self.decide_against(self.recommend(application_id, "refuse"))

    def decide_against(self, application_id: str, actor: Actor = SECOND) -> str:
        with self.version(application_id) as (session, version):
            recommendation.refuse(session, actor, self.now, self.day, application_id, version, "不属于储能项目")
        return application_id

    def appeal(self, application_id: str) -> str:
        with self.version(application_id) as (session, version):
            appeals.appeal(session, APPLICANT, self.now, self.day, application_id, "铭牌容量有误", version)
        return application_id

    def uphold(self, application_id: str, actor: Actor = THIRD) -> str:
        with self.version(application_id) as (session, version):
            appeals.uphold(session, actor, self.now, self.day, application_id, version, "原决定无误")
        return application_id

    def reopen(self, application_id: str, actor: Actor = THIRD) -> str:
        with self.version(application_id) as (session, version):
            appeals.reopen(session, actor, self.now, self.day, application_id, version, "容量须重新核实")
        return application_id

    def close(self, application_id: str) -> str:
        with self.version(application_id) as (session, version):
            appeals.close(session, ADMINISTRATOR, self.now, self.day, application_id, version)
        return application_id

    def take_back(self, application_id: str) -> str:
        with self.version(application_id) as (session, version):
            recommendation.take_back(session, ADMINISTRATOR, self.now, application_id, version, "补充核实")
        return application_id

    def approved(self, facts: Mapping[str, Value] = STORAGE) -> Award:
        """A storage project, all the way from the draft to the award."""
        return self.approve(self.ready(self.accepted(facts)))

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

    def letters(self, application_id: str) -> list[Letter]:
        with reading(self.engine) as session:
            query = select(Letter).where(col(Letter.application_id) == application_id)
            return list(session.exec(query.order_by(col(Letter.number))))

    def events(self, application_id: str) -> list[Event]:
        with reading(self.engine) as session:
            return list(session.exec(select(Event).where(Event.subject_id == application_id).order_by(col(Event.id))))


def _employ(session: Session, *actors: Actor) -> None:
    for actor in actors:
        user = User(
            id=str(actor.id),
            email=f"{actor.id}@example.cn",
            name=actor.name,
            password_hash=HASH,
            role=Role(actor.role),
            organisation_id=actor.organisation_id,
            created_at=noon(FIRST_DAY),
        )
        session.add(user)
        give(session, user, actor.duties, noon(FIRST_DAY), None)
