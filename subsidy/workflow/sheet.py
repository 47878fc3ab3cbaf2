"""The facts of an application as they are kept: what was declared, what was verified, and what a decision rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from sqlmodel import Session, col, select

from rules.assess import Assessment, SchemeAssessment, assess
from rules.facts import Fact, Value
from rules.load import load_content, packs
from rules.policy import Policy, Scheme
from subsidy.records import Application, ApplicationFact, Award, PolicyText


@dataclass(frozen=True)
class Sheet:
    """The facts of one application under one policy. A fact without a value is unknown."""

    policy: Policy
    scheme: Scheme
    rows: Mapping[str, ApplicationFact]

    @cached_property
    def persons(self) -> frozenset[str]:
        """Keys of the facts that only an administrator settles: judgements, and the rate that he grants."""
        return self.policy.person_decides(self.scheme)

    @cached_property
    def declared(self) -> Mapping[str, Value]:
        """What the applicant stated, his own view on what a person decides included."""
        return self._values({key: row.declared for key, row in self.rows.items()})

    @cached_property
    def verified(self) -> Mapping[str, Value]:
        """What an administrator judged, corrected, confirmed or granted."""
        return self._values({key: row.verified for key, row in self.rows.items()})

    @cached_property
    def effective(self) -> Mapping[str, Value]:
        """What a decision rests on: verified over declared, and only the administrator's word on what a person decides."""
        stated = {key: value for key, value in self.declared.items() if key not in self.persons}
        return {**stated, **self.verified}

    def assess(self, facts: Mapping[str, Value], on: date) -> tuple[Assessment, SchemeAssessment]:
        """The answer on these facts as the text stands on a day, whole and for this application's scheme."""
        assessment = assess(self.policy, facts, on, self.scheme.id)
        return assessment, assessment.schemes[0]

    def _values(self, texts: Mapping[str, str | None]) -> dict[str, Value]:
        return {key: self.policy.fact(key).parse(text) for key, text in texts.items() if text is not None}


def open_sheet(session: Session, application: Application) -> Sheet:
    """The facts of an application under the policy that applies to it."""
    rows = session.exec(select(ApplicationFact).where(col(ApplicationFact.application_id) == application.id))
    policy = policy_of(session, application)
    return Sheet(policy, policy.scheme(application.scheme_id), {row.key: row for row in rows})


def policy_of(session: Session, application: Application) -> Policy:
    """The policy that applies to an application: the text it was approved under, before that the one in use."""
    query = select(Award.policy_digest).where(col(Award.application_id) == application.id)
    digest = session.exec(query).one_or_none()
    return packs()[application.policy_id] if digest is None else policy_under(session, application.policy_id, digest)


def policy_under(session: Session, policy_id: str, digest: str) -> Policy:
    """The policy with exactly the normative text of that digest: the one in use where it still has it, else the stored one."""
    used = packs().get(policy_id)
    if used is not None and used.digest == digest:
        return used
    return _stored(session.get_one(PolicyText, digest).content)


@lru_cache(maxsize=32)
def _stored(content: str) -> Policy:
    return load_content(content)


def asked_of_applicant(policy: Policy, scheme: Scheme) -> tuple[Fact, ...]:
    """The facts of a scheme that its applicant states, in the policy's order."""
    return tuple(fact for fact in policy.facts_of(scheme) if fact.set_by == "applicant")


def canonical(fact: Fact, value: Value) -> str:
    """The text that a value is kept as. Raises ValueError where it would not be read back as the same value."""
    text = fact.print(value)
    if fact.parse(text) != value:
        raise ValueError(f"{fact.key}: {value!r} is no {fact.kind}")
    return text
