"""What finance does in the sample story: the money that the awards draw on, and how it reaches the enterprises."""

import csv
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Final

from sqlalchemy import Connection
from sqlmodel import Session, col, select

from rules.document import read_document
from rules.money import Fen, yuan
from schedules.calendar import china
from schedules.clock import SHANGHAI
from subsidy.database import writing
from subsidy.demo.story import Day, Model, Whole
from subsidy.finance import bank_accounts, envelopes, payouts, results, second_person
from subsidy.finance.bank_fields import Given
from subsidy.records import BankAccount, Envelope, Organisation, Payment, PayoutStatus, Proposal
from subsidy.workflow.actor import Actor

_POLICY: Final = "lingang-2024"
_MAKER: Final = "sun"
_CHECKER: Final = "fang"
_VERIFIED: Final = "开户银行出具的账户证明"


class Allotment(Model):
    """Money for the envelope of a scheme and year, in yuan; `confirmed` is the day on which the second person did so."""

    on: Day
    confirmed: Day | None = None
    scheme: str
    year: Whole
    yuan: Whole
    document: str
    reason: str


class Account(Model):
    """The account of an enterprise, as whoever `by` names gave it; `confirmed` is the day on which it was verified."""

    on: Day
    confirmed: Day | None = None
    by: str
    bank: str
    number: str
    cnaps: str


class Payout(Model):
    """A payout run of a year, opened on a day and seen through on the next working days, and the day of the bank's answer."""

    on: Day
    year: Whole
    checked: bool = True
    answer: Day | None = None
    returned: tuple[str, ...] = ()
    """Whose money came back: the keys of people who act for the enterprises."""
    why: str = ""


class _File(Model):
    allotments: tuple[Allotment, ...]
    accounts: tuple[Account, ...]
    runs: tuple[Payout, ...]


class Treasury:
    """Acts out the steps of finance over one connection; `actors` are everybody who takes part, by key."""

    def __init__(self, connection: Connection, actors: Mapping[str, Actor]) -> None:
        self._connection = connection
        self._actors = actors
        self._proposals: dict[Allotment, Proposal] = {}
        self._accounts: dict[Account, str] = {}
        self._runs: dict[Payout, str] = {}

    def scenes(self) -> Iterator[tuple[date, Callable[[datetime], object]]]:
        """Each step, and its day."""
        told = _File.model_validate(read_document(_FILE.read_bytes()))
        for allotment in told.allotments:
            yield allotment.on, partial(self._propose, allotment)
            if allotment.confirmed:
                yield allotment.confirmed, partial(self._confirm, allotment)
        for account in told.accounts:
            yield account.on, partial(self._give_account, account)
            if account.confirmed:
                yield account.confirmed, partial(self._verify, account)
        for run in told.runs:
            yield run.on, partial(self._pay, run)
            if run.checked:
                yield china().add_working_days(run.on, 1), partial(self._approve, run)
                yield china().add_working_days(run.on, 2), partial(self._hand_out, run)
            if run.answer:
                yield run.answer, partial(self._reconcile, run)

    def _propose(self, told: Allotment, now: datetime) -> None:
        maker = self._actors[_MAKER]
        with writing(self._connection) as session:
            of = col(Envelope.scheme_id) == told.scheme, col(Envelope.year) == told.year
            envelope = session.exec(select(Envelope).where(*of)).one_or_none()
            if envelope is None:
                envelope = envelopes.open_envelope(session, maker, now, _POLICY, told.scheme, told.year)
            self._proposals[told] = envelopes.propose_allotment(
                session, maker, now, envelope.id, Fen(told.yuan * 100), told.document, told.reason
            )

    def _confirm(self, told: Allotment, now: datetime) -> None:
        with writing(self._connection) as session:
            second_person.confirm(session, self._actors[_CHECKER], now, self._proposals[told].id)

    def _give_account(self, told: Account, now: datetime) -> None:
        actor = self._actors[told.by]
        with writing(self._connection) as session:
            payee = session.get_one(Organisation, actor.organisation_id)
            given = Given(payee.name, told.bank, told.number, told.cnaps)
            self._accounts[told] = bank_accounts.propose(session, actor, now, payee.id, given).id

    def _verify(self, told: Account, now: datetime) -> None:
        checker = self._actors[_CHECKER]
        with writing(self._connection) as session:
            bank_accounts.verify(session, checker, now, self._accounts[told], _VERIFIED, cooling_days=0)

    def _pay(self, told: Payout, now: datetime) -> None:
        maker = self._actors[_MAKER]
        with writing(self._connection) as session:
            run = payouts.open_run(session, maker, now, _POLICY, told.year)
        payouts.fill(self._connection, run.id, maker, now)
        with writing(self._connection) as session:
            self._runs[told] = payouts.submit(session, maker, now, run.id, None).id

    def _approve(self, told: Payout, now: datetime) -> None:
        checker, run_id = self._actors[_CHECKER], self._runs[told]
        with writing(self._connection) as session:
            payouts.check(session, checker, now, run_id, None, yuan(payouts.find(session, run_id).amount_fen))
            payouts.approve(session, checker, now, run_id, None)

    def _hand_out(self, told: Payout, now: datetime) -> None:
        with writing(self._connection) as session:
            payouts.export(session, self._actors[_MAKER], now, self._runs[told], None)

    def _reconcile(self, told: Payout, now: datetime) -> None:
        maker, run_id = self._actors[_MAKER], self._runs[told]
        day = now.astimezone(SHANGHAI).date()
        with writing(self._connection) as session:
            answer = _answer(
                session, run_id, {self._actors[key].organisation_id for key in told.returned}, told.why, day
            )
        results.take(self._connection, maker, now, f"国库支付回单-{day}.csv", answer)
        with writing(self._connection) as session:
            if payouts.find(session, run_id).status is PayoutStatus.CONFIRMED:
                payouts.close(session, maker, now, run_id, None)


def _answer(session: Session, run_id: str, returned: set[str | None], why: str, day: date) -> bytes:
    """What the bank says of a run, as it sends it: CSV in GB18030."""
    written = StringIO(newline="")
    sheet = csv.writer(written)
    sheet.writerow(["支付指令号", "金额", "结果", "日期", "流水号", "原因"])
    query = select(Payment, BankAccount).join(BankAccount, col(BankAccount.id) == col(Payment.account_id))
    for payment, account in session.exec(query.where(col(Payment.run_id) == run_id).order_by(col(Payment.line))):
        back = account.organisation_id in returned
        reference = f"GK{day:%Y%m%d}{payment.line:04d}"
        told = ("退汇", why) if back else ("支付成功", "")
        sheet.writerow([payment.key, yuan(payment.amount_fen), told[0], day.isoformat(), reference, told[1]])
    if returned:  # somebody else's payment got into the file
        sheet.writerow(["GK000000000000000042", "1200.00", "支付成功", day.isoformat(), f"GK{day:%Y%m%d}9999", ""])
    return written.getvalue().encode("gb18030")


_FILE: Final = Path(__file__).parent / "money.yaml"
