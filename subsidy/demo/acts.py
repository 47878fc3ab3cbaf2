"""What each step of the sample story does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from sqlmodel import Session, col, select

from rules.facts import Value
from rules.load import packs
from schedules.calendar import china
from subsidy.demo.story import Particulars, Project, Step
from subsidy.records import Application, Award, Instalment, Notice, Recommendation
from subsidy.workflow import appeals, applications, notices, particulars, procedure, recommendation, review, years
from subsidy.workflow.actor import Actor
from subsidy.workflow.particulars import Stated, Support
from subsidy.workflow.sheet import open_sheet

_POLICY: Final = "lingang-2024"
_JUDGED: Final = "专家评审组评审意见"
_INSPECTED: Final = "与并网验收意见核对一致"


@dataclass(frozen=True)
class Call:
    """One step of one application, by somebody at a moment."""

    session: Session
    actor: Actor
    now: datetime
    application_id: str
    step: Step

    @property
    def version(self) -> int:
        """The application's version as it now is."""
        return self.session.get_one(Application, self.application_id).version

    @property
    def award(self) -> Award:
        """The award that the application has been granted."""
        return self.session.exec(select(Award).where(col(Award.application_id) == self.application_id)).one()

    @property
    def instalment(self) -> Instalment:
        """The instalment that the step names."""
        query = select(Instalment).where(col(Instalment.award_id) == self.award.id)
        return self.session.exec(query.where(col(Instalment.number) == self.step.instalment)).one()

    @property
    def value(self) -> Value:
        """The value that the step gives its fact."""
        return packs()[_POLICY].fact(self.step.key).read(self.step.value)


def start(session: Session, actor: Actor, now: datetime, project: Project) -> str:
    """Starts a project's application; returns its id."""
    policy = packs()[_POLICY]
    application = applications.start(
        session,
        actor,
        now,
        policy_id=_POLICY,
        scheme_id=project.scheme,
        project_name=project.name,
        facts={key: policy.fact(key).read(raw) for key, raw in project.facts.items()},
    )
    told = project.particulars
    if told != Particulars():
        support = None if told.support is None else tuple(Support(*each) for each in told.support)
        stated = Stated(told.site, told.filing, told.meters, told.serials, support)
        particulars.describe(session, actor, now, application.id, stated, application.version)
    return application.id


def act(call: Call) -> None:
    """Carries a step out."""
    _ACTS[call.step.do](call)


def _submit(call: Call) -> None:
    applications.submit(call.session, call.actor, call.now, call.step.on, call.application_id, call.version)


def _withdraw(call: Call) -> None:
    applications.withdraw(call.session, call.actor, call.now, call.application_id, call.step.reason, call.version)


def _accept(call: Call) -> None:
    procedure.accept(call.session, call.actor, call.now, call.application_id, call.version)


def _return(call: Call) -> None:
    step = call.step
    procedure.return_for_correction(call.session, call.actor, call.now, call.application_id, step.reason, call.version)


def _lapse(call: Call) -> None:
    procedure.lapse(call.session, call.now, call.step.on, call.application_id)


def _review(call: Call) -> None:
    """Judges every point that a person decides as met, and verifies the commissioning where operating years count from it."""
    sheet = open_sheet(call.session, call.session.get_one(Application, call.application_id))
    for condition in sheet.scheme.conditions:
        if condition.decided_by == "person":
            _verify(review.judge, call, condition.fact, True, _JUDGED)
    release = sheet.scheme.terms.release
    if release is not None:
        _verify(review.correct, call, release.starts, sheet.declared[release.starts], _INSPECTED)


def _judge(call: Call) -> None:
    _verify(review.judge, call, call.step.key, call.value, call.step.reason)


def _correct(call: Call) -> None:
    _verify(review.correct, call, call.step.key, call.value, call.step.reason)


def _verify(command: Callable[..., Application], call: Call, key: str, value: Value, reason: str) -> None:
    command(call.session, call.actor, call.now, call.application_id, key, value, reason, call.version)


def _rate(call: Call) -> None:
    rate = Decimal(str(call.step.value))
    review.set_rate(call.session, call.actor, call.now, call.application_id, rate, call.step.reason, call.version)


def _recommend(call: Call) -> None:
    step = call.step
    recommendation.recommend(
        call.session, call.actor, call.now, step.on, call.application_id, call.version, step.outcome, step.reason
    )


def _publish(call: Call) -> None:
    notices.publish(call.session, call.actor, call.now, call.step.on, call.application_id, call.version)


def _object(call: Call) -> None:
    notice = call.session.exec(
        select(Notice)
        .join(Recommendation, col(Recommendation.id) == col(Notice.recommendation_id))
        .where(col(Recommendation.application_id) == call.application_id, col(Recommendation.voided_at).is_(None))
    ).one()
    notices.object_to(
        call.session, call.now, call.step.on, notice.id, name="同行企业", contact="021-00000000", text=call.step.reason
    )


def _end_notice(call: Call) -> None:
    notices.end_notice(call.session, call.now, call.step.on, call.application_id)


def _approve(call: Call) -> None:
    step = call.step
    recommendation.approve(
        call.session, call.actor, call.now, step.on, call.application_id, call.version, step.reason, china()
    )


def _refuse(call: Call) -> None:
    step = call.step
    recommendation.refuse(call.session, call.actor, call.now, step.on, call.application_id, call.version, step.reason)


def _appeal(call: Call) -> None:
    step = call.step
    appeals.appeal(call.session, call.actor, call.now, step.on, call.application_id, step.reason, call.version)


def _uphold(call: Call) -> None:
    step = call.step
    appeals.uphold(call.session, call.actor, call.now, step.on, call.application_id, call.version, step.reason)


def _reopen(call: Call) -> None:
    step = call.step
    appeals.reopen(call.session, call.actor, call.now, step.on, call.application_id, call.version, step.reason)


def _close(call: Call) -> None:
    appeals.close(call.session, call.actor, call.now, call.step.on, call.application_id, call.version)


def _figure(call: Call) -> None:
    step = call.step
    figure = Decimal(str(step.value))
    years.record_figure(
        call.session, call.actor, call.now, step.on, call.award.id, step.year, figure, step.evidence, step.reason
    )


def _release(call: Call) -> None:
    years.release(call.session, call.actor, call.now, call.instalment.id, call.step.reason)


def _forfeit(call: Call) -> None:
    years.forfeit(call.session, call.actor, call.now, call.instalment.id, call.step.reason)


_ACTS: Final[Mapping[str, Callable[[Call], None]]] = {
    "submit": _submit,
    "withdraw": _withdraw,
    "accept": _accept,
    "return": _return,
    "lapse": _lapse,
    "review": _review,
    "judge": _judge,
    "correct": _correct,
    "rate": _rate,
    "recommend": _recommend,
    "publish": _publish,
    "object": _object,
    "end_notice": _end_notice,
    "approve": _approve,
    "refuse": _refuse,
    "appeal": _appeal,
    "uphold": _uphold,
    "reopen": _reopen,
    "close": _close,
    "figure": _figure,
    "release": _release,
    "forfeit": _forfeit,
}
