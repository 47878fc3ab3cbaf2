"""How money, days, times and numbers are written on pages."""

from datetime import date, datetime
from decimal import Decimal

from rules.money import yuan
from schedules.clock import SHANGHAI
from subsidy.locale import text


def amount(fen: int) -> str:
    """Fen as yuan with thousands separators and two decimals, without a currency: `1,666,666.66`."""
    whole, _, part = yuan(fen).partition(".")
    return f"{int(whole):,}.{part}"


def money(fen: int, lang: str) -> str:
    """Fen as an amount with its currency: `1,666,666.66 元`, `CNY 1,666,666.66`."""
    return text(lang, "base.money", amount=amount(fen))


def day(value: date, lang: str) -> str:
    """A day in full: `2026年6月30日`, `30 June 2026`."""
    return f"{value.year}年{value.month}月{value.day}日" if lang == "zh" else f"{value.day} {value:%B} {value.year}"


def time(value: datetime, lang: str) -> str:
    """A moment in Beijing time: `2026年6月30日 14:05`."""
    local = value.astimezone(SHANGHAI)
    return f"{day(local.date(), lang)} {local:%H:%M}"


def number(value: int | Decimal) -> str:
    """A number with thousands separators, all its digits and no trailing zeros: `12,000`, `2.5`."""
    text_ = f"{value:,f}"
    return text_.rstrip("0").rstrip(".") if "." in text_ else text_
