"""Which passwords are taken, and that comparing them tells nothing but yes or no."""

from unittest.mock import Mock

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from subsidy.accounts import passwords
from subsidy.accounts.passwords import hashed, matches, password_fault


def test_a_password_is_kept_as_argon2id_with_its_own_salt() -> None:
    first, second = hashed("correct horse battery"), hashed("correct horse battery")
    assert first.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert first != second
    assert matches("correct horse battery", first)
    assert not matches("correct horse batterz", first)


@pytest.mark.usefixtures("cheap")
def test_what_different_keyboards_send_is_the_same_password() -> None:
    assert matches("ｐａｓｓ　ｗｏｒｄ　１２", hashed("pass word 12"))


@pytest.mark.usefixtures("cheap")
@pytest.mark.parametrize("odd", ["", "\0", "\ud800 half a character", "x" * 1_000_000, "密码" * 20])
def test_anything_typed_is_an_answer(odd: str) -> None:
    assert not matches(odd, hashed("correct horse battery"))
    assert not matches(odd, None)


@pytest.mark.usefixtures("cheap")
def test_nobody_has_no_password() -> None:
    assert not matches("", None)


def test_an_unknown_person_costs_one_comparison_like_a_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    known, nobody = hasher.hash("correct horse battery"), hasher.hash("")
    compare = Mock(wraps=hasher.verify)
    monkeypatch.setattr(hasher, "verify", compare)
    monkeypatch.setattr(passwords, "_hasher", lambda: hasher)
    monkeypatch.setattr(passwords, "_nobody", lambda: nobody)
    matches("wrong", known)
    matches("wrong", None)
    assert [call.args for call in compare.call_args_list] == [("wrong", known), ("wrong", nobody)]


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password_short"),
        ("elevenchars", "password_short"),
        ("twelve chars", None),
        ("一句好记的话就可以作密码", None),
        ("一二三四五六七八九十一", "password_short"),
        ("aaaaaaaaaaaaaaaaaaaa", "password_simple"),
        ("abcdabcdabcdabcd", "password_simple"),
        ("abcdeabcdeabcde", None),
        ("Li.Ming@Company.CN", "password_simple"),
        ("ab" + "cdefgh" * 21, None),
        ("abc" + "cdefgh" * 21, "password_long"),
    ],
)
def test_a_new_password(password: str, code: str | None) -> None:
    fault = password_fault(password, "li.ming@company.cn")
    assert (fault and fault.code) == code
    if fault:
        assert fault.pointer == "/password"
        assert password not in fault.message("zh") or not password
