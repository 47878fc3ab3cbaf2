"""The reports of the budget as tables: the yearly plan, execution by month, and the envelopes themselves."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from rules.money import Fen
from subsidy.finance.budget import Line
from subsidy.finance.plan import Month, PlanRow, together
from subsidy.locale import text
from subsidy.reports.table import Cell, Table, money

_BALANCES = ("allotted", "available", "reserved", "committed", "payable", "in_flight", "paid")
_ENDS = ("recovered", "lapsed")


def plan_table(rows: Sequence[PlanRow], schemes: Mapping[str, str], lang: str) -> Table:
    """The yearly disbursement plan."""
    heads = [text(lang, key) for key in ("finance.year", "case.scheme", "finance.payee_name", "plan.credit_code")]
    heads += [text(lang, key) for key in ("budget.parts", "plan.owed")]
    heads += [text(lang, f"budget.account_{name}") for name in ("committed", "payable", "in_flight", "paid")]
    heads.append(text(lang, "plan.remaining"))
    sums = together(rows)
    cells: list[list[Cell]] = [
        [str(row.year), schemes.get(row.scheme_id, row.scheme_id), row.payee, row.credit_code, row.many, *_amounts(row)]
        for row in rows
    ]
    total: list[Cell] = [text(lang, "report.total"), None, None, None, sums.many, *_amounts(sums)]
    return Table(text(lang, "plan.plan_title"), heads, cells, total)


def execution_table(months: Sequence[Month], year: int, lang: str) -> Table:
    """Budget execution by month."""
    names = ("allotted", "committed", "payable", "paid", "returned")
    heads = [text(lang, "plan.month"), *(text(lang, f"plan.of_{name}") for name in names), text(lang, "plan.so_far")]
    rows: list[list[Cell]] = [
        [f"{year}-{one.month:02}", *(money(getattr(one, name)) for name in names), money(one.paid_so_far)]
        for one in months
    ]
    sums = [money(Fen(sum(getattr(one, name) for one in months))) for name in names]
    return Table(text(lang, "plan.execution_title"), heads, rows, [text(lang, "report.total"), *sums, None])


def budget_table(lines: Sequence[Line], schemes: Mapping[str, str], lang: str) -> Table:
    """The envelopes with what they hold."""
    heads = [text(lang, "finance.year"), text(lang, "case.scheme")]
    heads += [text(lang, f"budget.account_{name}") for name in (*_BALANCES, "returned", *_ENDS)]
    heads += [text(lang, "plan.waiting"), text(lang, "plan.lacking"), text(lang, "budget.executed")]
    rows: list[list[Cell]] = []
    for line in lines:
        one = line.envelope
        rows.append(
            [
                str(one.year),
                schemes.get(one.scheme_id, one.scheme_id),
                *_held(line),
                line.waiting,
                money(line.lacking),
                f"{line.executed}%" if line.executed else None,
            ]
        )
    columns = [_held(line) for line in lines]
    sums: list[Cell] = [sum((row[at] for row in columns), Decimal(0)) for at in range(len(_BALANCES) + 1 + len(_ENDS))]
    total: list[Cell] = [text(lang, "report.total"), None, *sums, sum(line.waiting for line in lines)]
    total += [money(Fen(sum(line.lacking for line in lines))), None]
    return Table(text(lang, "budget.title"), heads, rows, total)


def _amounts(row: object) -> list[Decimal]:
    return [money(getattr(row, name)) for name in ("owed", "committed", "payable", "in_flight", "paid", "remaining")]


def _held(line: Line) -> list[Decimal]:
    def of(name: str) -> Decimal:
        return money(getattr(line.envelope, f"{name}_fen"))

    return [*(of(name) for name in _BALANCES), money(line.returned), *(of(name) for name in _ENDS)]
