"""Turns what people hand in, a document's tree or a filled form, into facts; or says everything that is wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rules.facts import FactBase, Value, percent, read_day
from rules.faults import BadInput, FactError, Fault, excerpt
from rules.load import packs
from rules.policy import Policy

DEFAULT_POLICY = "lingang-2024"
_KEYS = ("policy", "scheme", "facts", "on")


@dataclass(frozen=True, slots=True)
class Application:
    """A project's facts as handed in, the policy and scheme they are for, and the day of the check."""

    policy: Policy
    scheme: str | None
    facts: Mapping[str, Value]
    on: date


def read_application(tree: object, *, today: date, scheme: str | None = None, on: date | None = None) -> Application:
    """The application of a document. `scheme` and `on`, where given, win over the document's own; `today` is the last resort.

    BadInput carries every fault at once: unknown keys, policy or scheme, values that their facts do not take, a rate outside the
    scheme's range or without a scheme.
    """
    if not isinstance(tree, dict):
        raise BadInput([Fault("", "empty") if tree is None else Fault("", "not_a_mapping", {"value": excerpt(tree)})])
    faults = [
        Fault(f"/{_escape(key)}", "unknown_key", {"value": excerpt(key), "known": ", ".join(_KEYS)})
        for key in tree
        if key not in _KEYS
    ]
    day = on or today
    if on is None and tree.get("on") is not None:
        try:
            day = read_day(tree["on"])
        except FactError as error:
            faults.append(Fault("/on", error.code, error.params))
    policy_id = tree.get("policy")
    policy = (
        packs().get(DEFAULT_POLICY if policy_id is None else policy_id) if isinstance(policy_id, str | None) else None
    )
    if policy is None:
        raise BadInput(
            [*faults, Fault("/policy", "unknown_policy", {"value": excerpt(policy_id), "known": ", ".join(packs())})]
        )
    scheme_id = tree.get("scheme") if scheme is None else scheme
    known = [entry.id for entry in policy.schemes]
    if scheme_id is not None and scheme_id not in known:
        faults.append(Fault("/scheme", "unknown_scheme", {"value": excerpt(scheme_id), "known": ", ".join(known)}))
        facts, wrong = _read_facts(policy, tree.get("facts"))
    else:
        facts, wrong = _read_facts(policy, tree.get("facts"))
        wrong += list(_rate_faults(policy, scheme_id, facts, day))
    if faults or wrong:
        raise BadInput([*faults, *wrong])
    return Application(policy, scheme_id, facts, day)


def read_facts(policy: Policy, scheme_id: str | None, tree: object, on: date) -> dict[str, Value]:
    """The facts of a mapping of JSON scalars, for one scheme or for all; BadInput with every fault at once."""
    facts, faults = _read_facts(policy, tree)
    faults += list(_rate_faults(policy, scheme_id, facts, on))
    if faults:
        raise BadInput(faults)
    return facts


def read_form(
    policy: Policy, scheme_id: str, typed: Mapping[str, str], on: date
) -> tuple[dict[str, Value], tuple[Fault, ...]]:
    """The facts of a filled form, and the faults of the fields that hold none. Fields that the policy does not know are left alone."""
    facts: dict[str, Value] = {}
    faults = []
    for fact in policy.facts_of(policy.scheme(scheme_id)):
        try:
            value = fact.read_typed(typed.get(fact.key, ""))
        except FactError as error:
            faults.append(Fault(f"/facts/{fact.key}", error.code, error.params))
        else:
            if value is not None:
                facts[fact.key] = value
    return facts, (*faults, *_rate_faults(policy, scheme_id, facts, on))


def _read_facts(policy: Policy, tree: object) -> tuple[dict[str, Value], list[Fault]]:
    if tree is None:
        return {}, []
    if not isinstance(tree, dict):
        return {}, [Fault("/facts", "not_a_mapping", {"value": excerpt(tree)})]
    facts: dict[str, Value] = {}
    faults = []
    known = ", ".join(one.key for one in policy.facts)
    for key, raw in tree.items():
        try:
            fact: FactBase = policy.fact(key)
        except KeyError:
            faults.append(Fault(f"/facts/{_escape(key)}", "unknown_key", {"value": excerpt(key), "known": known}))
            continue
        if raw is None:
            continue
        try:
            facts[key] = fact.read(raw)
        except FactError as error:
            faults.append(Fault(f"/facts/{key}", error.code, error.params))
    return facts, faults


def _rate_faults(policy: Policy, scheme_id: str | None, facts: Mapping[str, Value], on: date) -> Iterator[Fault]:
    """A reviewer's rate needs a scheme, and must lie in the range that the scheme prints."""
    for scheme in policy.schemes:
        key = scheme.benefit.granted
        if key is None or not isinstance(rate := facts.get(key), Decimal):
            continue
        if scheme_id is None:
            yield Fault(f"/facts/{key}", "needs_scheme", {"value": policy.fact(key).print(rate)})
            return
        allowed = scheme.benefit.allowed(policy.scheme_on(scheme.id, on).numbers)
        if scheme.id == scheme_id and allowed and not allowed.holds(rate):
            code = "rate_not_between" if allowed.low_included else "rate_not_up_to"
            yield Fault(
                f"/facts/{key}",
                code,
                {"value": percent(rate), "low": percent(allowed.low), "high": percent(allowed.high)},
            )


def _escape(key: str) -> str:
    """A key as a part of a JSON pointer (RFC 6901), cut to a length that can be shown."""
    return excerpt(key).replace("~", "~0").replace("/", "~1")
