"""Who is signed in, for how long, and that it ends at once when it should, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, update
from sqlmodel import select

from subsidy import accounts
from subsidy.accounts.passwords import hashed
from subsidy.accounts.sessions import IDLE, LONGEST, TOUCH_EVERY
from subsidy.database import reading, writing
from subsidy.errors import Unauthenticated
from subsidy.records import Organisation, Role, User, UserSession
from subsidy.workflow.actor import Actor
from tests.support.rows import NOW

pytestmark = pytest.mark.usefixtures("cheap")

PASSWORD = "一句好记的话就可以作密码"
LI = Actor(id="li", name="李明", role="applicant", organisation_id="jia")
SECOND = timedelta(seconds=1)


@pytest.fixture
def office(engine: Engine, cheap: None) -> Engine:
    """A database with one applicant."""
    with writing(engine) as session:
        session.add(Organisation(id="jia", name="甲公司", credit_code="91110000600037341L"))
        session.add(
            User(
                id="li", email="li@jia.cn", name="李明", password_hash=hashed(PASSWORD), role=Role.APPLICANT,
                organisation_id="jia", created_at=NOW,
            )
        )  # fmt: skip
    return engine


def seen_at(engine: Engine) -> timedelta:
    """How long after NOW the only session was last seen."""
    with reading(engine) as session:
        return session.exec(select(UserSession)).one().seen_at - NOW


@pytest.mark.parametrize("email", ["li@jia.cn", " LI@jia.CN ", "ｌｉ＠ｊｉａ．ｃｎ"])
def test_signing_in(office: Engine, email: str) -> None:
    token = accounts.sign_in(office, NOW, email, PASSWORD)
    assert accounts.who(office, NOW, token) == LI
    with reading(office) as session:
        kept = session.exec(select(UserSession)).one()
    assert len(token) == 43
    assert token not in kept.model_dump_json()
    assert kept.expires_at == NOW + LONGEST


def test_every_session_has_its_own_token(office: Engine) -> None:
    tokens = {accounts.sign_in(office, NOW, "li@jia.cn", PASSWORD) for _ in range(3)}
    assert len(tokens) == 3
    assert [accounts.who(office, NOW, token) for token in tokens] == [LI] * 3


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("li@jia.cn", PASSWORD[:-1]),
        ("li@jia.cn", ""),
        ("eve@jia.cn", PASSWORD),
        ("", ""),
        ("\0", "\0"),
        ("li@jia.cn' --", "x"),
    ],
)
def test_whatever_is_wrong_is_refused_in_the_same_words(office: Engine, email: str, password: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        accounts.sign_in(office, NOW, email, password)
    assert (refused.value.code, refused.value.params) == ("wrong_credentials", {})
    with reading(office) as session:
        assert session.exec(select(UserSession)).all() == []


def test_a_disabled_account_stops_at_once(office: Engine) -> None:
    token = accounts.sign_in(office, NOW, "li@jia.cn", PASSWORD)
    with writing(office) as session:
        session.execute(update(User).values(disabled_at=NOW))
    assert accounts.who(office, NOW, token) is None
    with pytest.raises(Unauthenticated, match="wrong_credentials"):
        accounts.sign_in(office, NOW, "li@jia.cn", PASSWORD)


def test_a_changed_role_counts_from_the_next_request(office: Engine) -> None:
    token = accounts.sign_in(office, NOW, "li@jia.cn", PASSWORD)
    with writing(office) as session:
        session.execute(update(User).values(role=Role.FINANCE))
    actor = accounts.who(office, NOW, token)
    assert actor is not None
    assert actor.role == "finance"


def test_signing_out_ends_one_session(office: Engine) -> None:
    here, there = (accounts.sign_in(office, NOW, "li@jia.cn", PASSWORD) for _ in range(2))
    for _ in range(2):
        with writing(office) as session:
            accounts.sign_out(session, NOW, here)
    assert accounts.who(office, NOW, here) is None
    assert accounts.who(office, NOW, there) == LI


@pytest.mark.parametrize("token", ["", "nobody's", "x" * 100_000, "\ud800"])
def test_a_token_of_nobody(office: Engine, token: str) -> None:
    assert accounts.who(office, NOW, token) is None
    with writing(office) as session:
        accounts.sign_out(session, NOW, token)


def test_a_session_that_is_not_used_ends(office: Engine) -> None:
    token = accounts.sign_in(office, NOW, "li@jia.cn", PASSWORD)
    assert accounts.who(office, NOW + IDLE, token) is None
    assert accounts.who(office, NOW + IDLE - SECOND, token) == LI


def test_a_session_in_use_lasts_to_its_end_and_no_longer(office: Engine) -> None:
    token = accounts.sign_in(office, NOW, "li@jia.cn", PASSWORD)
    moment, step = NOW, timedelta(hours=1)
    while moment + step < NOW + LONGEST:
        moment += step
        assert accounts.who(office, moment, token) == LI
    assert accounts.who(office, NOW + LONGEST - SECOND, token) == LI
    assert accounts.who(office, NOW + LONGEST, token) is None


def test_a_request_writes_only_now_and_then(office: Engine) -> None:
    token = accounts.sign_in(office, NOW, "li@jia.cn", PASSWORD)
    accounts.who(office, NOW + TOUCH_EVERY - SECOND, token)
    assert seen_at(office) == timedelta(0)
    accounts.who(office, NOW + TOUCH_EVERY, token)
    assert seen_at(office) == TOUCH_EVERY
