"""What a refusal says, held against both languages."""

from rules.faults import FactError, Fault


def told(error: FactError) -> tuple[str, str]:
    """The code of the fault, and the value that its message names in both languages."""
    fault = Fault("/facts/x", error.code, error.params)
    value = fault.params["value"]
    for lang in ("zh", "en"):
        assert f"“{value}”" in fault.message(lang)
    assert fault.message("zh") != fault.message("en")
    return error.code, value
