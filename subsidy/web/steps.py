"""Carrying out what a form asks for: done and redirected, or handed back with everything typed still in it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, TypeVar

from fastapi import Request, Response
from sqlmodel import Session

from rules.faults import BadInput, Fault
from rules.policy import Policy
from subsidy.database import writing
from subsidy.errors import FieldFault, Forbidden, Refused, Stale
from subsidy.locale import text
from subsidy.web.forms import switched_to
from subsidy.web.language import language
from subsidy.web.pages import redirect, render
from subsidy.web.session import proved
from subsidy.workflow.transitions import Command
from subsidy.workflow.view import Case

Result = TypeVar("Result")
Faults = list[tuple[str, str]]
"""Of each fault the id of the field it belongs to, empty for the form as a whole, and its message."""


class Page(Protocol):
    """The page of a form, as things now stand, holding what was typed."""

    def __call__(
        self,
        *,
        lang: str | None = None,
        status: int = 200,
        faults: Iterable[Fault] = (),
        refusal: Refused | None = None,
    ) -> Response:
        """`faults` belong to single fields, `refusal` to the step as a whole; `lang` is given where it is switched."""


def carry_out(
    request: Request,
    typed: Mapping[str, str],
    step: Callable[[Session], Result],
    page: Page,
    *,
    to: Callable[[Result], str],
    done: str | Callable[[Result], str],
    weighty: bool = False,
) -> Response:
    """Takes `step` in one transaction and leads to the address that `to` gives, which says `done` once, or what it gives. What is
    `weighty` is done only in a session in which the password was given lately.

    A form that was sent only to switch the language does nothing. Where the step is refused, `page` shows why: with 422
    for faults of its fields, with 409 where the state of things is in the way. What this person may not do, or find, is
    raised on.
    """
    if lang := switched_to(typed):
        return page(lang=lang)
    if weighty:
        proved(request, typed.get("proof"))
    try:
        with writing(request.app.state.engine) as session:
            result = step(session)
    except BadInput as bad:
        return page(status=422, faults=bad.faults)
    except Forbidden:
        raise
    except Refused as refusal:
        return page(status=refusal.status, refusal=refusal)
    return redirect(to(result), done=done(result) if callable(done) else done)


def form(
    request: Request,
    template: str,
    read: Callable[[], Case],
    command: Command,
    typed: Mapping[str, str],
    more: Callable[[Case, str], Mapping[str, object]] = lambda case, lang: {},
) -> Page:
    """The page of a form about one case, which is read anew each time the page is shown.

    The template gets `case`, `typed`, `faults`, `blocked` (why the command cannot be given, or None), `stale`, and
    `version`, which it sends back: the state that the form was filled in from; once the reader has been told that it is
    no longer the present one, the present one. `more` adds what only this page shows.
    """

    def page(
        *, lang: str | None = None, status: int = 200, faults: Iterable[Fault] = (), refusal: Refused | None = None
    ) -> Response:
        case, words = read(), lang or language(request)
        stale = isinstance(refusal, Stale)
        return render(
            request,
            template,
            status=status,
            lang=lang,
            case=case,
            typed=typed,
            version=case.application.version if stale else version(typed) or case.application.version,
            stale=stale,
            blocked=case.why_not[command],
            faults=worded(case.sheet.policy, faults, refusal, words),
            **more(case, words),
        )

    return page


def allowed(case: Case, command: Command) -> None:
    """Raises Forbidden where this person may not give the command at all, before what he typed is looked at."""
    refusal = case.why_not[command]
    if isinstance(refusal, Forbidden):
        raise refusal


def version(typed: Mapping[str, str]) -> int:
    """The state of the application that a form was filled in from; 0, which none has, where it does not say."""
    given = typed.get("version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


def worded(policy: Policy, faults: Iterable[Fault], refusal: Refused | None, lang: str) -> Faults:
    """What is wrong, as a page shows it. A fault in the value of a fact begins with what the policy calls the fact."""
    said = [("", refusal.message(lang))] if refusal else []
    for fault in faults:
        field, message = fault.pointer.rpartition("/")[2], fault.message(lang)
        if fault.pointer.startswith("/facts/") and not isinstance(fault, FieldFault):
            message = text(lang, "check.fault", label=policy.fact(field).label.of(lang), message=message)
        said.append((field, message))
    return said
