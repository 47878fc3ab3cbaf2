"""The letters of a case, as they were sent."""

from fastapi import APIRouter, Request, Response

from subsidy.web.letters import reading
from subsidy.web.review.desk import reader

router = APIRouter()


@router.get("/review/{application_id}/letters/{code}.pdf")
def letter_file(request: Request, application_id: str, code: str) -> Response:
    return reading.pdf(request, reader(request), application_id, code)


@router.get("/review/{application_id}/letters/{code}")
def letter_page(request: Request, application_id: str, code: str) -> Response:
    return reading.page(request, reader(request), application_id, code, "review")
