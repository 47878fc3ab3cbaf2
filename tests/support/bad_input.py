"""Inputs that must be refused, for every surface that reads applications: what is wrong, where, and with which code."""

import codecs
from typing import Final, NamedTuple


class BadFacts(NamedTuple):
    """A document that can be read, with one fault at a place."""

    text: str
    pointer: str
    code: str


class BadDocument(NamedTuple):
    """Bytes that cannot be read as a document."""

    data: bytes
    code: str


def _fact(key: str, value: str, code: str, more: str = "") -> BadFacts:
    return BadFacts(f'{{{more}"facts": {{"{key}": {value}}}}}', f"/facts/{key}", code)


def _rate(scheme: str, value: str, code: str) -> BadFacts:
    return _fact("granted_rate", value, code, f'"scheme": "{scheme}", ')


FACTS: Final = {
    "NaN": _fact("capacity_kwh", "NaN", "not_a_number"),
    "infinity": _fact("capacity_kwh", "Infinity", "not_a_number"),
    "minus infinity": _fact("capacity_kwh", "-Infinity", "not_a_number"),
    "1e400": _fact("capacity_kwh", "1e400", "not_a_number"),
    "an exponent": _fact("capacity_kwh", "1.2e4", "not_a_number"),
    "100,000 digits": _fact("capacity_kwh", "9" * 100_000, "number_too_long"),
    "100,000 decimals": _fact("capacity_kwh", "0." + "1" * 100_000, "number_too_long"),
    "a negative capacity": _fact("capacity_kwh", "-5", "signed"),
    "a capacity of zero": _fact("capacity_kwh", "0", "not_above"),
    "a capacity out of bounds": _fact("capacity_kwh", "1000000000000", "not_above"),
    "negative cycles": _fact("cycles_per_year", '"-0"', "signed"),
    "too many decimals": _fact("capacity_kwh", "1000.0001", "too_many_decimals"),
    "too many decimals of money": _fact("new_investment_yuan", '"0.001"', "too_many_decimals"),
    "money out of bounds": _fact("new_investment_yuan", "10000000000000.01", "money_range"),
    "a boolean for a number": _fact("capacity_kwh", "true", "not_a_number"),
    "a list for a number": _fact("capacity_kwh", "[12000]", "not_a_number"),
    "a unit": _fact("capacity_kwh", '"12 MWh"', "not_a_number"),
    "a separator": _fact("capacity_kwh", '"12,000"', "not_a_number"),
    "full-width digits": _fact("capacity_kwh", '"１２０００"', "not_a_number"),
    "spaces": _fact("capacity_kwh", '" 12000"', "not_a_number"),
    "no digits": _fact("capacity_kwh", '""', "not_a_number"),
    "a number for yes or no": _fact("in_zone", "1", "not_yes_or_no"),
    "a word for yes or no": _fact("in_zone", '"yes"', "not_yes_or_no"),
    "a day that does not exist": _fact("commissioned_on", '"2025-02-30"', "no_such_day"),
    "a day in another form": _fact("commissioned_on", '"2025/02/03"', "date_format"),
    "a number for a day": _fact("commissioned_on", "20250203", "date_format"),
    "a day out of bounds": _fact("commissioned_on", '"1899-12-31"', "date_range"),
    "an answer that is none": _fact("project_side", '"customer"', "not_an_option"),
    "a number for an answer": _fact("project_side", "1", "not_an_option"),
    "a rate above one": _fact("granted_rate", "15", "rate_above_one", '"scheme": "first-unit", '),
    "a rate below its band": _rate("core-technology", "0.099999", "rate_not_between"),
    "a rate above its band": _rate("core-technology", "0.300001", "rate_not_between"),
    "a rate of nothing": _rate("first-unit", "0", "rate_not_up_to"),
    "a rate above the printed one": _rate("domestic-first-unit", "0.100001", "rate_not_up_to"),
    "a rate for no scheme": _fact("granted_rate", "0.15", "needs_scheme"),
    "an unknown fact": _fact("capacity", "1", "unknown_key"),
    "an unknown key": BadFacts('{"fact": {}}', "/fact", "unknown_key"),
    "facts that are no mapping": BadFacts('{"facts": ["capacity_kwh"]}', "/facts", "not_a_mapping"),
    "an unknown policy": BadFacts('{"policy": "lingang-2023"}', "/policy", "unknown_policy"),
    "a number for a policy": BadFacts('{"policy": 2024}', "/policy", "unknown_policy"),
    "an unknown scheme": BadFacts('{"scheme": "storage"}', "/scheme", "unknown_scheme"),
    "a list for a scheme": BadFacts('{"scheme": ["first-unit"]}', "/scheme", "unknown_scheme"),
    "a day of the check that does not exist": BadFacts('{"on": "2026-02-29"}', "/on", "no_such_day"),
    "a list": BadFacts("[]", "", "not_a_mapping"),
}
"""One fault each; all others of a document are right."""

DOCUMENTS: Final = {
    "nothing": BadDocument(b"", "empty"),
    "white space": BadDocument(b" \n\t ", "empty"),
    "half a document": BadDocument(b'{"facts": {', "json"),
    "33 levels": BadDocument(b'{"facts":' + b"[" * 32 + b"]" * 32 + b"}", "too_deep"),
    "100,000 levels": BadDocument(b"[" * 100_000, "too_deep"),
    "a key given twice": BadDocument(b'{"facts": {"in_zone": true, "in_zone": false}}', "repeated_key"),
    "half a character": BadDocument(b'{"policy": "\\ud800"}', "not_text"),
    "a NUL": BadDocument(b'{"policy": "\\u0000"}', "not_text"),
    "more than 1 MiB": BadDocument(b'{"policy": "' + b"x" * 1024 * 1024 + b'"}', "too_large"),
}
"""Bytes that are refused by every surface."""

UTF_16: Final = codecs.BOM_UTF16_LE + '{"facts": {}}'.encode("utf-16-le")

YAML: Final = {
    "a bomb": ("a: &a [x, x]\nb: &b [*a, *a]\nfacts: [*b, *b]\n", "yaml_alias"),
    "a merge": ("base: &base {in_zone: true}\nfacts:\n  <<: *base\n", "yaml_alias"),
    "a tag": ("facts: !!python/object/apply:os.system ['true']\n", "yaml_tag"),
    "two documents": ("facts: {}\n---\nfacts: {}\n", "yaml_documents"),
    "a key that is no text": ("? [a, b]\n: 1\n", "yaml_key"),
    "a key given twice": ("facts: {}\nfacts: {}\n", "repeated_key"),
    "no YAML": ("facts: {in_zone: true\n", "yaml"),
    "33 levels": ("facts:" + "".join(f"\n{' ' * depth}- " for depth in range(1, 34)), "too_deep"),
    "an octal number": ("facts:\n  capacity_kwh: 0o17\n", "not_a_number"),
    "a number with separators": ("facts:\n  capacity_kwh: 12_000\n", "not_a_number"),
    "a word that older YAML takes for yes": ("facts:\n  in_zone: on\n", "not_yes_or_no"),
}
"""Files that only the command line takes, with the code of their fault."""
