"""The evidence of one payment, as one PDF."""

from fastapi import APIRouter, Request, Response

from subsidy.api.signed import READING, Staff
from subsidy.web.finance.evidence import pack

router = APIRouter(tags=["finance"])


@router.get(
    "/instalments/{instalment_id}/evidence.pdf",
    response_class=Response,
    responses={**READING, 200: {"description": "The pack.", "content": {"application/pdf": {}}}},
)
def show_evidence(instalment_id: str, actor: Staff, request: Request) -> Response:
    """Approvals, release, holds, payments with the bank's answers, entries of the books and the letter of award, in one PDF."""
    return pack(request, instalment_id)
