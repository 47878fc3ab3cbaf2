"""What people do with their own account: another password, another address, and that whoever else was in is out."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from rules.faults import BadInput
from subsidy import accounts
from subsidy.accounts import attempts, links, own
from subsidy.database import reading, writing
from subsidy.errors import NotFound, Refused, TooMany, Unauthenticated
from subsidy.records import Event, Message, OneTimeLink, User
from tests.support.office import APPLICANT, Office
from tests.support.web import PASSWORD, SECRET

LI = "li@example.cn"
NEW = "another sentence to remember"


def sign_in(zone: Office, password: str = PASSWORD, email: str = LI) -> str:
    return accounts.sign_in(zone.engine, zone.now, email, password)


def inside(zone: Office, *tokens: str) -> list[bool]:
    return [accounts.who(zone.engine, zone.now, token) is not None for token in tokens]


def mails(zone: Office) -> list[tuple[str, str | None]]:
    """What was written to whom about accounts: its kind, and the address where it is not the account's own."""
    with reading(zone.engine) as session:
        query = select(Message).where(col(Message.application_id).is_(None)).order_by(col(Message.command))
        return [(each.command, each.address) for each in session.exec(query)]


def sent(zone: Office) -> str:
    """The code of the newest link that is open."""
    with reading(zone.engine) as session:
        link = session.exec(select(OneTimeLink).where(col(OneTimeLink.ended_at).is_(None))).one()
    return links.path(link.id, SECRET).removeprefix("/links/")


def test_another_password_ends_every_other_session(zone: Office) -> None:
    here, there = sign_in(zone), sign_in(zone)
    own.change_password(zone.engine, zone.now, APPLICANT, here, PASSWORD, NEW)
    assert inside(zone, here, there) == [True, False]
    with pytest.raises(Unauthenticated):
        sign_in(zone)
    sign_in(zone, NEW)
    assert mails(zone) == [("password", None)]


def test_a_password_is_changed_only_by_who_knows_it(zone: Office) -> None:
    here, there = sign_in(zone), sign_in(zone)
    with pytest.raises(BadInput) as bad:
        own.change_password(zone.engine, zone.now, APPLICANT, here, "wrong", "short")
    assert [(fault.pointer, fault.code) for fault in bad.value.faults] == [
        ("/present", "wrong_password"),
        ("/password", "password_short"),
    ]
    assert inside(zone, here, there) == [True, True]
    for _ in range(4):
        with pytest.raises(BadInput):
            own.change_password(zone.engine, zone.now, APPLICANT, here, "wrong", NEW)
    with pytest.raises(TooMany):
        own.change_password(zone.engine, zone.now, APPLICANT, here, PASSWORD, NEW)


def test_a_forgotten_password_is_replaced_and_whoever_was_in_is_out(zone: Office) -> None:
    token = sign_in(zone)
    with writing(zone.engine) as session:
        own.forgotten(session, zone.now, LI)
    assert inside(zone, token) == [True]
    again = own.set_password(zone.engine, zone.now, sent(zone), SECRET, NEW)
    assert inside(zone, token, again) == [False, True]
    sign_in(zone, NEW)
    assert mails(zone) == [("password", None), ("reset", None)]


def test_a_password_that_will_not_do_does_not_use_the_link_up(zone: Office) -> None:
    with writing(zone.engine) as session:
        own.forgotten(session, zone.now, LI)
    with pytest.raises(BadInput):
        own.set_password(zone.engine, zone.now, sent(zone), SECRET, "short")
    own.set_password(zone.engine, zone.now, sent(zone), SECRET, NEW)


def test_who_is_locked_out_by_others_comes_in_by_the_link(zone: Office) -> None:
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            sign_in(zone, "wrong")
    with writing(zone.engine) as session:
        own.forgotten(session, zone.now, LI)
    own.set_password(zone.engine, zone.now, sent(zone), SECRET, NEW)
    sign_in(zone, NEW)


@pytest.mark.parametrize("email", [LI, "nobody@example.cn"])
def test_nobody_is_told_whether_there_is_such_an_account(zone: Office, email: str) -> None:
    for _ in range(attempts.RESET.most):
        with writing(zone.engine) as session:
            own.forgotten(session, zone.now, email)
    with writing(zone.engine) as session, pytest.raises(TooMany):
        own.forgotten(session, zone.now, email)
    assert len(mails(zone)) == (3 if email == LI else 0)


def test_another_address_holds_only_once_it_is_confirmed_and_the_old_one_is_told(zone: Office) -> None:
    own.ask_email(zone.engine, zone.now, APPLICANT, "Neu@jia.cn")
    assert mails(zone) == [("email", "neu@jia.cn"), ("email_asked", None)]
    sign_in(zone)
    with pytest.raises(Unauthenticated):
        sign_in(zone, email="neu@jia.cn")
    code = sent(zone)
    with writing(zone.engine) as session:
        own.confirm_email(session, zone.now, code, SECRET)
    assert ("email_changed", LI) in mails(zone)
    sign_in(zone, email="neu@jia.cn")
    with pytest.raises(Unauthenticated):
        sign_in(zone)
    with writing(zone.engine) as session, pytest.raises(NotFound):
        own.confirm_email(session, zone.now, code, SECRET)


def test_an_address_that_somebody_else_took_meanwhile_is_refused(zone: Office) -> None:
    own.ask_email(zone.engine, zone.now, APPLICANT, "neu@jia.cn")
    with writing(zone.engine) as session:
        session.get_one(User, "wang").email = "neu@jia.cn"
    with writing(zone.engine) as session, pytest.raises(Refused, match="email_taken"):
        own.confirm_email(session, zone.now, sent(zone), SECRET)


@pytest.mark.parametrize(("email", "code"), [(LI, "same_email"), ("wang@example.cn", "email_taken")])
def test_an_address_that_will_not_do(zone: Office, email: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        own.ask_email(zone.engine, zone.now, APPLICANT, email)
    assert mails(zone) == []


def test_a_link_to_a_new_password_ends_with_the_old_address(zone: Office) -> None:
    own.ask_email(zone.engine, zone.now, APPLICANT, "neu@jia.cn")
    confirming = sent(zone)
    with writing(zone.engine) as session:
        link = own.link_for(session, zone.now, LI)
    with writing(zone.engine) as session:
        own.confirm_email(session, zone.now, confirming, SECRET)
    code = links.path(link.id, SECRET).removeprefix("/links/")
    with pytest.raises(NotFound):
        own.set_password(zone.engine, zone.now + timedelta(minutes=1), code, SECRET, NEW)


def test_each_change_stands_in_the_record_without_any_secret(zone: Office) -> None:
    here = sign_in(zone)
    own.change_password(zone.engine, zone.now, APPLICANT, here, PASSWORD, NEW)
    own.ask_email(zone.engine, zone.now, APPLICANT, "neu@jia.cn")
    with reading(zone.engine) as session:
        told = [event.model_dump_json() for event in session.exec(select(Event).order_by(col(Event.id)))]
    assert ["change_password" in told[0], "ask_email" in told[1], len(told)] == [True, True, 2]
    assert not [secret for secret in (PASSWORD, NEW, "argon2", here) if secret in "".join(told)]
