"""The files of a payout run: what they say of it from the record alone, at once for a short run and as a task for a long one."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlalchemy import JSON, cast, func
from sqlmodel import Session, col, select

from rules.faults import BadInput, Fault, excerpt
from rules.load import packs
from rules.money import Fen
from schedules.clock import SHANGHAI
from subsidy.database import reading
from subsidy.errors import FieldFault, NotFound, Refused
from subsidy.finance import payout_lines, payouts, tasks
from subsidy.finance.exports import Exports
from subsidy.finance.payout_steps import SUBJECT, Step
from subsidy.finance.task_work import Shop
from subsidy.finance.tasks import LONG, Work
from subsidy.records import Award, Event, Instalment, Payment, PayoutRun, PolicyText, Receipt, Task, TaskKind
from subsidy.reports.payout_columns import Line, RunFacts, Version
from subsidy.reports.payout_files import KINDS, PART_SIZES, write, write_parts
from subsidy.workflow.actor import Actor

Progress = Callable[[int, int | None], None]
_TOLD: Final = 500
"""After how many lines it is told how far the work is."""


def facts_of(session: Session, run: PayoutRun, site: str, lang: str = "zh") -> RunFacts:
    """What the files of a frozen run say of it. Refused where it was never frozen.

    People are called as they were at the time, and nothing is taken from the program that is running, so that the same run
    gives the same facts for ever.
    """
    if run.checked_at is None or run.approved_at is None or run.digest is None:
        raise Refused(f"payout.is_{run.status}", number=run.number)
    names = _names(session, run)
    return RunFacts(
        number=run.number,
        policy=run.policy_id,
        scheme=_scheme(run, lang),
        year=run.year,
        as_of=run.as_of,
        count=run.count,
        amount=Fen(run.amount_fen),
        digest=run.digest,
        made_by=names[Step.OPEN],
        made_on=run.made_at.astimezone(SHANGHAI).date(),
        checked_by=names[Step.CHECK],
        checked_on=run.checked_at.astimezone(SHANGHAI).date(),
        approved_by=names[Step.APPROVE],
        approved_at=run.approved_at.astimezone(SHANGHAI),
        versions=_versions(session, run),
        engines=_engines(session, run),
        address=f"{site.rstrip('/')}/finance/payouts/{run.id}",
    )


def make(
    session: Session,
    run: PayoutRun,
    kind: str,
    target: Path,
    site: str,
    *,
    size: int | None = None,
    lang: str = "zh",
    progress: Progress | None = None,
) -> str:
    """Writes a file of a run, in parts of `size` lines where that is given; returns the name that it is handed out under.

    Raises Refused where the run is no longer what was approved, or was never approved; what is at `target` is then of no use.
    """
    facts = facts_of(session, run, site, lang)
    lines = _counted(payout_lines.verified_lines(session, run), run.count, progress)
    if size is None:
        write(kind, facts, lines, target, lang)
    else:
        write_parts(kind, facts, lines, target, size, lang)
    return name_of(run, kind, size)


def name_of(run: PayoutRun, kind: str, size: int | None) -> str:
    """What a file of a run is called."""
    return f"{run.number}.{kind}{'.zip' if size else ''}"


def media_of(name: str) -> str:
    """How the web calls a file of that name."""
    if name.endswith(".zip"):
        return "application/zip"
    kinds = [kind for kind in KINDS if name.endswith(f".{kind}")]
    return KINDS[max(kinds, key=len)].media


def at_once(
    session: Session, actor: Actor, now: datetime, run: PayoutRun, kind: str, site: str, size: int | None
) -> bytes:
    """The file of a short run. Raises Forbidden or Refused where this person may not have it now or the run is long."""
    if refusal := payouts.may_download(session, actor, now, run):
        raise refusal
    if run.count > LONG:
        raise Refused("task.long", number=run.number, count=str(run.count))
    with TemporaryDirectory() as folder:
        target = Path(folder) / "file"
        make(session, run, kind, target, site, size=size)
        return target.read_bytes()


def ask(session: Session, actor: Actor, now: datetime, run_id: str, kind: str, size: int | None = None) -> Task:
    """Has the file of a run made as a task, in the same step under which it may be had. Raises Forbidden, Refused, NotFound."""
    run = payouts.find(session, run_id)
    if refusal := payouts.may_download(session, actor, now, run):
        raise refusal
    given = {"kind": kind} | ({"size": str(size)} if size else {})
    return tasks.ask(session, actor, now, TaskKind.EXPORT, run.id, given)


def export(shop: Shop, work: Work) -> str:
    """Makes the file that a task asks for; begun anew where a worker died."""
    given, site = work.given, shop.settings.base_url
    size = int(given["size"]) if "size" in given else None
    with reading(shop.engine) as session, Exports(shop.settings.var).making(work.task.id) as target:
        run = payouts.find(session, work.task.subject_id)
        return make(session, run, given["kind"], target, site, size=size, progress=work.beat)


def readable(session: Session, actor: Actor, now: datetime, task: Task) -> Refused | None:
    """Why this person may not have the file of a task now; None where he may. NotFound where the task makes none."""
    if task.kind is not TaskKind.EXPORT:
        raise NotFound
    return payouts.may_download(session, actor, now, payouts.find(session, task.subject_id))


def asked_kind(kind: str) -> str:
    """The kind of file that was asked for. NotFound where there is none such."""
    if kind not in KINDS:
        raise NotFound
    return kind


def asked_size(typed: str) -> int | None:
    """How many lines a part is to have, as it was typed; None for a whole file. Raises BadInput."""
    if not typed.strip():
        return None
    low, high = PART_SIZES
    if not (typed.isascii() and typed.isdigit() and len(typed) < 6 and low <= int(typed) <= high):
        fault: Fault = FieldFault(
            "/size", "task.part_size", {"value": excerpt(typed), "low": str(low), "high": str(high)}
        )
        raise BadInput([fault])
    return int(typed)


def _counted(lines: Iterator[Line], total: int, progress: Progress | None) -> Iterator[Line]:
    for done, line in enumerate(lines, start=1):
        yield line
        if progress is not None and (done % _TOLD == 0 or done == total):
            progress(done, total)


def _names(session: Session, run: PayoutRun) -> dict[Step, str]:
    """Who took each step of a run last, as he was called then."""
    steps = {f"payout.{step}": step for step in (Step.OPEN, Step.CHECK, Step.APPROVE)}
    among = col(Event.subject_kind) == SUBJECT, col(Event.subject_id) == run.id, col(Event.command).in_(sorted(steps))
    query = select(col(Event.command), col(Event.actor_name)).where(*among).order_by(col(Event.position))
    return {steps[command]: name for command, name in session.exec(query)}


def _scheme(run: PayoutRun, lang: str) -> str | None:
    policy = packs().get(run.policy_id)
    if run.scheme_id is None or policy is None:
        return run.scheme_id
    return policy.scheme(run.scheme_id).label.of(lang)


def _of_run(query: Any, run: PayoutRun) -> Any:
    """The query, of the awards that a run pays."""
    return (
        query.join(Instalment, col(Instalment.award_id) == col(Award.id))
        .join(Payment, col(Payment.instalment_id) == col(Instalment.id))
        .where(col(Payment.run_id) == run.id)
        .distinct()
    )


def _versions(session: Session, run: PayoutRun) -> Sequence[Version]:
    columns = col(PolicyText.policy_id), col(PolicyText.version), col(PolicyText.digest)
    query = select(*columns).join(Award, col(Award.policy_digest) == col(PolicyText.digest))
    return [Version(*row) for row in sorted(session.exec(_of_run(query, run)))]


def _engines(session: Session, run: PayoutRun) -> Sequence[str]:
    """The versions of the program that worked out the awards, as their receipts say."""
    content = col(Receipt.content)
    lite = session.get_bind().dialect.name == "sqlite"
    engine = func.json_extract(content, "$.engine") if lite else cast(content, JSON)["engine"].as_string()
    query = select(engine).join(Award, col(Award.receipt_digest) == col(Receipt.digest))
    return sorted(each for each in session.scalars(_of_run(query, run)) if each)
