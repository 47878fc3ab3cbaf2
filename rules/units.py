"""Units that people write behind a number, and what each is worth in the unit of the fact."""

from fractions import Fraction

_WAN = 10**4
_YI = 10**8

_KWH = {
    "kWh": 1,
    "千瓦时": 1,
    "千瓦小时": 1,
    "度": 1,
    "万": _WAN,
    "MWh": 1000,
    "兆瓦时": 1000,
    "万千瓦时": _WAN,
    "万度": _WAN,
}
_KW = {"kW": 1, "千瓦": 1, "万": _WAN, "MW": 1000, "兆瓦": 1000, "万千瓦": _WAN}

_NAMES: dict[str, dict[str, int | Fraction]] = {
        "kWh": {**_KWH, "GWh": 10**6, "吉瓦时": 10**6, "Wh": Fraction(1, 1000), "瓦时": Fraction(1, 1000)},
        "kW": {**_KW, "GW": 10**6, "吉瓦": 10**6, "W": Fraction(1, 1000), "瓦": Fraction(1, 1000)},
        "h": {"h": 1, "hr": 1, "hour": 1, "hours": 1, "小时": 1, "时": 1, "min": Fraction(1, 60), "分钟": Fraction(1, 60)},
        "cycles": {"次": 1, "次/年": 1, "cycles": 1, "cycle": 1, "cycles/year": 1, "万": _WAN, "万次": _WAN},
        "yuan": {
            "元": 1, "圆": 1, "人民币": 1, "人民币元": 1, "yuan": 1, "RMB": 1, "CNY": 1,
            "千元": 1000, "万": _WAN, "万元": _WAN, "百万": 10**6, "百万元": 10**6,
            "千万": 10**7, "千万元": 10**7, "亿": _YI, "亿元": _YI,
        },
    }  # fmt: skip

UNITS: dict[str, dict[str, Fraction]] = {
    unit: {name: Fraction(factor) for name, factor in names.items()} for unit, names in _NAMES.items()
}
"""Unit of a fact → name as people write it, in capitals or not → factor."""

SHOWN: dict[str, tuple[str, str]] = {
    "kWh": ("kWh", "kWh"),
    "kW": ("kW", "kW"),
    "h": ("小时", "h"),
    "cycles": ("次", "cycles"),
    "yuan": ("元", "yuan"),
}
"""Unit of a fact → how it stands behind a number, in Chinese and English."""
