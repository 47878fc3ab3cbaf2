"""Payout schedules to print."""

from dataclasses import replace
from datetime import date

from rules.model import Text
from rules.money import Fen
from schedules.due import Status
from subsidy.finance.schedule import Filters, PayoutSchedule, ScheduleRow, totals

AS_OF = date(2026, 11, 22)
ROW = ScheduleRow(
    application_id="a1",
    application_number="LG-2026-0001",
    project_name="临港重装备产业区12MW/24MWh用户侧储能示范应用项目（二期）",
    payee="上海临港王𬭼新能源科技有限公司",
    credit_code="913100001234567890",
    policy_id="lingang-2024",
    scheme_id="user-side-storage",
    scheme_label=Text(zh="用户侧储能项目奖励", en="Award for user-side storage"),
    clause="A",
    award_amount=Fen(500_000_000),
    instalment_number=1,
    of=3,
    due_on=date(2026, 6, 30),
    provisional=False,
    amount=Fen(166_666_666),
    status=Status.GENERATED,
    reason=None,
    disbursed_on=date(2026, 6, 30),
)
LATER = replace(
    ROW,
    instalment_number=2,
    due_on=date(2027, 6, 30),
    provisional=True,
    amount=Fen(166_666_667),
    status=Status.PLANNED,
    reason="not_yet_due",
    disbursed_on=None,
)
HELD = replace(
    ROW,
    application_number="LG-2026-0002",
    clause="D1",
    status=Status.HELD,
    reason="year_falls_short",
    disbursed_on=None,
)


def schedule(*rows: ScheduleRow, filters: Filters | None = None) -> PayoutSchedule:
    return PayoutSchedule(list(rows), totals(rows), filters or Filters())
