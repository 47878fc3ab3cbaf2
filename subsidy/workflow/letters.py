"""Letters of a case: written in the step that decides, kept as they went out, and standing until another takes their place."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.orm import defer
from sqlmodel import Session, col, func, select

from rules import canonical
from rules.faults import BadInput, Fault
from schedules.instalments import PlannedInstalment
from subsidy.errors import NotFound
from subsidy.records import Application, Letter, LetterKind, LetterStanding, Organisation
from subsidy.records.letter import is_code, new_code
from subsidy.reports.letter import letter_pdf
from subsidy.workflow import door, words
from subsidy.workflow.actor import Actor
from subsidy.workflow.letter_content import Amended, Content, Signature, content
from subsidy.workflow.sheet import Sheet

_SERIES: Final = {LetterKind.AWARD: "A", LetterKind.REFUSAL: "R", LetterKind.CORRECTION: "C", LetterKind.AMENDMENT: "M"}
_FAMILIES: Final = (
    frozenset({LetterKind.AWARD, LetterKind.REFUSAL, LetterKind.AMENDMENT}),
    frozenset({LetterKind.CORRECTION}),
)
"""A case has one decision, and one open request: a later letter of the same family takes the place of the former."""


@dataclass(frozen=True)
class Dictation:
    """What whoever decides has the letter say beyond what follows from the case, and under which address it can be checked."""

    site: str = "http://127.0.0.1:8000"
    addition: str = ""


PLAIN: Final = Dictation()
"""Nothing added, on a site of this machine."""


def draft(
    kind: LetterKind,
    application: Application,
    organisation: Organisation,
    sheet: Sheet,
    actor: Actor,
    today: date,
    *,
    reason: str,
    addition: str,
    parts: Sequence[PlannedInstalment] = (),
    deadline: date | None = None,
    earlier: Sequence[Signature] = (),
    amended: Amended | None = None,
) -> Content:
    """What the letter would say if this person wrote it today, after those who signed `earlier`."""
    return content(
        kind,
        application,
        organisation,
        sheet,
        today=today,
        parts=parts,
        signed=(*earlier, Signature(actor.name, today)),
        reason=reason,
        addition=addition,
        deadline=deadline,
        amended=amended,
    )


def issue(
    session: Session,
    kind: LetterKind,
    change: door.Change,
    sheet: Sheet,
    actor: Actor,
    today: date,
    dictation: Dictation,
    *,
    parts: Sequence[PlannedInstalment] = (),
    deadline: date | None = None,
    earlier: Sequence[Signature] = (),
    amended: Amended | None = None,
) -> Letter:
    """Writes the letter that follows from a change under way, which its entry in the record names with its digest.

    `parts` are the instalments of an award, `deadline` is the last day to put things right, `earlier` who signed before,
    `amended` what follows from an amendment.
    Raises BadInput where what was dictated is too long.
    """
    application = change.application
    code, number = new_code(), _number(session, kind, change)
    organisation = session.get_one(Organisation, application.organisation_id)
    reason, addition = amended.reason if amended else str(change.reason), _addition(dictation)
    told = draft(
        kind,
        application,
        organisation,
        sheet,
        actor,
        today,
        reason=reason,
        addition=addition,
        parts=parts,
        deadline=deadline,
        earlier=earlier,
        amended=amended,
    )
    told |= {"number": number, "code": code, "address": f"{dictation.site.rstrip('/')}/letters/{code}"}
    paper = letter_pdf(told)
    letter = Letter(
        code=code,
        number=number,
        application_id=application.id,
        kind=kind,
        issued_on=today,
        issued_by=str(actor.id),
        content=canonical.text(told),
        paper=paper,
        sha256=digest(paper).removeprefix("sha256:"),
    )
    _supersede(session, letter)
    session.add(letter)
    change.after |= {"letter": number, "letter_digest": f"sha256:{letter.sha256}"}
    return letter


def set_aside(session: Session, application_id: str, kind: LetterKind) -> None:
    """The letter of a kind that holds no longer does; what takes its place is still to come."""
    its = (col(Letter.application_id) == application_id) & (col(Letter.kind) == kind)
    holds = col(Letter.standing) == LetterStanding.VALID
    session.execute(update(Letter).where(its, holds).values(standing=LetterStanding.SUPERSEDED))


def of_case(session: Session, application_id: str) -> Sequence[Letter]:
    """The letters of a case without their papers, the latest first. Whoever asks must be known to see the case."""
    query = select(Letter).where(col(Letter.application_id) == application_id).options(_UNDRAWN)
    return session.exec(query.order_by(col(Letter.issued_on).desc(), col(Letter.number).desc())).all()


def find(session: Session, actor: Actor, code: str) -> Letter:
    """A letter with its paper, for somebody who may see its case; NotFound otherwise."""
    letter = session.get(Letter, code) if is_code(code) else None
    if letter is None:
        raise NotFound
    door.find(session, actor, letter.application_id)
    return letter


def held(session: Session, code: str) -> Letter:
    """A letter without its paper, for anybody who knows its code; NotFound where none has it."""
    letter = session.exec(select(Letter).where(col(Letter.code) == code).options(_UNDRAWN)).one_or_none()
    if letter is None:
        raise NotFound
    return letter


def told(letter: Letter) -> dict[str, Any]:
    """What the letter says."""
    said: dict[str, Any] = json.loads(letter.content)
    return said


def paper(letter: Letter) -> bytes:
    """The PDF as it went out. Raises ValueError where what is kept is no longer that, so that it is never handed out."""
    if digest(letter.paper) != f"sha256:{letter.sha256}":
        raise ValueError(f"the paper of letter {letter.number} is not the one that was issued")
    return letter.paper


def digest(paper: bytes) -> str:
    """``sha256:`` and the hexadecimal digest of a paper, as the record names it."""
    return f"sha256:{hashlib.sha256(paper).hexdigest()}"


_UNDRAWN: Final = defer(Letter.paper, raiseload=True)  # type: ignore[arg-type]


def _number(session: Session, kind: LetterKind, change: door.Change) -> str:
    """The next number of its kind in the case, which nobody else can change meanwhile."""
    query = select(func.count()).where(col(Letter.application_id) == change.application.id, col(Letter.kind) == kind)
    return f"{change.application.number}-{_SERIES[kind]}{session.exec(query).one() + 1}"


def _addition(dictation: Dictation) -> str:
    faults: list[Fault] = []
    addition = words.passage(dictation.addition, "addition", faults) if dictation.addition.strip() else ""
    if faults:
        raise BadInput(faults)
    return addition


def _supersede(session: Session, letter: Letter) -> None:
    [family] = [each for each in _FAMILIES if letter.kind in each]
    open_end = col(Letter.superseded_by).is_(None) & (col(Letter.standing) != LetterStanding.REVOKED)
    session.execute(
        update(Letter)
        .where(col(Letter.application_id) == letter.application_id, col(Letter.kind).in_(family), open_end)
        .values(standing=LetterStanding.SUPERSEDED, superseded_by=letter.code)
    )
