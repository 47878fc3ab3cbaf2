"""Accounts: the list, one account with what was done with it, and the steps that can be taken, each on a page of its own."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from rules.faults import Fault
from subsidy.accounts import links, people
from subsidy.accounts.duties import listed
from subsidy.errors import NotFound, Refused, Stale
from subsidy.records import DUTIES, OneTimeLink, Role, User
from subsidy.web import paging
from subsidy.web.language import language
from subsidy.web.pages import render
from subsidy.web.people.desk import HOME, Account, Typed, address, enterprise, found, keeper, opened, ticked, worded
from subsidy.web.people.story import story
from subsidy.web.steps import Page, carry_out
from subsidy.workflow.actor import Actor

router = APIRouter(include_in_schema=False)

STEPS: Final[Mapping[str, people.Step]] = {
    "duties": people.Step.SET_DUTIES,
    "invitation": people.Step.INVITE_AGAIN,
    "disable": people.Step.DISABLE,
    "enable": people.Step.ENABLE,
}
"""By the last part of the address of each."""

Invited = tuple[User, OneTimeLink]


@router.get(HOME)
def list_page(request: Request) -> Response:
    actor = keeper(request)
    sheet = paging.sheet(found(request, actor), HOME, request.query_params)
    return render(request, "people/list.html", sheet=sheet, enterprise=enterprise(request, actor))


@router.get(HOME + "/new")
def invite_page(request: Request) -> Response:
    return _invitation(request, keeper(request), {})()


@router.post(HOME + "/new")
def invite(request: Request, typed: Typed) -> Response:
    actor, now = keeper(request), request.app.state.clock.now()

    def step(session: Session) -> Invited:
        return people.invite(
            session,
            actor,
            now,
            email=typed.get("email", ""),
            name=typed.get("name", ""),
            role=typed.get("role", "") if actor.role == Role.REGISTRAR else Role.APPLICANT,
            duties=ticked(typed),
            person=typed.get("person", "").strip() if actor.role == Role.REGISTRAR else "",
        )

    return _invite(request, typed, step, _invitation(request, actor, typed))


@router.get(HOME + "/{user_id}")
def account_page(request: Request, user_id: str) -> Response:
    actor = keeper(request)
    account, events = opened(request, actor, user_id)
    possible = people.steps(account.user)
    return render(
        request,
        "people/account.html",
        account=account,
        steps=[name for name, step in STEPS.items() if step in possible and _fits(account, step)],
        closed=people.why_not(actor, account.user),
        story=story(events, language(request)),
    )


@router.get(HOME + "/{user_id}/{step}")
def step_page(request: Request, user_id: str, step: str) -> Response:
    return _step(request, keeper(request), user_id, step, {})()


@router.post(HOME + "/{user_id}/{step}")
def take(request: Request, user_id: str, step: str, typed: Typed) -> Response:
    actor, now = keeper(request), request.app.state.clock.now()
    page = _step(request, actor, user_id, step, typed)

    def invite_again(session: Session) -> Invited:
        link = people.invite_again(session, actor, now, user_id)
        return people.account(session, actor, user_id), link

    def change(session: Session) -> User:
        match STEPS[step]:
            case people.Step.SET_DUTIES:
                seen = typed.get("seen", "").split()
                return people.set_duties(session, actor, now, user_id, ticked(typed), seen)
            case people.Step.DISABLE:
                return people.disable(session, actor, now, user_id, typed.get("reason", ""))
            case _:
                return people.enable(session, actor, now, user_id)

    if STEPS[step] is people.Step.INVITE_AGAIN:
        return _invite(request, typed, invite_again, page)
    to, done = address(user_id), f"people.done_{step}"
    return carry_out(request, typed, change, page, to=lambda _: to, done=done, weighty=True)


def _invite(request: Request, typed: Mapping[str, str], step: Callable[[Session], Invited], page: Page) -> Response:
    """Leads to the account; where no mail goes out, to the link itself, which nobody is shown a second time."""
    made: list[Invited] = []

    def keep(session: Session) -> Invited:
        made.append(step(session))
        return made[-1]

    def to(invited: Invited) -> str:
        return address(invited[0].id)

    answer = carry_out(request, typed, keep, page, to=to, done="people.done_invitation", weighty=True)
    settings = request.app.state.settings
    if answer.status_code != 303 or settings.smtp_url is not None:
        return answer
    user, link = made[-1]
    url = settings.base_url.rstrip("/") + links.path(link.id, settings.secret)
    shown = render(request, "people/link.html", user=user, url=url, until=link.expires_at)
    shown.headers["Cache-Control"] = "no-store"
    return shown


def _invitation(request: Request, actor: Actor, typed: Mapping[str, str]) -> Page:
    def page(
        *, lang: str | None = None, status: int = 200, faults: Iterable[Fault] = (), refusal: Refused | None = None
    ) -> Response:
        return render(
            request,
            "people/invite.html",
            status=status,
            lang=lang,
            typed=typed,
            chosen=ticked(typed),
            roles=people.STAFF if actor.role == Role.REGISTRAR else (),
            duties=DUTIES,
            enterprise=enterprise(request, actor),
            faults=worded(faults, refusal, lang or language(request)),
        )

    return page


def _step(request: Request, actor: Actor, user_id: str, name: str, typed: Mapping[str, str]) -> Page:
    """The page of a step, as the account now stands. Raises NotFound where there is no such step or account."""
    step = STEPS.get(name)
    if step is None or not _fits(opened(request, actor, user_id)[0], step):
        raise NotFound

    def page(
        *, lang: str | None = None, status: int = 200, faults: Iterable[Fault] = (), refusal: Refused | None = None
    ) -> Response:
        account, _ = opened(request, actor, user_id)
        closed = people.why_not(actor, account.user)
        if closed is None and step not in people.steps(account.user):
            closed = Refused("account_state")
        present = listed(account.duties)
        return render(
            request,
            "people/step.html",
            status=status,
            lang=lang,
            account=account,
            step=name,
            typed=typed,
            chosen=ticked(typed) if "seen" in typed else account.duties,
            seen=present if isinstance(refusal, Stale) else typed.get("seen", present),
            duties=DUTIES,
            blocked=closed,
            faults=worded(faults, refusal, lang or language(request)),
        )

    return page


def _fits(account: Account, step: people.Step) -> bool:
    """Whether the step means anything for an account of this role."""
    return step is not people.Step.SET_DUTIES or bool(DUTIES[account.user.role])
