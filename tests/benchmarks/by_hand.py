"""The peer of an assessment: clause A written out as one plain function, for one scheme, one day and one language.

It gives the same answers as the engine, findings and all, and knows nothing of packs, other policies or dated values.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

_FIRST, _LAST = date(2024, 1, 1), date(2026, 12, 31)
_CAP = 500_000_000


def assess(facts: dict[str, Any]) -> tuple[str, list[tuple[str, str, Any]], int | None]:
    """Outcome, findings (condition, outcome, given) in the policy's order, and the award in fen."""
    hours = facts.get("full_discharge_hours")
    if hours is None:
        capacity, power = facts.get("capacity_kwh"), facts.get("rated_power_kw")
        if capacity is not None and power is not None:
            hours = Fraction(int(capacity.scaleb(3)), int(power.scaleb(3)))
    commissioned = facts.get("commissioned_on")
    findings = [
        _finding("in_zone", facts.get("in_zone"), facts.get("in_zone") is True),
        _finding("new_build", facts.get("new_build"), facts.get("new_build") is True),
        _finding("project_side", facts.get("project_side"), facts.get("project_side") == "user"),
        _finding("commissioned", commissioned, commissioned is not None and _FIRST <= commissioned <= _LAST),
        _finding("capacity", *_at_least(facts.get("capacity_kwh"), 1000)),
        _finding("duration", *_at_least(hours, 2)),
        _finding("cycles", *_at_least(facts.get("cycles_per_year"), 450)),
        _finding("advanced_technology", facts.get("advanced_technology"), facts.get("advanced_technology") is True),
        _finding("drives_industry", facts.get("drives_industry"), facts.get("drives_industry") is True),
        _finding("typical_scenario", facts.get("typical_scenario"), facts.get("typical_scenario") is True),
    ]
    answers = {outcome for _, outcome, _ in findings}
    if "not_met" in answers:
        return "ineligible", findings, None
    award = None
    if facts.get("capacity_kwh") is not None:
        award = min(int(facts["capacity_kwh"].scaleb(3)) * 20_000 // 1000, _CAP)
    return ("undetermined" if "unknown" in answers else "eligible"), findings, award


def _at_least(value: Decimal | Fraction | None, threshold: int) -> tuple[Any, bool]:
    return value, value is not None and value >= threshold


def _finding(condition: str, given: Any, met: bool) -> tuple[str, str, Any]:
    return condition, "unknown" if given is None else "met" if met else "not_met", given
