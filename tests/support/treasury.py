"""What the office does with money, for tests: its budget."""

from datetime import UTC, date, datetime, time
from typing import Final

from sqlalchemy import Engine, update
from sqlmodel import col, select

from rules.money import Fen
from schedules.clock import SHANGHAI
from subsidy.database import reading, writing
from subsidy.finance import envelopes, second_person
from subsidy.records import BankAccount, BankAccountState, Envelope, Exhausted, Organisation, Proposal
from tests.support.people import CHECKER, FINANCE, JIA

FIRST_DAY: Final = date(2026, 3, 1)


def noon(day: date) -> datetime:
    """Noon in Shanghai of a day, in UTC."""
    return datetime.combine(day, time(12), SHANGHAI).astimezone(UTC)


class Treasury:
    """The steps of finance, each by whoever has the duty; `day` is the day on which the next one is done."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.day = FIRST_DAY

    @property
    def now(self) -> datetime:
        return noon(self.day)

    def allot(self, year: int, yuan: int, exhausted: str = "queue", scheme: str = "user-side-storage") -> Envelope:
        """More money for the envelope of a scheme and year, by two people; the envelope is opened where there is none."""
        with writing(self.engine) as session:
            query = select(Envelope).where(col(Envelope.scheme_id) == scheme, col(Envelope.year) == year)
            found = session.exec(query).one_or_none()
            envelope = found or envelopes.open_envelope(
                session, FINANCE, self.now, "lingang-2024", scheme, year, Exhausted(exhausted)
            )
            made = envelopes.propose_allotment(
                session, FINANCE, self.now, envelope.id, Fen(yuan * 100), "财预〔2026〕1号", "年度安排"
            )
        with writing(self.engine) as session:
            second_person.confirm(session, CHECKER, self.now, made.id)
        return self.envelope(envelope.id)

    def proposed(self, envelope: Envelope, yuan: int = 1) -> Proposal:
        """An allotment that waits for a second person."""
        with writing(self.engine) as session:
            return envelopes.propose_allotment(
                session, FINANCE, self.now, envelope.id, Fen(yuan * 100), "财预〔2026〕2号", "追加"
            )

    def envelope(self, envelope_id: str) -> Envelope:
        with reading(self.engine) as session:
            return session.get_one(Envelope, envelope_id)

    def account(self, organisation_id: str = JIA, usable_from: date = FIRST_DAY) -> BankAccount:
        """A verified account of an enterprise, in place of the one it has."""
        with writing(self.engine) as session:
            among = col(BankAccount.organisation_id) == organisation_id, col(BankAccount.state) == "verified"
            session.execute(update(BankAccount).where(*among).values(state="replaced"))
            account = BankAccount(
                organisation_id=organisation_id,
                holder=session.get_one(Organisation, organisation_id).name,
                bank="中国工商银行上海临港支行",
                number=f"0310{int.from_bytes(organisation_id.encode()[:6]):015d}",
                cnaps="102290012345",
                state=BankAccountState.VERIFIED,
                made_by=str(FINANCE.id),
                made_person=str(FINANCE.id),
                made_at=self.now,
                decided_by=str(CHECKER.id),
                decided_person=str(CHECKER.id),
                decided_at=self.now,
                usable_from=usable_from,
            )
            session.add(account)
        return account
