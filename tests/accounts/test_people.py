"""Who looks after whose accounts, what he may give and take, and that an enterprise keeps an owner."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from rules.faults import BadInput
from subsidy import accounts
from subsidy.accounts import links, own, people
from subsidy.accounts.duties import duties_of
from subsidy.database import reading, writing
from subsidy.errors import Forbidden, NotFound, Refused, Unauthenticated
from subsidy.records import DUTIES, Duty, Event, Message, OneTimeLink, Role, User
from subsidy.workflow.actor import Actor
from tests.support.office import ACTORS, ADMINISTRATOR, APPLICANT, FINANCE, JIA, REGISTRAR, STRANGER, Office
from tests.support.web import PASSWORD, SECRET

COLLEAGUE = Actor("lu", "陆远", Role.APPLICANT, JIA, frozenset({Duty.OWN}))
PLAIN = Actor("he", "何静", Role.APPLICANT, JIA)

Change = Callable[[Session, Actor, Office, str], object]
CHANGES: dict[str, Change] = {
    "duties": lambda session, by, zone, who: people.set_duties(session, by, zone.now, who, ()),
    "disable": lambda session, by, zone, who: people.disable(session, by, zone.now, who, "离职"),
    "enable": lambda session, by, zone, who: people.enable(session, by, zone.now, who),
    "invite again": lambda session, by, zone, who: people.invite_again(session, by, zone.now, who),
}


def invite(zone: Office, by: Actor, **changed: Any) -> tuple[User, OneTimeLink]:
    given = {"email": "neu@jia.cn", "name": "周新", "role": Role.APPLICANT, "duties": ()} | changed
    with writing(zone.engine) as session:
        return people.invite(session, by, zone.now, **given)


def change(zone: Office, how: str, by: Actor, who: str) -> None:
    with writing(zone.engine) as session:
        CHANGES[how](session, by, zone, who)


def user(zone: Office, who: str) -> User:
    with reading(zone.engine) as session:
        return session.get_one(User, who)


def duties(zone: Office, who: str) -> frozenset[Duty]:
    with reading(zone.engine) as session:
        return duties_of(session, [who]).get(who, frozenset())


def test_who_is_invited_sets_his_own_password_and_is_in(zone: Office) -> None:
    invited, link = invite(zone, APPLICANT)
    assert (invited.password_hash, invited.organisation_id) == (None, JIA)
    with pytest.raises(Unauthenticated):
        accounts.sign_in(zone.engine, zone.now, "neu@jia.cn", "")
    code = links.path(link.id, SECRET).removeprefix("/links/")
    token = own.set_password(zone.engine, zone.now, code, SECRET, PASSWORD)
    assert accounts.who(zone.engine, zone.now, token) == Actor(invited.id, "周新", Role.APPLICANT, JIA)
    with reading(zone.engine) as session:
        message = session.exec(select(Message).where(col(Message.user_id) == invited.id)).one()
        event = session.exec(select(Event).where(col(Event.command) == "invite")).one()
    assert (message.command, message.link_id, event.actor_id) == ("invitation", link.id, APPLICANT.id)
    assert "上海甲储能科技有限公司" in message.body_zh


def test_the_registrar_invites_to_the_office(zone: Office) -> None:
    invited, _ = invite(zone, REGISTRAR, role=Role.FINANCE, duties={Duty.CHECK})
    assert (invited.organisation_id, duties(zone, invited.id)) == (None, frozenset({Duty.CHECK}))


@pytest.mark.parametrize("name", ["administrator", "related administrator", "finance", "auditor"])
def test_nobody_else_looks_after_accounts(zone: Office, name: str) -> None:
    with pytest.raises(Forbidden):
        invite(zone, ACTORS[name])
    for how in CHANGES:
        with pytest.raises(Forbidden):
            change(zone, how, ACTORS[name], "wang")
    with reading(zone.engine) as session, pytest.raises(Forbidden):
        people.accounts_of(session, ACTORS[name])


def test_an_applicant_without_the_duty_looks_after_nobody(zone: Office) -> None:
    zone.employ(PLAIN)
    with pytest.raises(Forbidden):
        invite(zone, PLAIN)
    with pytest.raises(Forbidden):
        change(zone, "disable", PLAIN, "li")


@pytest.mark.parametrize("role", list(Role))
def test_each_invites_to_his_own_house_only(zone: Office, role: Role) -> None:
    wrong = REGISTRAR if role is Role.APPLICANT else APPLICANT
    with pytest.raises(Forbidden):
        invite(zone, wrong, role=role, duties=DUTIES[role][:1])


@pytest.mark.parametrize("how", CHANGES)
@pytest.mark.parametrize(
    ("by", "who"),
    [(STRANGER, "li"), (APPLICANT, "chen"), (APPLICANT, "zhao"), (REGISTRAR, "li"), (REGISTRAR, "nosuch"), (APPLICANT, "\0")],
)  # fmt: skip
def test_an_account_out_of_reach_is_not_found(zone: Office, how: str, by: Actor, who: str) -> None:
    with pytest.raises(NotFound) as refused:
        change(zone, how, by, who)
    assert refused.value.code == "not_found"


def test_each_sees_those_in_his_reach(zone: Office) -> None:
    with reading(zone.engine) as session:
        mine = {each.id for each in people.accounts_of(session, APPLICANT)}
        office = {each.id for each in people.accounts_of(session, REGISTRAR)}
    assert mine == {"li"}
    assert office == {"chen", "zhao", "qian", "tang", "sun", "fang", "bai", "yan"}


@pytest.mark.parametrize(("by", "who"), [(APPLICANT, "li"), (REGISTRAR, "yan")])
def test_nobody_changes_his_own_account(zone: Office, by: Actor, who: str) -> None:
    for how in CHANGES:
        with pytest.raises(Forbidden, match="own_account"):
            change(zone, how, by, who)


@pytest.mark.parametrize(
    ("role", "given", "code"),
    [
        (Role.FINANCE, {Duty.MAKE, Duty.CHECK}, "duties_incompatible"),
        (Role.FINANCE, {Duty.APPROVE}, "duty_foreign"),
        (Role.ADMINISTRATOR, (), "duty_missing"),
        (Role.AUDITOR, {Duty.RECEIVE}, "duty_foreign"),
        (Role.REGISTRAR, {Duty.OWN}, "duty_foreign"),
    ],
)
def test_duties_that_do_not_go_together(zone: Office, role: Role, given: set[Duty], code: str) -> None:
    with pytest.raises(BadInput) as bad:
        invite(zone, REGISTRAR, role=role, duties=given)
    assert [(fault.pointer, fault.code) for fault in bad.value.faults] == [("/duties", code)]


def test_a_duty_counts_from_the_next_request(zone: Office) -> None:
    token = accounts.sign_in(zone.engine, zone.now, "chen@example.cn", PASSWORD)
    with writing(zone.engine) as session:
        people.set_duties(session, REGISTRAR, zone.now, "chen", {Duty.RECEIVE})
    assert accounts.who(zone.engine, zone.now, token) == replace(ADMINISTRATOR, duties=frozenset({Duty.RECEIVE}))
    with reading(zone.engine) as session:
        event = session.exec(select(Event)).one()
    assert (event.before_json, event.after_json) == (
        '{"duties":"receive recommend approve"}',
        '{"duties":"receive"}',
    )


def test_who_is_disabled_is_out_at_once_and_stays_out(zone: Office) -> None:
    token = accounts.sign_in(zone.engine, zone.now, "sun@example.cn", PASSWORD)
    change(zone, "disable", REGISTRAR, "sun")
    assert accounts.who(zone.engine, zone.now, token) is None
    with pytest.raises(Unauthenticated):
        accounts.sign_in(zone.engine, zone.now, "sun@example.cn", PASSWORD)
    with pytest.raises(Refused, match="account_state"):
        change(zone, "disable", REGISTRAR, "sun")
    change(zone, "enable", REGISTRAR, "sun")
    assert accounts.who(zone.engine, zone.now, token) is None
    accounts.sign_in(zone.engine, zone.now, "sun@example.cn", PASSWORD)


def test_an_invitation_ends_with_the_account_and_is_sent_again_until_it_is_used(zone: Office) -> None:
    invited, first = invite(zone, APPLICANT)
    with writing(zone.engine) as session:
        again = people.invite_again(session, APPLICANT, zone.now, invited.id)
    change(zone, "disable", APPLICANT, invited.id)
    for link in (first, again):
        code = links.path(link.id, SECRET).removeprefix("/links/")
        with pytest.raises(NotFound):
            own.set_password(zone.engine, zone.now, code, SECRET, PASSWORD)
    zone.employ(PLAIN)
    with pytest.raises(Refused, match="account_state"):
        change(zone, "invite again", APPLICANT, "he")


def test_somebody_of_the_office_has_one_account_in_it(zone: Office) -> None:
    with pytest.raises(Refused):
        invite(zone, REGISTRAR, role=Role.AUDITOR, person=f"{FINANCE.id}@example.cn")
    invited, _ = invite(zone, REGISTRAR, role=Role.AUDITOR, person="li@example.cn")
    assert invited.person_id == "li"


@pytest.mark.parametrize("how", ["duties", "disable"])
def test_of_two_owners_who_remove_each_other_at_once_one_stays(zone: Office, engine: Engine, how: str) -> None:
    zone.employ(COLLEAGUE)
    both = Barrier(2)

    def remove(by: Actor, who: str) -> str:
        both.wait()
        try:
            change(zone, how, by, who)
        except Refused as refused:
            return refused.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(remove, (APPLICANT, COLLEAGUE), ("lu", "li")))
    assert sorted(told) == ["done", "last_owner"]
    left = [who for who in ("li", "lu") if Duty.OWN in duties(zone, who) and not user(zone, who).disabled_at]
    assert len(left) == 1
