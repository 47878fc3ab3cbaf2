"""Policies: what each pack states, for anybody."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from rules.facts import Fact
from rules.load import packs
from rules.model import Text
from rules.policy import Clause, DocumentKind, Information, Policy, Question, Scheme
from rules.procedure import Procedure
from subsidy.api.openapi import problems
from subsidy.errors import NotFound

router = APIRouter(prefix="/policies", tags=["policies"])


class PolicyHead(BaseModel):
    """Which policy it is."""

    id: str
    version: str
    digest: Annotated[
        str, Field(description="Of everything but the wording in two languages and the papers that prove facts.")
    ]
    title: Text
    issuer: Text
    in_force_from: date


class PolicyAnswer(PolicyHead):
    """A whole policy: its clauses, the open questions with the readings taken, facts, schemes and what it says besides."""

    source: Text
    scope: Text
    clauses: tuple[Clause, ...]
    questions: tuple[Question, ...]
    information: tuple[Information, ...]
    procedure: Procedure | None
    documents: tuple[DocumentKind, ...]
    facts: tuple[Fact, ...]
    schemes: tuple[Scheme, ...]


class PolicyList(BaseModel):
    """Every policy there is."""

    policies: list[PolicyHead]


@router.get("")
async def list_policies() -> PolicyList:
    """Every policy, in short."""
    return PolicyList(policies=[PolicyHead.model_validate(_parts(each, PolicyHead)) for each in packs().values()])


@router.get("/{policy_id}", responses=problems(404, 422))
async def show_policy(policy_id: str) -> PolicyAnswer:
    """One policy with its clauses and questions. Wording is given in both languages."""
    policy = packs().get(policy_id)
    if policy is None:
        raise NotFound
    return PolicyAnswer.model_validate(_parts(policy, PolicyAnswer))


def _parts(policy: Policy, model: type[BaseModel]) -> dict[str, object]:
    return {name: getattr(policy, name) for name in model.model_fields}
