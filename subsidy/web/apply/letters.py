"""The letters of a case, as its applicant received them."""

from fastapi import APIRouter, Request, Response

from subsidy.web.apply.desk import applicant
from subsidy.web.letters import reading

router = APIRouter()


@router.get("/apply/{application_id}/letters/{code}.pdf")
def letter_file(request: Request, application_id: str, code: str) -> Response:
    return reading.pdf(request, applicant(request), application_id, code)


@router.get("/apply/{application_id}/letters/{code}")
def letter_page(request: Request, application_id: str, code: str) -> Response:
    return reading.page(request, applicant(request), application_id, code, "apply")
