"""Turning a template into an answer. Templates lie beside their handlers, the frame and the pieces in `layout/`."""

import hashlib
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from rules import wording
from rules.money import grouped
from rules.reading import DEFAULT_POLICY
from schedules.clock import FixedClock
from subsidy.locale import catalogue, text
from subsidy.records import Duty
from subsidy.web import formats, language
from subsidy.web.session import current_actor, ends_soon
from subsidy.workflow.actor import Actor

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"
DONE_COOKIE: Final = "subsidy_done"


def render(
    request: Request, template: str, *, status: int = 200, lang: str | None = None, **context: object
) -> HTMLResponse:
    """A page in the reader's language. `lang` overrides it, for a form that is sent only to switch the language."""
    chosen = lang or language.asked(request)
    lang = chosen or language.language(request)
    done = request.cookies.get(DONE_COOKIE, "")
    page = environment().get_template(template).render(_common(request, lang) | context | {"done": _confirmation(done)})
    response = HTMLResponse(page, status, headers={"Content-Language": lang, "Cache-Control": "private, no-cache"})
    if chosen:
        language.remember(response, chosen)
    if done:
        response.delete_cookie(DONE_COOKIE)
    return response


def redirect(path: str, *, done: str | None = None) -> RedirectResponse:
    """What follows a form that was carried out: the page at `path`, once with the text of `done` (`ROOM.done_…`)."""
    response = RedirectResponse(path, 303)
    if done:
        response.set_cookie(DONE_COOKIE, done, max_age=60, httponly=True, samesite="lax")
    return response


def link(path: str, /, **query: object) -> str:
    """`path` with a query; parameters that are None or empty are left out."""
    given = [(key, str(value)) for key, value in query.items() if value not in (None, "")]
    return f"{path}?{urlencode(given)}" if given else path


@cache
def environment() -> Environment:
    """The templates' environment: everything escaped, a misspelt name is an error."""
    made = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # A new release unpacked under a running server must not mix its templates with the code that is loaded.
        auto_reload=False,
    )
    made.globals |= {
        "link": link,
        "asset": asset,
        "faults": (),
        "section": "",
        "wide": False,
        "switch": "",
        "switch_to": "",
        "enter": "",
        "blocked": None,
    }
    made.filters |= {"yuan": _yuan, "amount": grouped, "day": _day, "time": _time, "number": formats.number}
    return made


@cache
def asset(name: str) -> str:
    """The address of a static file, changing with its content so that browsers may keep it."""
    return f"/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


def _common(request: Request, lang: str) -> dict[str, object]:
    clock = request.app.state.clock
    actor = current_actor(request)
    path, query = request.url.path, dict(request.query_params)
    here = path if request.method == "GET" else "/"
    # Nor does an address that works once go into another one.
    elsewhere = path in ("/sign-in", "/sign-up") or path.startswith("/links/")
    back = query.get("next") if elsewhere else link(here, **query)
    return {
        "t": lambda key, **params: text(lang, key, **params),
        "lang": lang,
        "other_lang": language.other(lang),
        "other_lang_link": link(here, **(query | {"lang": language.other(lang)})),
        "sign_in_link": link("/sign-in", next=back if back != "/" else None),
        "actor": actor,
        "ends_soon": ends_soon(request),
        "menu": _menu(actor),
        "path": path,
        "today": clock.today(),
        "fixed_clock": isinstance(clock, FixedClock),
    }


def _confirmation(key: str) -> str | None:
    """The key, if it is one of a confirmation: cookies are the reader's to change."""
    return key if key in catalogue() and key.partition(".")[2].startswith("done_") else None


def _menu(actor: Actor | None) -> list[tuple[str, str]]:
    """The navigation of this reader: (section, address)."""
    menu = [("check", "/"), ("policy", f"/policy/{DEFAULT_POLICY}"), ("notices", "/notices")]
    if actor is None or actor.role == "applicant":
        menu.append(("apply", "/apply"))
    if actor and actor.role == "applicant":
        menu.append(("messages", "/messages"))
    if actor and actor.role in ("administrator", "auditor"):
        menu.append(("review", "/review"))
    if actor and actor.role in ("administrator", "finance", "auditor"):
        menu.append(("finance", "/finance"))
    if actor and actor.role in ("administrator", "auditor"):
        menu.append(("messages", "/review/messages"))
    if actor and (actor.role == "registrar" or Duty.OWN in actor.duties):
        menu.append(("people", "/people"))
    return menu


@pass_context
def _yuan(context: Context, fen: int) -> str:
    return formats.money(fen, context["lang"])


@pass_context
def _day(context: Context, value: date) -> str:
    return wording.day(value, context["lang"])


@pass_context
def _time(context: Context, value: datetime) -> str:
    return formats.time(value, context["lang"])
