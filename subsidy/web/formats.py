"""How money, times and numbers are written on pages. Days are worded by `rules.wording`."""

from datetime import datetime
from decimal import Decimal

from rules import wording
from rules.facts import plain
from rules.money import grouped
from schedules.clock import SHANGHAI
from subsidy.locale import text


def money(fen: int, lang: str) -> str:
    """Fen as an amount with its currency: `1,666,666.66 元`, `CNY 1,666,666.66`."""
    return text(lang, "base.money", amount=grouped(fen))


def time(value: datetime, lang: str) -> str:
    """A moment in Beijing time: `2026年6月30日 14:05`."""
    local = value.astimezone(SHANGHAI)
    return f"{wording.day(local.date(), lang)} {local:%H:%M}"


def number(value: int | Decimal) -> str:
    """A number with thousands separators, all its digits and no trailing zeros: `12,000`, `2.5`."""
    return f"{Decimal(plain(Decimal(value))):,f}"
