"""What a payment's line says of its award, its payee and its account."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy
from sqlalchemy import case, func
from sqlmodel import Session, col, select

from rules.benefits import PerUnit
from rules.money import yuan
from rules.policy import Policy
from schedules.clock import SHANGHAI
from subsidy.records import (
    Account,
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


class Facts:
    """What there is to say of some payments: a fixed number of queries, however many they are."""

    def __init__(self, session: Session, payments: Sequence[Payment]) -> None:
        self._session = session
        self._policies: dict[str, Policy] = {}
        self._rows = {row[0].id: row for row in session.execute(_query([one.instalment_id for one in payments]))}
        ids = [row[1].id for row in self._rows.values()]
        self._paid = _paid(session, ids)
        self._quantities = self._read_quantities()
        accounts = {one.account_id for one in payments}
        found = session.exec(select(BankAccount).where(col(BankAccount.id).in_(sorted(accounts))))
        self._accounts = {account.id: account for account in found}

    def line(self, payment: Payment) -> dict[str, str | None]:
        """One line: texts and nulls, money as yuan with two decimals."""
        instalment, award, application, organisation, figure, decision = self._rows[payment.instalment_id]
        scheme = self._policy(award, application).scheme(application.scheme_id)
        paid = self._paid[award.id]
        return {
            "line": str(payment.line),
            "key": payment.key,
            "application": application.number,
            "project": application.project_name,
            "payee": organisation.name,
            "credit_code": organisation.credit_code,
            "policy": application.policy_id,
            "scheme": application.scheme_id,
            "scheme_label": scheme.label.zh,
            "clause": scheme.clause,
            **self._unit(award, application),
            "award": yuan(award.amount_fen),
            "instalment": str(instalment.number),
            "of": str(len(scheme.terms.weights)),
            "year": str(instalment.due_on.year),
            "due_on": instalment.due_on.isoformat(),
            "amount": yuan(payment.amount_fen),
            "paid_before": yuan(paid),
            "remaining": yuan(award.amount_fen - paid - payment.amount_fen),
            **self._account(payment),
            "release_evidence": _evidence(figure, decision),
            "attempt": str(payment.number),
        }

    def _unit(self, award: Award, application: Application) -> dict[str, str | None]:
        """The quantity that the award was computed from, and what each unit of it brought."""
        per_unit = self._per_unit(award, application)
        if per_unit is None:
            return {"capacity_kwh": None, "unit_yuan": None}
        rate = per_unit.numbers(application.submitted_on or award.approved_on).high
        return {"capacity_kwh": self._quantities.get((application.id, per_unit.fact)), "unit_yuan": yuan(rate)}

    def _per_unit(self, award: Award, application: Application) -> PerUnit | None:
        benefit = self._policy(award, application).scheme(application.scheme_id).benefit
        return benefit if isinstance(benefit, PerUnit) else None

    def _policy(self, award: Award, application: Application) -> Policy:
        found = self._policies.get(award.policy_digest)
        if found is None:
            found = policy_under(self._session, application.policy_id, award.policy_digest)
            self._policies[award.policy_digest] = found
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
        keys = {
            benefit.fact
            for _, award, application, *_ in self._rows.values()
            if (benefit := self._per_unit(award, application)) is not None
        }
        ids = {row[2].id for row in self._rows.values()}
        query = select(ApplicationFact).where(
            col(ApplicationFact.application_id).in_(sorted(ids)), col(ApplicationFact.key).in_(sorted(keys))
        )
        return {(fact.application_id, fact.key): fact.verified or fact.declared for fact in self._session.exec(query)}


def _query(instalment_ids: Sequence[str]) -> Any:
    year = (col(OperatingFigure.award_id) == col(Instalment.award_id)) & (
        col(OperatingFigure.year_number) == col(Instalment.year_number)
    )
    return (
        sqlalchemy.select(Instalment, Award, Application, Organisation, OperatingFigure, YearDecision)
        .join(Award, col(Award.id) == col(Instalment.award_id))
        .join(Application, col(Application.id) == col(Award.application_id))
        .join(Organisation, col(Organisation.id) == col(Application.organisation_id))
        .outerjoin(OperatingFigure, year)
        .outerjoin(YearDecision, col(YearDecision.instalment_id) == col(Instalment.id))
        .where(col(Instalment.id).in_(instalment_ids))
    )


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


def _evidence(figure: OperatingFigure | None, decision: YearDecision | None) -> str | None:
    """What the release of an instalment rests on; None where nothing was tested."""
    if decision is not None and decision.decision is Decision.RELEASE:
        return decision.reason
    return figure.evidence if figure is not None else None
