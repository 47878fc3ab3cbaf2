"""What people type about themselves is read as they mean it, or refused naming the field and what to do."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.cn import uscc

from rules.faults import Fault
from subsidy.accounts.fields import organisation_check, read_credit_code, read_email, read_name

LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize(
    "typed",
    [
        "91110000600037341L",
        " 91110000600037341l ",
        "9111 0000 6000 3734 1L",
        "91110000-600037341-L",
        "９１１１００００６０００３７３４１Ｌ",
        "91110000　600037341L",
    ],
)
def test_a_credit_code_as_people_write_it(typed: str) -> None:
    faults: list[Fault] = []
    assert read_credit_code(typed, faults) == "91110000600037341L"
    assert not faults


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "credit_code_missing"),
        ("　 ", "credit_code_missing"),
        ("91110000600037341", "credit_code_length"),
        ("91110000600037341L0", "credit_code_length"),
        ("91110000600037314L", "credit_code_checksum"),
        ("91110000600037341K", "credit_code_checksum"),
        ("9111000060003734OL", "credit_code_format"),
        ("A1110000600037341L", "credit_code_format"),
        ("一二三四五六七八九十一二三四五六七八", "credit_code_format"),
        ("\ud800" * 18, "credit_code_format"),
        ("9" * 100_000, "credit_code_length"),
    ],
)
def test_a_credit_code_that_is_none(typed: str, code: str) -> None:
    faults: list[Fault] = []
    assert read_credit_code(typed, faults) == ""
    assert [(fault.pointer, fault.code) for fault in faults] == [("/credit_code", code)]
    for lang in ("zh", "en"):
        assert len(faults[0].message(lang)) < 250


@pytest.mark.parametrize(
    ("body", "check"),
    [
        ("D2143569", "X"),  # the example of GB 11714 itself
        ("60003734", "1"),  # as in 91110000600037341L, the example of python-stdnum
        ("19220382", "1"),  # the following as enterprises print their credit codes: Huawei, 914403001922038216
        ("71526726", "X"),  # Tencent, 9144030071526726XG
        ("79965505", "8"),  # Alibaba (China), 91330100799655058B
        ("58752778", "3"),  # CATL, 91350900587527783P
    ],
)
def test_the_check_character_of_an_organisation_code(body: str, check: str) -> None:
    assert organisation_check(body) == check


@given(st.text(alphabet="0123456789", min_size=8, max_size=8), st.text(alphabet=LETTERS, min_size=8, max_size=8))
def test_one_wrong_character_never_passes(start: str, body: str) -> None:
    code = start + body + organisation_check(body)
    code += uscc.calc_check_digit(code)
    assert read_credit_code(code, []) == code
    for place in (0, 7, 8, 16, 17):
        wrong = "1" if code[place] != "1" else "2"
        assert read_credit_code(code[:place] + wrong + code[place + 1 :], []) == ""


@given(st.text(alphabet=LETTERS, min_size=8, max_size=8), st.sampled_from(LETTERS))
def test_the_organisation_code_within_is_checked_by_itself(body: str, wrong: str) -> None:
    assume(wrong != organisation_check(body))
    code = "91310000" + body + wrong
    code += uscc.calc_check_digit(code)
    faults: list[Fault] = []
    assert read_credit_code(code, faults) == ""
    assert [fault.code for fault in faults] == ["credit_code_checksum"]


@pytest.mark.parametrize(
    ("typed", "email"),
    [
        ("li@company.cn", "li@company.cn"),
        (" Li.Ming@Company.CN ", "li.ming@company.cn"),
        ("ｌｉ＠ｃｏｍｐａｎｙ．ｃｎ", "li@company.cn"),
        ("li@example.com", "li@example.com"),
        ("li@公司.cn", "li@公司.cn"),
    ],
)
def test_an_address_as_people_write_it(typed: str, email: str) -> None:
    faults: list[Fault] = []
    assert read_email(typed, faults) == email
    assert not faults


@pytest.mark.parametrize(
    "typed", ["", "li", "li@", "@company.cn", "li@@company.cn", "li@company", "李@company.cn", "li@a.cn\0", "\ud800@a.cn",
              "li@" + "a" * 100_000 + ".cn", "a b@c.cn", "li@company.cn\nBcc: all@company.cn"]
)  # fmt: skip
def test_an_address_that_is_none(typed: str) -> None:
    faults: list[Fault] = []
    assert read_email(typed, faults) == ""
    assert [(fault.pointer, fault.code) for fault in faults] == [("/email", "email_invalid")]
    for lang in ("zh", "en"):
        assert len(faults[0].message(lang)) < 250


@pytest.mark.parametrize(
    ("typed", "name", "code"),
    [
        ("  上海甲储能\t（集团）\n有限公司 ", "上海甲储能 （集团） 有限公司", None),
        ("王𬭼", "王𬭼", None),
        ("a\0b\ud800c\u202ed", "a b c d", None),
        ("", "", "name_missing"),
        ("\u200b　\n", "", "name_missing"),
        ("长" * 100, "长" * 100, None),
        ("长" * 101, "长" * 101, "name_long"),
    ],
)
def test_a_name(typed: str, name: str, code: str | None) -> None:
    faults: list[Fault] = []
    assert read_name(typed, "name", faults) == name
    assert [fault.code for fault in faults] == ([code] if code else [])
