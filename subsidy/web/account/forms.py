"""What the forms of an account have in common."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response

from rules.faults import BadInput
from subsidy.errors import Forbidden, Refused, SubsidyError, TooMany
from subsidy.settings import Settings
from subsidy.web.forms import posted, switched_to
from subsidy.web.language import language
from subsidy.web.pages import render
from subsidy.web.session import proved

Typed = Annotated[Mapping[str, str], Depends(posted)]

TOLD: Final[tuple[type[SubsidyError | BadInput], ...]] = (BadInput, Refused, TooMany)
"""What is told on the form itself; whatever else happens has a page of its own."""


def answer(
    request: Request,
    template: str,
    typed: Mapping[str, str],
    act: Callable[[], Response],
    *,
    weighty: bool = False,
    told: tuple[type[SubsidyError | BadInput], ...] = TOLD,
    **more: Any,
) -> Response:
    """What `act` answers, or the form with why it was refused and all that was typed but the passwords.

    A form that was sent only to switch the language does nothing. What is `weighty` is done only in a session in which
    the password was given lately. `more` is what only this template shows.
    """
    if lang := switched_to(typed):
        return render(request, template, lang=lang, typed=typed, **more)
    if weighty:
        proved(request, typed.get("proof"))
    try:
        return act()
    except Forbidden:
        raise
    except told as refusal:
        lang = language(request)
        if isinstance(refusal, BadInput):
            status, faults = 422, [(fault.pointer.strip("/"), fault.message(lang)) for fault in refusal.faults]
        else:
            status, faults = refusal.status, [("", refusal.message(lang))]
        response = render(request, template, status=status, typed=typed, faults=faults, **more)
        response.headers.update(getattr(refusal, "headers", {}))
        return response


def unseen(response: Response) -> Response:
    """An answer that nothing keeps: it shows what opens an account."""
    response.headers["Cache-Control"] = "no-store"
    return response


def no_mail(request: Request) -> bool:
    """Whether no link reaches anybody, since no mail server is set."""
    settings: Settings = request.app.state.settings
    return settings.smtp_url is None
