"""Application files for tests, by the answer that they get."""

import json
from typing import Any, Final

STORAGE: Final[dict[str, Any]] = {
    "in_zone": True,
    "new_build": True,
    "project_side": "user",
    "commissioned_on": "2025-03-10",
    "capacity_kwh": "12000",
    "rated_power_kw": 6000,
    "cycles_per_year": "450",
}
JUDGED: Final[dict[str, Any]] = dict.fromkeys(("advanced_technology", "drives_industry", "typical_scenario"), True)


def application(scheme: str | None = "user-side-storage", **facts: Any) -> dict[str, Any]:
    """A storage project that only lacks a reviewer's judgements, with some facts stated otherwise."""
    return {"policy": "lingang-2024", "scheme": scheme, "facts": {**STORAGE, **facts}}


def data(scheme: str | None = "user-side-storage", **facts: Any) -> bytes:
    """The same as a JSON file."""
    return json.dumps(application(scheme, **facts), ensure_ascii=False).encode()
