"""Letters are written by the step that decides, kept as they went out, and stand until another takes their place."""

import hashlib
import json
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import InvalidRequestError
from sqlmodel import Session

from rules.faults import BadInput
from rules.load import load_content, packs
from subsidy.database import reading, writing
from subsidy.errors import NotFound, Refused
from subsidy.letter import Section, script
from subsidy.records import Letter, LetterKind, LetterStanding
from subsidy.records.letter import is_code, new_code
from subsidy.workflow import letters, recommendation
from subsidy.workflow.door import Change
from subsidy.workflow.letters import Dictation
from subsidy.workflow.sheet import open_sheet
from tests.support.office import ADMINISTRATOR, APPLICANT, FINANCE, RELATED, SECOND, STRANGER, THIRD, Office

SITE = "https://subsidy.example/"


def told(letter: Letter) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(letter.content)
    return said


def another(office: Office, application_id: str, kind: LetterKind, reason: str = "复核") -> str:
    """A further letter of the case, as a later step would write it; returns its code."""
    with writing(office.engine) as session:
        change = Change(office.application(application_id), reason)
        sheet = open_sheet(session, change.application)
        return letters.issue(session, kind, change, sheet, ADMINISTRATOR, office.day, Dictation(SITE)).code


def standings(office: Office, application_id: str) -> dict[str, tuple[str, str | None]]:
    found = {each.code: each.number[-2:] for each in office.letters(application_id)}
    return {
        each.number[-2:]: (each.standing.value, each.superseded_by and found[each.superseded_by])
        for each in office.letters(application_id)
    }


def test_an_approval_writes_the_award_letter(office: Office) -> None:
    award = office.approved()
    application = office.application(award.application_id)
    [letter] = office.letters(application.id)
    assert (letter.kind, letter.number, letter.standing) == ("award", f"{application.number}-A1", "valid")
    assert (letter.issued_on, letter.issued_by) == (office.day, THIRD.id)
    assert letter.paper.startswith(b"%PDF")
    assert letter.sha256 == hashlib.sha256(letter.paper).hexdigest()
    said = told(letter)
    assert (said["award"]["amount"], said["award"]["capitals"]) == ("2400000.00", "贰佰肆拾万元整")
    assert [each["amount"] for each in said["award"]["instalments"]] == ["800000.00"] * 3
    assert [each["due_on"] for each in said["award"]["instalments"]] == [
        each.due_on.isoformat() for each in office.instalments(award)
    ]
    assert said["signed"] == [{"name": each.name, "on": "2026-03-01"} for each in (SECOND, THIRD)]
    assert said["appeal"] is None


def test_a_refusal_tells_every_finding_and_the_ways_of_appeal(office: Office) -> None:
    case = office.submit(office.draft())
    office.judge(case, "typical_scenario", value=False)
    office.refuse(case)
    [letter] = office.letters(case)
    said = told(letter)
    assert letter.number.endswith("-R1")
    assert said["award"] is None
    assert said["reason"] == "不属于储能项目"
    outcomes = {each["label"]["en"]: each["outcome"] for each in said["findings"]}
    assert len(outcomes) == 10
    assert outcomes["Typical scenario"] == "not_met"
    assert outcomes["Drives the industry"] == "unknown"
    assert {each["given"]["zh"] for each in said["findings"] if each["outcome"] == "unknown"} == {"未作认定"}
    appeal = next(each for each in script(said, "zh").sections if each.title == "救济途径")
    assert "60 日内" in str(appeal.parts)
    assert "6 个月内" in str(appeal.parts)


def test_each_finding_cites_its_own_clause_and_every_one_cited_is_quoted(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = json.loads(packs()["lingang-2024"].content)
    whole["schemes"][0]["conditions"][0]["clause"] = "T1"
    monkeypatch.setattr("subsidy.workflow.sheet.packs", lambda: {"lingang-2024": load_content(json.dumps(whole))})
    [letter] = office.letters(office.refuse(office.submit(office.draft())))
    said = told(letter)
    assert [each["clause"] for each in said["findings"]] == ["T1", *["A"] * 9]
    quoted = {each["id"]: each["quote"] for each in said["clauses"]}
    assert quoted == {each["id"]: each["quote"] for each in whole["clauses"] if each["id"] in ("A", "T1")}


def test_a_return_tells_the_defects_and_the_last_day(office: Office) -> None:
    case = office.send_back(office.submit(office.draft()))
    [letter] = office.letters(case)
    said, due_on = told(letter), office.application(case).due_on
    assert letter.number.endswith("-C1")
    assert due_on is not None
    assert (said["findings"], said["award"], said["appeal"]) == ([], None, None)
    assert (said["reason"], said["deadline"]) == ("一、缺检测报告；二、容量与备案不一致", due_on.isoformat())
    sections = {each.title: each.parts for each in script(said, "zh").sections}
    assert sections["需要补正的内容"] == (said["reason"],)
    assert str(due_on.day) in str(sections["补正期限"])
    office.send_back(office.submit(case))
    assert standings(office, case) == {"C1": ("superseded", "C2"), "C2": ("valid", None)}


def test_both_languages_have_the_same_parts(office: Office) -> None:
    [letter] = office.letters(office.approved().application_id)
    zh, en = (script(told(letter), lang).sections for lang in ("zh", "en"))

    def shape(sections: tuple[Section, ...]) -> list[list[str]]:
        return [[type(part).__name__ for part in each.parts] for each in sections]

    assert shape(zh) == shape(en)
    assert {each.title for each in zh} & {each.title for each in en} == {""}


def test_the_entry_in_the_record_names_the_letter_and_its_digest(office: Office) -> None:
    case = office.approved().application_id
    [letter], last = office.letters(case), office.events(case)[-1]
    after = json.loads(str(last.after_json))
    assert (last.command, after["letter"], after["letter_digest"]) == (
        "approve",
        letter.number,
        f"sha256:{letter.sha256}",
    )


def test_what_is_dictated_is_printed(office: Office) -> None:
    case = office.recommend(office.accepted(), "refuse")
    with office.version(case) as (session, version):
        wanted = Dictation(SITE, " 请留意：\r\n来函请注明文书编号。 ")
        recommendation.refuse(session, SECOND, office.now, office.day, case, version, "不属于\n储能项目", wanted)
    [letter] = office.letters(case)
    assert told(letter)["addition"] == "请留意：\n来函请注明文书编号。"
    assert told(letter)["address"] == f"https://subsidy.example/letters/{letter.code}"
    sections = {each.title: each.parts for each in script(told(letter), "zh").sections}
    assert sections["其他说明"] == ("请留意：", "来函请注明文书编号。")
    assert sections["不予支持的理由"] == ("不属于", "储能项目")


def test_too_much_is_refused_and_nothing_is_decided(office: Office) -> None:
    case = office.recommend(office.accepted(), "refuse")
    before = office.application(case)
    wanted = Dictation(SITE, "长" * 2001)
    with pytest.raises(BadInput) as refused, office.version(case) as (session, version):
        recommendation.refuse(session, SECOND, office.now, office.day, case, version, "理由", wanted)
    assert [(each.pointer, each.code) for each in refused.value.faults] == [("/addition", "workflow.too_long")]
    assert office.application(case) == before
    assert office.letters(case) == []


def test_a_decision_sent_twice_writes_one_letter(office: Office) -> None:
    case = office.ready(office.submit(office.draft()))
    version = office.application(case).version
    office.approve(case)
    with pytest.raises(Refused, match="is_approved"), writing(office.engine) as session:
        recommendation.refuse(session, SECOND, office.now, office.day, case, version, "理由")
    assert len(office.letters(case)) == 1


def test_a_later_decision_takes_the_place_of_the_former(office: Office) -> None:
    case = office.refuse(office.submit(office.draft()))
    another(office, case, LetterKind.CORRECTION)
    assert standings(office, case) == {"R1": ("valid", None), "C1": ("valid", None)}
    another(office, case, LetterKind.REFUSAL)
    another(office, case, LetterKind.CORRECTION)
    assert standings(office, case) == {
        "R1": ("superseded", "R2"),
        "R2": ("valid", None),
        "C1": ("superseded", "C2"),
        "C2": ("valid", None),
    }


def test_what_is_revoked_stays_revoked(office: Office) -> None:
    case = office.refuse(office.submit(office.draft()))
    with writing(office.engine) as session:
        session.execute(update(Letter).values(standing=LetterStanding.REVOKED))
    another(office, case, LetterKind.REFUSAL)
    assert standings(office, case)["R1"] == ("revoked", None)


def test_letters_of_other_cases_are_left_alone(office: Office) -> None:
    first, second = (office.refuse(office.submit(office.draft())) for _ in range(2))
    another(office, second, LetterKind.REFUSAL)
    assert standings(office, first) == {"R1": ("valid", None)}


def test_who_may_see_the_case_may_read_its_letters(office: Office) -> None:
    [letter] = office.letters(office.refuse(office.submit(office.draft())))
    with reading(office.engine) as session:
        for actor in (APPLICANT, ADMINISTRATOR, RELATED, FINANCE):
            assert letters.find(session, actor, letter.code).number == letter.number
        with pytest.raises(NotFound):
            letters.find(session, STRANGER, letter.code)


@pytest.mark.parametrize("code", ["", "x", "a" * 32, "A" * 32, "’" * 32, "1" * 32])
def test_an_unknown_code_is_not_found(office: Office, code: str) -> None:
    office.refuse(office.submit(office.draft()))
    with reading(office.engine) as session:
        with pytest.raises(NotFound):
            letters.find(session, ADMINISTRATOR, code)
        with pytest.raises(NotFound):
            letters.held(session, code)


def test_codes_cannot_be_guessed() -> None:
    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert all(is_code(code) for code in codes)
    assert all({code[place] for code in codes} == set("abcdefghijklmnopqrstuvwxyz234567") for place in range(32))
    assert len(set(zip(*codes, strict=True))) == 32, "one place repeats another"


@pytest.mark.parametrize("place", [0, 1000, -1])
def test_a_changed_paper_is_not_handed_out(sqlite_office: Office, place: int) -> None:
    [letter] = sqlite_office.letters(sqlite_office.refuse(sqlite_office.submit(sqlite_office.draft())))
    bent = bytearray(letter.paper)
    bent[place] ^= 1
    with writing(sqlite_office.engine) as session:
        session.execute(update(Letter).values(paper=bytes(bent)))
    with reading(sqlite_office.engine) as session:
        found = letters.find(session, APPLICANT, letter.code)
        with pytest.raises(ValueError, match=letter.number):
            letters.paper(found)


def test_a_list_of_letters_leaves_the_papers_where_they_are(sqlite_office: Office) -> None:
    case = sqlite_office.refuse(sqlite_office.submit(sqlite_office.draft()))
    with reading(sqlite_office.engine) as session:
        [listed] = letters.of_case(session, case)
        with pytest.raises(InvalidRequestError, match="paper"):
            _ = listed.paper


def test_a_step_that_fails_leaves_no_letter(office: Office) -> None:
    case = office.recommend(office.accepted(), "refuse")

    version = office.application(case).version
    with Session(office.engine) as session:  # never committed
        recommendation.refuse(session, SECOND, office.now, office.day, case, version, "理由")
        session.flush()
        assert session.execute(select(func.count()).select_from(Letter)).scalar_one() == 1
    assert office.letters(case) == []
