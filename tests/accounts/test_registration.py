"""Who gets an account, on both databases: everything or nothing, every fault at once, one event for each."""

import json
import threading
from typing import Any

import pytest
from sqlalchemy import Engine, func
from sqlmodel import SQLModel, select

from rules.faults import BadInput
from subsidy import accounts
from subsidy.database import reading, writing
from subsidy.errors import Refused
from subsidy.records import Event, Organisation, Role, User
from tests.support.rows import NOW

pytestmark = pytest.mark.usefixtures("cheap")

LI = {
    "email": "Li@Jia.cn",
    "password": "一句好记的话就可以作密码",
    "name": "李明",
    "organisation_name": "上海甲储能科技有限公司",
    "credit_code": "9111 0000 6000 3734 1l",
}

ANOTHER = "91310000607400000M"


def sign_up(engine: Engine, **changed: str) -> User:
    with writing(engine) as session:
        return accounts.sign_up(session, NOW, **LI | changed)


def add_user(engine: Engine, **given: Any) -> User:
    with writing(engine) as session:
        return accounts.add_user(session, NOW, **{"email": "a@b.cn", "password": LI["password"]} | given)


def count(engine: Engine, record: type[SQLModel]) -> int:
    with reading(engine) as session:
        return session.exec(select(func.count()).select_from(record)).one()


def test_an_applicant_signs_up_with_his_organisation(engine: Engine) -> None:
    user = sign_up(engine)
    with reading(engine) as session:
        stored = session.get_one(User, user.id)
        organisation = session.get_one(Organisation, stored.organisation_id)
        event = session.exec(select(Event)).one()
    assert (stored.email, stored.name, stored.role, stored.created_at) == ("li@jia.cn", "李明", Role.APPLICANT, NOW)
    assert str(stored.password_hash).startswith("$argon2id$")
    assert (organisation.name, organisation.credit_code) == ("上海甲储能科技有限公司", "91110000600037341L")
    assert (event.actor_id, event.command, event.subject_kind, event.subject_id) == (
        user.id,
        "sign_up",
        "user",
        user.id,
    )
    assert json.loads(event.after_json or "") == {
        "email": "li@jia.cn", "organisation_id": organisation.id, "role": "applicant", "duties": "own"
    }  # fmt: skip


def test_every_fault_is_told_at_once_and_nothing_kept(engine: Engine) -> None:
    with pytest.raises(BadInput) as bad:
        sign_up(engine, email="li", password="short", name=" ", organisation_name="", credit_code="9111")
    pointers = [fault.pointer for fault in bad.value.faults]
    assert pointers == ["/email", "/password", "/name", "/organisation_name", "/credit_code"]
    for fault in bad.value.faults:
        assert fault.message("zh") != fault.message("en")
    assert count(engine, User) == count(engine, Organisation) == count(engine, Event) == 0


def test_an_address_has_one_account(engine: Engine) -> None:
    sign_up(engine)
    with pytest.raises(Refused) as refused:
        sign_up(engine, email="LI@jia.cn", credit_code=ANOTHER)
    assert refused.value.code == "email_taken"
    assert count(engine, User) == count(engine, Organisation) == count(engine, Event) == 1


def test_nobody_joins_an_organisation_by_knowing_its_credit_code(engine: Engine) -> None:
    sign_up(engine)
    with pytest.raises(Refused) as refused:
        sign_up(engine, email="eve@else.cn", organisation_name="别的名字")
    assert refused.value.code == "organisation_exists"
    assert count(engine, User) == count(engine, Organisation) == count(engine, Event) == 1


@pytest.mark.parametrize("same", ["email", "credit_code"])
def test_of_two_at_the_same_moment_one_stands(engine: Engine, same: str) -> None:
    others = {"email": "eve@else.cn", "credit_code": ANOTHER}
    barrier = threading.Barrier(2)
    told: list[str] = []

    def attempt(**changed: str) -> None:
        barrier.wait()
        try:
            sign_up(engine, **changed)
        except Refused as refused:
            told.append(refused.code)

    del others[same]
    threads = [threading.Thread(target=attempt, kwargs=changed) for changed in ({}, others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [{"email": "email_taken", "credit_code": "organisation_exists"}[same]]
    assert count(engine, User) == count(engine, Organisation) == count(engine, Event) == 1


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.FINANCE])
def test_the_operator_adds_staff(engine: Engine, role: Role) -> None:
    user = add_user(engine, email="Zhang.San@office.cn", role=role)
    assert (user.email, user.name, user.role, user.organisation_id) == ("zhang.san@office.cn", "zhang.san", role, None)
    with reading(engine) as session:
        event = session.exec(select(Event)).one()
    assert (event.actor_id, event.actor_name, event.command) == (None, "system", "add_user")


@pytest.mark.parametrize("named", ["上海甲储能科技有限公司", " 91110000 600037341l "])
@pytest.mark.parametrize("role", [Role.APPLICANT, Role.ADMINISTRATOR])
def test_the_operator_adds_a_colleague_to_a_registered_organisation(engine: Engine, named: str, role: Role) -> None:
    first = sign_up(engine)
    second = add_user(engine, role=role, name="王芳", organisation=named)
    assert (second.organisation_id, second.name) == (first.organisation_id, "王芳")


@pytest.mark.parametrize(
    ("organisation", "code"),
    [
        (None, "organisation_missing"),
        ("", "organisation_missing"),
        ("无此单位", "organisation_unknown"),
        ("同名公司", "organisation_ambiguous"),
    ],
)
def test_an_applicant_needs_an_organisation_that_is_clear(engine: Engine, organisation: str | None, code: str) -> None:
    sign_up(engine, organisation_name="同名公司")
    sign_up(engine, organisation_name="同名公司", email="eve@else.cn", credit_code=ANOTHER)
    with pytest.raises(BadInput) as bad:
        add_user(engine, role=Role.APPLICANT, organisation=organisation, password="short")
    assert [fault.code for fault in bad.value.faults] == ["password_short", code]
    assert count(engine, User) == 2


def test_the_operator_cannot_add_an_address_twice(engine: Engine) -> None:
    add_user(engine, role=Role.FINANCE)
    with pytest.raises(Refused, match="email_taken"):
        add_user(engine, role=Role.ADMINISTRATOR, email="A@b.cn")
    assert count(engine, User) == 1
