"""人民币大写: an amount in the capital numerals of Chinese vouchers, which cannot be altered by a stroke.

As the People's Bank has them written (支付结算办法, 附一 正确填写票据和结算凭证的基本规定): 整 after whole yuan and after jiao,
零 once for each gap between digits and before fen without jiao.
"""

from typing import Final

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_UNITS: Final = ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾"))


def capitals(fen: int) -> str:
    """The amount without the word 人民币: ``贰佰肆拾万元整`` for 240,000,000 fen. ValueError below zero."""
    if fen < 0:
        raise ValueError(f"no amount of {fen} fen is written in capitals")
    whole, part = divmod(fen, 100)
    jiao, rest = divmod(part, 10)
    said = f"{_number(whole)}元" if whole or not part else ""
    if jiao:
        said += f"{_DIGITS[jiao]}角"
    elif whole and rest:
        said += "零"
    return said + (f"{_DIGITS[rest]}分" if rest else "整")


def _number(count: int) -> str:
    for unit, name in _UNITS:
        if count >= unit:
            above, below = divmod(count, unit)
            gap = "零" if 0 < below < unit // 10 else ""
            return f"{_number(above)}{name}{gap}{_number(below) if below else ''}"
    return _DIGITS[count]
