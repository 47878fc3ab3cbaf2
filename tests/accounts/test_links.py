"""An address that was sent to somebody works once, for its time, for its purpose, and nobody else can make it."""

from datetime import timedelta
from hashlib import sha256

import pytest
from itsdangerous import Signer
from sqlmodel import select

from subsidy.accounts import links, own
from subsidy.database import reading, writing
from subsidy.errors import NotFound
from subsidy.records import OneTimeLink, Purpose, Record, User
from tests.support.office import Office
from tests.support.web import SECRET

NEW = "another sentence to remember"


def made(zone: Office, purpose: Purpose = Purpose.RESET, user_id: str = "li") -> OneTimeLink:
    with writing(zone.engine) as session:
        return links.make(session, zone.now, user_id, purpose, "neu@jia.cn" if purpose is Purpose.EMAIL else None)


def code(link: OneTimeLink, secret: str = SECRET) -> str:
    return links.path(link.id, secret).removeprefix("/links/")


def opens(zone: Office, code: str, later: timedelta = timedelta(0)) -> bool:
    try:
        with writing(zone.engine) as session:
            own.reader(session, zone.now + later, code, SECRET)
    except NotFound as refused:
        return refused.code != "link_over"
    return True


def test_looking_at_a_link_does_not_use_it_up_and_using_it_does(zone: Office) -> None:
    link = made(zone)
    assert opens(zone, code(link))
    assert opens(zone, code(link))
    own.set_password(zone.engine, zone.now, code(link), SECRET, NEW)
    assert not opens(zone, code(link))
    with pytest.raises(NotFound):
        own.set_password(zone.engine, zone.now, code(link), SECRET, NEW)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_link_is_over_when_its_time_is(zone: Office, purpose: Purpose) -> None:
    link, lifetime = made(zone, purpose), links.LIFETIME[purpose]
    assert opens(zone, code(link), lifetime - timedelta(seconds=1))
    assert not opens(zone, code(link), lifetime)


def test_a_new_link_ends_the_one_before_it_and_none_of_others(zone: Office) -> None:
    before, email, stranger = made(zone), made(zone, Purpose.EMAIL), made(zone, user_id="wang")
    after = made(zone)
    assert [opens(zone, code(each)) for each in (before, after, email, stranger)] == [False, True, True, True]


def test_a_link_that_confirms_an_address_sets_no_password_and_the_other_way_round(zone: Office) -> None:
    with pytest.raises(NotFound):
        own.set_password(zone.engine, zone.now, code(made(zone, Purpose.EMAIL)), SECRET, NEW)
    with writing(zone.engine) as session, pytest.raises(NotFound):
        own.confirm_email(session, zone.now, code(made(zone)), SECRET)


def test_a_code_that_nobody_of_ours_made_opens_nothing(zone: Office) -> None:
    link = made(zone)
    id_, _, signature = code(link).rpartition(".")
    other = made(zone, user_id="wang")
    forged = [
        "", "x", id_, f"{id_}.", f".{signature}", f"{other.id}.{signature}", f"{id_}.{signature[:-2]}", f"{id_}/{signature}",
        code(link, "another secret of the same length"), Signer(SECRET, salt="subsidy.session").sign(id_).decode(),
        f"{id_}.{sha256(id_.encode()).hexdigest()}", "\0", "\ud800", "字" * 1000,
    ]  # fmt: skip
    assert [each for each in forged if opens(zone, each)] == []
    assert opens(zone, code(link))


def test_who_reads_the_database_cannot_make_the_address(zone: Office) -> None:
    with writing(zone.engine) as session:
        own.forgotten(session, zone.now, "li@example.cn")
    with reading(zone.engine) as session:
        signature = code(session.exec(select(OneTimeLink)).one()).rpartition(".")[2]
        kept = [str(row) for table in Record.metadata.sorted_tables for row in session.execute(table.select()).all()]
    assert [row for row in kept if "li@example.cn" in row]
    assert [row for row in kept if signature in row] == []


def test_a_disabled_account_has_no_way_in(zone: Office) -> None:
    link = made(zone)
    with writing(zone.engine) as session:
        user = session.get_one(User, "li")
        user.disabled_at = zone.now
    assert not opens(zone, code(link))
