"""What an applicant does with an application of his organisation: start, save, submit, withdraw."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from sqlmodel import Session, col, func, select

from rules.facts import Quantity, Value
from rules.faults import BadInput, Fault, excerpt
from rules.load import packs
from rules.policy import Policy, Scheme
from schedules.clock import SHANGHAI
from subsidy.errors import FieldFault, Forbidden
from subsidy.records import Application, ApplicationFact, ApplicationStatus, Role
from subsidy.records.base import new_id
from subsidy.workflow import deadlines, door, events, recommendation, words
from subsidy.workflow.actor import Actor
from subsidy.workflow.once import insert_once
from subsidy.workflow.refusals import FactFault
from subsidy.workflow.sheet import Sheet, asked_of_applicant, canonical, open_sheet
from subsidy.workflow.transitions import Command

_PREFIX: Final = "LG"


def start(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    policy_id: str,
    scheme_id: str,
    project_name: str,
    facts: Mapping[str, Value],
    application_id: str | None = None,
) -> Application:
    """A new draft for the applicant's organisation, with a number of its own, under `application_id` where one was reserved.

    Facts that the scheme does not use are left out. Raises Forbidden, BadInput with every fault, or Stale where the id has
    been used meanwhile.
    """
    if actor.role != Role.APPLICANT or actor.id is None or actor.organisation_id is None:
        raise Forbidden
    faults: list[Fault] = []
    name = words.line(project_name, "project_name", faults)
    policy, scheme = _scheme(policy_id, scheme_id, faults)
    if policy.procedure is None:
        faults.append(FieldFault("/policy", "workflow.no_procedure", {"value": policy_id}))
    texts = _declared(policy, scheme, facts, faults)
    if faults:
        raise BadInput(faults)
    draft = {
        "id": application_id or new_id(),
        "organisation_id": actor.organisation_id,
        "created_by": actor.id,
        "policy_id": policy_id,
        "scheme_id": scheme_id,
        "project_name": name,
        "status": ApplicationStatus.DRAFT,
        "status_since": now.astimezone(SHANGHAI).date(),
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    application = _numbered(session, draft, now.astimezone(SHANGHAI).year)
    for key, text in texts.items():
        session.add(ApplicationFact(application_id=application.id, key=key, declared=text, set_by=actor.id, set_at=now))
    after = {"status": ApplicationStatus.DRAFT.value, "scheme_id": scheme_id, "project_name": name, "facts": texts}
    events.append(session, [events.entry(actor, now, application.id, Command.START, {}, after)])
    return application


def save(
    session: Session,
    actor: Actor,
    now: datetime,
    application_id: str,
    *,
    project_name: str,
    facts: Mapping[str, Value],
    version: int,
) -> Application:
    """The draft, or what was returned, as it now stands: `facts` are all that is declared, the others unknown again."""
    with door.change(session, actor, now, Command.SAVE, application_id, version=version) as change:
        application, sheet = change.application, open_sheet(session, change.application)
        faults: list[Fault] = []
        name = words.line(project_name, "project_name", faults)
        texts = _declared(sheet.policy, sheet.scheme, facts, faults)
        if faults:
            raise BadInput(faults)
        if name != application.project_name:
            change.before["project_name"], change.after["project_name"] = application.project_name, name
            application.project_name = name
        earlier = {key: row.declared for key, row in sheet.rows.items()}
        keys = [key for key in {**earlier, **texts} if earlier.get(key) != texts.get(key)]
        if keys:
            change.before["facts"] = {key: earlier.get(key) for key in keys}
            change.after["facts"] = {key: texts.get(key) for key in keys}
        for key in keys:
            row = sheet.rows.get(key) or ApplicationFact(application_id=application.id, key=key, set_at=now)
            row.declared, row.set_by, row.set_at = texts.get(key), actor.id, now
            session.add(row)
    return application


def submit(
    session: Session, actor: Actor, now: datetime, today: date, application_id: str, version: int
) -> Application:
    """Hands the draft in; the day selects the rule in force (Q16). A threshold that is not met is no obstacle.

    What was returned keeps the day on which it was first handed in. Raises BadInput naming every fact that the applicant
    still has to state, or Refused where the time to correct is over.
    """
    with door.change(session, actor, now, Command.SUBMIT, application_id, version=version) as change:
        application = change.application
        refusal = deadlines.too_late(application, today)
        if refusal is not None:
            raise refusal
        faults = unanswered(open_sheet(session, application), today)
        if faults:
            raise BadInput(faults)
        if application.submitted_on is None:
            application.submitted_on = today
            change.after["submitted_on"] = today.isoformat()
    return change.application


def withdraw(
    session: Session, actor: Actor, now: datetime, application_id: str, reason: str, version: int | None = None
) -> Application:
    """Takes the application back, for good, for the reason given."""
    with door.change(session, actor, now, Command.WITHDRAW, application_id, version=version, reason=reason) as change:
        recommendation.void(session, actor, now, change.application)
    return change.application


def unanswered(sheet: Sheet, on: date) -> list[FactFault]:
    """One fault for each fact without which an application cannot be decided and which is the applicant's to state."""
    unknown = [finding.test for finding in sheet.assess(sheet.declared, on)[1].findings if finding.given is None]
    needed = {test.fact.key for test in unknown if test.condition.decided_by == "fact"}
    if sheet.scheme.benefit.fact not in sheet.declared:
        needed.add(sheet.scheme.benefit.fact)
    faults = []
    for fact in asked_of_applicant(sheet.policy, sheet.scheme):
        if fact.key not in needed:
            continue
        derived = fact.derived if isinstance(fact, Quantity) else None
        parts = [key for key in (derived.of, derived.over) if key not in sheet.declared] if derived else []
        instead = [sheet.policy.fact(key).label for key in parts if key not in needed]
        if parts and not instead:
            continue  # it follows from what is missing already
        code = "workflow.fact_or_missing" if instead else "workflow.fact_missing"
        faults.append(FactFault(f"/facts/{fact.key}", code, facts=(fact.label, *instead)))
    return faults


def _scheme(policy_id: str, scheme_id: str, faults: list[Fault]) -> tuple[Policy, Scheme]:
    policy = packs().get(policy_id)
    if policy is None:
        wrong = {"value": excerpt(policy_id), "known": ", ".join(packs())}
        raise BadInput([*faults, Fault("/policy", "unknown_policy", wrong)])
    schemes = {scheme.id: scheme for scheme in policy.schemes}
    if scheme_id not in schemes:
        wrong = {"value": excerpt(scheme_id), "known": ", ".join(schemes)}
        raise BadInput([*faults, Fault("/scheme", "unknown_scheme", wrong)])
    return policy, schemes[scheme_id]


def _declared(policy: Policy, scheme: Scheme, facts: Mapping[str, Value], faults: list[Fault]) -> dict[str, str]:
    """The canonical text of what an applicant may state; adds a fault where he states what is the reviewer's to set."""
    for fact in policy.facts_of(scheme):
        if fact.key in facts and fact.set_by != "applicant":
            faults.append(FactFault(f"/facts/{fact.key}", "workflow.reviewer_sets", facts=(fact.label,)))
    asked = asked_of_applicant(policy, scheme)
    return {fact.key: canonical(fact, facts[fact.key]) for fact in asked if fact.key in facts}


def _numbered(session: Session, draft: dict[str, object], year: int) -> Application:
    """Stores the draft under the next free number of the year. Of two at once, the second finds it taken and counts on."""
    series = f"{_PREFIX}-{year}-"
    while True:
        query = select(Application.number).where(col(Application.number).startswith(series))
        last = session.exec(
            query.order_by(func.length(Application.number).desc(), col(Application.number).desc())
        ).first()
        number = f"{series}{int(last.removeprefix(series)) + 1 if last else 1:04d}"
        if insert_once(session, Application, [{**draft, "number": number}], "number"):
            return session.get_one(Application, str(draft["id"]))
