"""Bank accounts of the two enterprises, given and verified by the real steps."""

from dataclasses import replace
from typing import Final

from subsidy.database import writing
from subsidy.finance import bank_accounts
from subsidy.finance.bank_fields import Given
from subsidy.records import BankAccount
from subsidy.workflow.actor import Actor
from tests.support.office import APPLICANT, CHECKER, JIA, YI, Office

NUMBER: Final = "0043001234567890123"
OTHER: Final = "0043009876543210987"
CNAPS: Final = "102290002004"
"""Of a branch that there is not; its check digit fits."""
NAMES: Final = {JIA: "上海甲储能科技有限公司", YI: "上海乙新能源有限公司"}
COOLING: Final = 7


def given(number: str = NUMBER, payee: str = JIA, **changed: str) -> Given:
    """An account as it is typed."""
    return Given(NAMES[payee], "中国工商银行上海市临港支行", number, CNAPS)._replace(**changed)


def propose(
    office: Office, number: str = NUMBER, actor: Actor = APPLICANT, payee: str = JIA, evidence: str = "", **changed: str
) -> BankAccount:
    with writing(office.engine) as session:
        typed = given(number, payee, **changed)
        return bank_accounts.propose(session, actor, office.now, payee, typed, evidence)


def verify(office: Office, account: BankAccount, actor: Actor = CHECKER) -> BankAccount:
    with writing(office.engine) as session:
        return bank_accounts.verify(session, actor, office.now, account.id, "测试汇款 0.01 元", cooling_days=COOLING)


def verified(office: Office, number: str = NUMBER, payee: str = JIA) -> BankAccount:
    """An account of an enterprise that another person has verified."""
    owner = APPLICANT if payee == JIA else replace(APPLICANT, id="wang", organisation_id=payee)
    return verify(office, propose(office, number, owner, payee))
