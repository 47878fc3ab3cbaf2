"""A letter as the two sides of its case read it: as a page, and as the paper that went out."""

from fastapi import Request, Response

from subsidy.database import reading
from subsidy.errors import NotFound
from subsidy.letter import script
from subsidy.records import Letter
from subsidy.web.language import language
from subsidy.web.pages import render
from subsidy.workflow import letters
from subsidy.workflow.access import note
from subsidy.workflow.actor import Actor


def page(request: Request, actor: Actor, application_id: str, code: str, room: str) -> Response:
    """What a letter of this case says, in the reader's language. `room` is the desk that it is read at."""
    letter = _of(request, actor, application_id, code)
    said = script(letters.told(letter), language(request))
    return render(request, "letters/paper.html", letter=letter, script=said, room=room)


def pdf(request: Request, actor: Actor, application_id: str, code: str) -> Response:
    """The paper of a letter of this case."""
    return sent(_of(request, actor, application_id, code))


def sent(letter: Letter) -> Response:
    """The paper as it went out."""
    headers = {
        "Content-Disposition": f'inline; filename="{letter.number}.pdf"',
        "Cache-Control": "private, no-cache",
    }
    return Response(letters.paper(letter), media_type="application/pdf", headers=headers)


def _of(request: Request, actor: Actor, application_id: str, code: str) -> Letter:
    with reading(request.app.state.engine) as session:
        letter = letters.find(session, actor, code)
    if letter.application_id != application_id:
        raise NotFound
    clock = request.app.state.clock
    note(request.app.state.engine, actor, application_id, clock.today(), clock.now())
    return letter
