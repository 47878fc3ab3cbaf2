"""The evidence of one payment, as one PDF."""

from fastapi import APIRouter, Request, Response

from subsidy.database import reading
from subsidy.finance.evidence import evidence_of
from subsidy.reports.evidence import evidence_pdf
from subsidy.web.finance.desk import staff
from subsidy.web.language import language
from subsidy.workflow.access import note

router = APIRouter()


@router.get("/finance/instalments/{instalment_id}/evidence.pdf")
def evidence_pack(request: Request, instalment_id: str) -> Response:
    return pack(request, instalment_id)


def pack(request: Request, instalment_id: str) -> Response:
    """The pack in the reader's language; that he opened the case is noted. NotFound where there is no such instalment."""
    actor, state = staff(request), request.app.state
    with reading(state.engine) as session:
        found = evidence_of(session, instalment_id)
        data = evidence_pdf(found, language(request))
    note(state.engine, actor, found.application.id, state.clock.today(), state.clock.now())
    name = f"{found.application.number}-{found.instalment.number}-evidence.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-cache"}
    return Response(data, media_type="application/pdf", headers=headers)
