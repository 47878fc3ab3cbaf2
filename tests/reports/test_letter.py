"""A letter on paper says all that it says on the screen, Chinese first, and its code leads to the page where it is checked."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from rules.canonical import text as canonical
from subsidy.letter import Quote, Script, Sum, Table, script
from subsidy.reports.letter import letter_pdf
from tests.reports import papers

CODE = "abcdefghijklmnopqrstuvwxyz234567"
EVIL = "<script>alert('项目')</script>&amp; <b>𬭼</b>"


def both(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def finding(number: int, outcome: str) -> dict[str, Any]:
    return {
        "label": both(f"第{number}项条件，名称较长以便换行", f"Condition {number}"),
        "asked": both(f"不低于 {number},000 kWh", f"at least {number},000 kWh"),
        "given": both(f"{number * 7} kWh", f"{number * 7} kWh"),
        "outcome": outcome,
        "by_person": number % 2 == 0,
        "clause": "A",
        "question": f"Q{number}" if number % 3 == 0 else None,
    }


def letter(kind: str = "refusal", findings: int = 3, **more: Any) -> dict[str, Any]:
    outcomes = ("met", "not_met", "unknown")
    made: dict[str, Any] = {
        "kind": kind,
        "number": "LG-2026-0001-R1",
        "code": CODE,
        "address": f"https://subsidy.example/letters/{CODE}",
        "issued_on": "2026-03-01",
        "issuer": both("临港新片区", "Lingang Special Area"),
        "policy": {"id": "p", "version": "1", "digest": "sha256:0", "title": both("实施方案", "Implementation plan")},
        "scheme": both("用户侧储能项目奖励", "Award for user-side storage"),
        "clause": "A",
        "application": {
            "number": "LG-2026-0001",
            "project": "园区储能",
            "organisation": "上海甲储能科技有限公司",
            "credit_code": "91310115MA1K35XK0N",
            "submitted_on": "2026-02-01",
        },
        "award": None,
        "findings": [finding(at, outcomes[at % 3]) for at in range(1, findings + 1)],
        "reason": "未达到条件。\n详见上表。",
        "addition": "",
        "deadline": "2026-03-16" if kind == "correction" else None,
        "appeal": {"reconsideration_days": "60", "suit_months": "6"} if kind == "refusal" else None,
        "clauses": [
            {"id": "A", "title": both("奖励", "Award"), "quote": "200元/千瓦时", "summary": both("摘要", "200 yuan")}
        ],
        "signed": [{"name": "陈立", "on": "2026-03-01"}, {"name": "周岚", "on": "2026-02-27"}],
    }
    return made | more


AWARD = {
    "amount": "5000000.00",
    "capitals": "伍佰万元整",
    "capped": True,
    "steps": [{"text": both("25,001 kWh × 200", "25,001 kWh × 200"), "result": "5000200.00"}],
    "instalments": [
        {"number": str(at), "due_on": f"{2025 + at}-06-30", "amount": "1666666.66", "notes": both("须达标", "tested")}
        for at in (1, 2, 3)
    ],
}
LONG = {
    "organisation": "上海自由贸易试验区临港新片区" * 6 + EVIL,
    "project": "Reallylongwordwithoutanybreak" * 6 + EVIL,
    "number": "LG-2026-0001",
    "credit_code": "91310115MA1K35XK0N",
    "submitted_on": "2026-02-01",
}
KINDS = {
    "award": letter("award", award=AWARD),
    "refusal": letter(),
    "correction": letter("correction", findings=0, clauses=[]),
    "long": letter(findings=15, application=LONG, reason="很长的理由。" * 300, addition=f"{EVIL}\n" * 20),
}


def squeezed(said: str) -> str:
    return re.sub(r"\s", "", said)


def sayings(letter: Script) -> list[str]:
    """Every piece of text of a letter."""
    found = [letter.title, letter.issuer, letter.addressee, letter.opening, *letter.signed]
    found += [each for pair in letter.particulars for each in pair]
    for section in letter.sections:
        found.append(section.title)
        for part in section.parts:
            match part:
                case Table():
                    found += [part.caption, *part.head, *(cell.text for row in part.rows for cell in row)]
                case Sum() | Quote():
                    found += list(part)
                case _:
                    found.append(part)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_is_said_is_on_it(kind: str) -> None:
    data = letter_pdf(KINDS[kind])
    # What stands at the head and foot of each page interrupts the text that runs over it.
    pages = [squeezed(page) for page in papers.pages(data)]
    for lang in ("zh", "en"):
        for saying in sayings(script(KINDS[kind], lang)):
            for line in re.findall(r".{1,12}", squeezed(saying)):
                assert any(line in page for page in pages), (lang, saying)


@pytest.mark.parametrize("kind", KINDS)
def test_chinese_comes_first_and_is_decisive(kind: str) -> None:
    text = papers.flowing(letter_pdf(KINDS[kind]))
    zh, en = (squeezed(script(KINDS[kind], lang).opening)[-12:] for lang in ("zh", "en"))
    assert text.index(zh) < text.index("本文书以中文文本为准") < text.index(en) < text.index("TheChinesetextisdecisive")


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_content_gives_the_same_bytes(kind: str) -> None:
    content = KINDS[kind]
    before = canonical(content)
    assert letter_pdf(content) == letter_pdf(copy.deepcopy(content))
    assert canonical(content) == before
    assert letter_pdf(content) != letter_pdf(content | {"code": CODE[::-1]})


def test_every_font_is_inside() -> None:
    found = papers.fonts(letter_pdf(KINDS["long"]))
    assert found
    assert all(found.values())


def test_its_address_is_linked_and_printed() -> None:
    data = letter_pdf(KINDS["award"])
    assert papers.links(data) == {f"https://subsidy.example/letters/{CODE}"}
    assert CODE in papers.flowing(data)


@pytest.mark.poppler
@pytest.mark.parametrize("kind", KINDS)
def test_a_camera_reads_its_code(kind: str, tmp_path: Path) -> None:
    assert papers.qr_codes(letter_pdf(KINDS[kind]), tmp_path) == [f"https://subsidy.example/letters/{CODE}"]


def test_a_draft_says_that_it_has_no_number() -> None:
    drafted = {key: value for key, value in KINDS["award"].items() if key not in ("number", "code", "address")}
    assert script(drafted, "zh").particulars[0] == ("文书编号", "（印发时编号）")


def test_amount_in_figures_and_in_capitals() -> None:
    text = papers.flowing(letter_pdf(KINDS["award"]))
    assert "5,000,000.00元" in text
    assert "人民币伍佰万元整" in text
    assert "CNY5,000,000.00" in text
