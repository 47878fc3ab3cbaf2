"""The API for other systems, under /api/v1: one file a noun, thin over the rooms that do the work."""

from fastapi import APIRouter

from subsidy.api import applications, assessments, disbursements, policies, review, schedule, sessions, years

router = APIRouter(prefix="/api/v1")
for noun in (assessments, policies, sessions, applications, review, years, schedule, disbursements):
    router.include_router(noun.router)

__all__ = ["router"]
