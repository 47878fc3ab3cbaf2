"""A payout run to print."""

from collections.abc import Iterator
from datetime import date, datetime

from rules.money import Fen, parse_yuan
from schedules.clock import SHANGHAI
from subsidy.reports.payout_columns import Line, RunFacts, Version

LINE: Line = {
    "line": "1",
    "key": "LG2600000101",
    "application": "LG-2026-0001",
    "project": "临港重装备产业区12MW/24MWh用户侧储能示范应用项目（二期）",
    "payee": "上海临港王𬭼新能源科技有限公司",
    "credit_code": "913100001234567890",
    "policy": "lingang-2024",
    "scheme": "user-side-storage",
    "scheme_label": "用户侧储能项目奖励",
    "clause": "A",
    "capacity_kwh": "24000.5",
    "unit_yuan": "200.00",
    "award": "4800100.00",
    "instalment": "1",
    "of": "3",
    "year": "2026",
    "due_on": "2026-06-30",
    "amount": "1600033.33",
    "paid_before": "0.00",
    "remaining": "3200066.67",
    "account_holder": "上海临港王𬭼新能源科技有限公司",
    "bank": "中国建设银行股份有限公司上海临港新片区支行",
    "account_number": "0031050161360000012345",
    "cnaps": "005290000012",
    "account_verified_on": "2026-05-08",
    "release_evidence": None,
    "attempt": "1",
}


def lines(count: int) -> Iterator[Line]:
    """Payments that all differ."""
    for number in range(1, count + 1):
        yield {
            **LINE,
            "line": str(number),
            "key": f"LG26{number:06}01",
            "application": f"LG-2026-{number:04}",
            "payee": f"上海临港第{number % 700}新能源科技有限公司",
            "account_holder": f"上海临港第{number % 700}新能源科技有限公司",
            "account_number": f"0031050161{number:012}",
            "amount": f"{1600033 + number % 977}.{number % 100:02d}",
            "attempt": "2" if number % 9 == 0 else "1",
            "release_evidence": "并网检测报告第 12 号；运行年度 1 核定 470 次" if number % 2 else None,
        }


def facts(*rows: Line) -> RunFacts:
    """The run of these payments."""
    return RunFacts(
        number="P-2026-0001",
        policy="lingang-2024",
        scheme=None,
        year=2026,
        as_of=date(2026, 7, 1),
        count=len(rows),
        amount=Fen(sum(parse_yuan(row["amount"] or "") for row in rows)),
        digest=f"sha256:{'0f' * 32}",
        made_by="孙洁",
        made_on=date(2026, 7, 1),
        checked_by="方平",
        checked_on=date(2026, 7, 2),
        approved_by="方平",
        approved_at=datetime(2026, 7, 2, 10, 30, tzinfo=SHANGHAI),
        versions=[Version("lingang-2024", "2024.1", f"sha256:{'ab' * 32}")],
        engines=["1"],
        address="https://subsidy.example/finance/payouts/abcdefgh23456722",
    )
