"""What a payment's line says of its award, its payee and its account."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import sqlalchemy
from sqlalchemy import case, func
from sqlmodel import Session, col, select

from rules.benefits import PerUnit
from rules.money import yuan
from rules.policy import Policy
from schedules.clock import SHANGHAI
from subsidy.records import (
    Account,
    Amendment,
    Application,
    ApplicationFact,
    Award,
    BankAccount,
    Decision,
    Instalment,
    OperatingFigure,
    Organisation,
    Payment,
    Posting,
    YearDecision,
)
from subsidy.workflow.sheet import policy_under

Line = Mapping[str, str | None]


class _Row(NamedTuple):
    """What the record holds of an instalment that is paid, of its award, its case and its payee."""

    instalment_id: str
    number: int
    due_on: date
    award_id: str
    award_fen: int
    policy_digest: str
    approved_on: date
    application_id: str
    application_number: str
    project_name: str
    policy_id: str
    scheme_id: str
    submitted_on: date | None
    payee: str
    credit_code: str
    evidence: str | None
    decision: Decision | None
    reason: str | None


_COLUMNS: Final[Sequence[Any]] = (
    col(Instalment.id),
    col(Instalment.number),
    col(Instalment.due_on),
    col(Award.id),
    col(Award.amount_fen),
    col(Award.policy_digest),
    col(Award.approved_on),
    col(Application.id),
    col(Application.number),
    col(Application.project_name),
    col(Application.policy_id),
    col(Application.scheme_id),
    col(Application.submitted_on),
    col(Organisation.name),
    col(Organisation.credit_code),
    col(OperatingFigure.evidence),
    col(YearDecision.decision),
    col(YearDecision.reason),
)


class Facts:
    """What there is to say of some payments: a fixed number of queries, however many they are."""

    def __init__(self, session: Session, payments: Sequence[Payment]) -> None:
        self._session = session
        self._policies: dict[str, Policy] = {}
        found_rows = session.execute(_query([one.instalment_id for one in payments]))
        self._rows = {row.instalment_id: row for row in (_Row(*columns) for columns in found_rows)}
        awards = [row.award_id for row in self._rows.values()]
        self._paid, self._due = _paid(session, awards), _due(session, awards)
        self._quantities = self._read_quantities()
        accounts = {one.account_id for one in payments}
        found = session.exec(select(BankAccount).where(col(BankAccount.id).in_(sorted(accounts))))
        self._accounts = {account.id: account for account in found}

    def line(self, payment: Payment) -> dict[str, str | None]:
        """One line: texts and nulls, money as yuan with two decimals."""
        row = self._rows[payment.instalment_id]
        scheme = self._policy(row).scheme(row.scheme_id)
        paid, due = self._paid[row.award_id], self._due.get(row.award_id, row.award_fen)
        return {
            "line": str(payment.line),
            "key": payment.key,
            "application": row.application_number,
            "project": row.project_name,
            "payee": row.payee,
            "credit_code": row.credit_code,
            "policy": row.policy_id,
            "scheme": row.scheme_id,
            "scheme_label": scheme.label.zh,
            "clause": scheme.clause,
            **self._unit(row),
            "award": yuan(due),
            "instalment": str(row.number),
            "of": str(max(len(scheme.terms.weights), row.number)),
            "year": str(row.due_on.year),
            "due_on": row.due_on.isoformat(),
            "amount": yuan(payment.amount_fen),
            "paid_before": yuan(paid),
            "remaining": yuan(max(due - paid - payment.amount_fen, 0)),
            **self._account(payment),
            "release_evidence": _evidence(row),
            "attempt": str(payment.number),
        }

    def _unit(self, row: _Row) -> dict[str, str | None]:
        """The quantity that the award was computed from, and what each unit of it brought."""
        per_unit = self._per_unit(row)
        if per_unit is None:
            return {"capacity_kwh": None, "unit_yuan": None}
        rate = per_unit.numbers(row.submitted_on or row.approved_on).high
        return {"capacity_kwh": self._quantities.get((row.application_id, per_unit.fact)), "unit_yuan": yuan(rate)}

    def _per_unit(self, row: _Row) -> PerUnit | None:
        benefit = self._policy(row).scheme(row.scheme_id).benefit
        return benefit if isinstance(benefit, PerUnit) else None

    def _policy(self, row: _Row) -> Policy:
        found = self._policies.get(row.policy_digest)
        if found is None:
            found = policy_under(self._session, row.policy_id, row.policy_digest)
            self._policies[row.policy_digest] = found
        return found

    def _account(self, payment: Payment) -> dict[str, str | None]:
        account = self._accounts[payment.account_id]
        verified = account.decided_at and account.decided_at.astimezone(SHANGHAI).date()
        return {
            "account_holder": account.holder,
            "bank": account.bank,
            "account_number": account.number,
            "cnaps": account.cnaps,
            "account_verified_on": verified.isoformat() if verified else None,
        }

    def _read_quantities(self) -> Mapping[tuple[str, str], str | None]:
        rows = self._rows.values()
        keys = {benefit.fact for row in rows if (benefit := self._per_unit(row)) is not None}
        columns = col(ApplicationFact.application_id), col(ApplicationFact.key)
        values = col(ApplicationFact.verified), col(ApplicationFact.declared)
        query = sqlalchemy.select(*columns, *values).where(
            columns[0].in_(sorted({row.application_id for row in rows})), columns[1].in_(sorted(keys))
        )
        return {(one, key): verified or declared for one, key, verified, declared in self._session.execute(query)}


def _query(instalment_ids: Sequence[str]) -> Any:
    year = (col(OperatingFigure.award_id) == col(Instalment.award_id)) & (
        col(OperatingFigure.year_number) == col(Instalment.year_number)
    )
    return (
        sqlalchemy.select(*_COLUMNS)
        .select_from(Instalment)
        .join(Award, col(Award.id) == col(Instalment.award_id))
        .join(Application, col(Application.id) == col(Award.application_id))
        .join(Organisation, col(Organisation.id) == col(Application.organisation_id))
        .outerjoin(OperatingFigure, year)
        .outerjoin(YearDecision, col(YearDecision.instalment_id) == col(Instalment.id))
        .where(col(Instalment.id).in_(instalment_ids))
    )


def _due(session: Session, award_ids: Sequence[str]) -> Mapping[str, int]:
    """By award that was amended, what it comes to in all since, in fen."""
    query = select(Amendment.award_id, Amendment.amount_fen).where(col(Amendment.award_id).in_(sorted(set(award_ids))))
    return dict(session.exec(query.order_by(col(Amendment.number))).all())


def _paid(session: Session, award_ids: Sequence[str]) -> Mapping[str, int]:
    """By award, what of it has been paid so far, in fen."""
    came = case((col(Posting.target) == Account.PAID, col(Posting.amount_fen)), else_=0)
    went = case((col(Posting.source) == Account.PAID, col(Posting.amount_fen)), else_=0)
    query = (
        select(col(Instalment.award_id), func.sum(came - went))
        .join(Instalment, col(Instalment.id) == col(Posting.instalment_id))
        .where(col(Instalment.award_id).in_(sorted(set(award_ids))))
        .group_by(col(Instalment.award_id))
    )
    found = {award_id: int(amount) for award_id, amount in session.exec(query)}
    return defaultdict(int, found)


def _evidence(row: _Row) -> str | None:
    """What the release of an instalment rests on; None where nothing was tested."""
    return row.reason if row.decision is Decision.RELEASE else row.evidence
