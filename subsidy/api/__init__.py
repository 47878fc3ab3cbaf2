"""The API for other systems, under /api/v1: one file a noun, thin over the rooms that do the work."""

from fastapi import APIRouter

from subsidy.api import (
    amendments,
    applications,
    assessments,
    bank_accounts,
    disbursements,
    documents,
    envelopes,
    evidence,
    letters,
    messages,
    notices,
    particulars,
    payable,
    payout_files,
    payouts,
    people,
    policies,
    procedure,
    recoveries,
    results,
    review,
    schedule,
    sessions,
    tasks,
    tokens,
    years,
)

router = APIRouter(prefix="/api/v1")
for noun in (
    assessments,
    policies,
    notices,
    sessions,
    people,
    tokens,
    applications,
    documents,
    particulars,
    procedure,
    review,
    letters,
    years,
    amendments,
    messages,
    schedule,
    envelopes,
    disbursements,
    bank_accounts,
    payable,
    payouts,
    payout_files,
    results,
    recoveries,
    tasks,
    evidence,
):
    router.include_router(noun.router)

__all__ = ["router"]
