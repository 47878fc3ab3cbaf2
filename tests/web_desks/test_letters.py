"""Letters on the desks of both sides, and the public page that tells whether one still stands."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from subsidy.database import writing
from subsidy.letter import script
from subsidy.records import Letter, LetterStanding
from subsidy.workflow.actor import Actor
from subsidy.workflow.letters import told
from tests.support.desks import ENGLISH, EVIL, Desks, faults, field
from tests.support.office import ADMINISTRATOR, APPLICANT, SECOND, STRANGER, THIRD, Office
from tests.support.web import words

PUBLIC = {"文书编号", "印发日期", "申报单位", "项目名称", "文件的 SHA-256"}


@pytest.fixture
def letter(office: Office) -> Letter:
    return office.letters(office.approved().application_id)[0]


@pytest.fixture
def anybody(desks: Desks) -> TestClient:
    return desks.of(None)


def upload(client: TestClient, code: str, data: bytes, name: str = "letter.pdf") -> str:
    answer = client.post(f"/letters/{code}", files={"file": (name, data, "application/pdf")})
    assert answer.status_code == 200, answer.text
    return words(answer.text)


def test_the_public_page_says_no_more_than_the_paper(anybody: TestClient, office: Office, letter: Letter) -> None:
    answer = anybody.get(f"/letters/{letter.code}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "noindex" in answer.headers["x-robots-tag"]
    named = {unescape(each) for each in re.findall(r"<dt>(.*?)</dt>", answer.text)}
    assert named == PUBLIC | {"核定奖励金额"}
    said = words(answer.text)
    for each in (
        letter.number,
        letter.sha256,
        "2,400,000.00 元",
        "上海甲储能科技有限公司",
        "临港园区用户侧储能项目",
        "有效",
    ):
        assert each in said
    application = office.application(letter.application_id)
    people = [actor.name for actor in (APPLICANT, ADMINISTRATOR, SECOND, THIRD)]
    for hidden in (*people, letter.issued_by, application.id, "91310115MA1K35XK0N", "符合条件", "800,000.00"):
        assert hidden not in said


def test_a_refusal_has_no_amount(anybody: TestClient, office: Office) -> None:
    [refusal] = office.letters(office.refuse(office.submit(office.draft())))
    page = anybody.get(f"/letters/{refusal.code}").text
    assert set(re.findall(r"<dt>(.*?)</dt>", page)) == PUBLIC
    for hidden in ("不属于储能项目", "未作认定", SECOND.name):
        assert hidden not in page


@pytest.mark.parametrize(
    ("standing", "zh", "en"), [("superseded", "已被取代", "Superseded"), ("revoked", "已撤销", "Revoked")]
)
def test_one_that_no_longer_holds_says_so(
    standing: str, zh: str, en: str, desks: Desks, office: Office, letter: Letter
) -> None:
    with writing(office.engine) as session:
        session.execute(update(Letter).values(standing=LetterStanding(standing)))
    page = words(desks.of(None).get(f"/letters/{letter.code}").text)
    assert zh in page
    assert "有效。" not in page.replace("不再有效。", "")
    assert en in words(desks.of(None, **ENGLISH).get(f"/letters/{letter.code}").text)
    assert zh in words(desks.of(APPLICANT).get(f"/apply/{letter.application_id}").text)


def test_codes_that_nobody_has_are_all_answered_alike(anybody: TestClient, letter: Letter) -> None:
    first = letter.code
    near = [first[:-1] + ("a" if first[-1] != "a" else "b"), first[::-1], "a" * 32]
    answers = [anybody.get(f"/letters/{code}") for code in near]
    assert {answer.status_code for answer in answers} == {404}
    assert len({re.sub("[a-z2-7]{32}", "", answer.text) for answer in answers}) == 1
    assert all(letter.number not in answer.text for answer in answers)
    assert anybody.post(f"/letters/{near[0]}", files={"file": ("a.pdf", b"x")}).status_code == 404


@pytest.mark.parametrize("code", ["x", "A" * 32, "’", "%00", "..%2f..", "a" * 3000])
def test_what_is_no_code_is_not_found(code: str, anybody: TestClient, letter: Letter) -> None:
    assert anybody.get(f"/letters/{code}").status_code == 404


def test_any_changed_byte_is_noticed(anybody: TestClient, letter: Letter) -> None:
    assert "完全一致" in upload(anybody, letter.code, letter.paper)
    for place in (0, len(letter.paper) // 2, len(letter.paper) - 1):
        bent = bytearray(letter.paper)
        bent[place] ^= 1
        assert "已被改动" in upload(anybody, letter.code, bytes(bent))
    assert "已被改动" in upload(anybody, letter.code, letter.paper + b"\n")
    assert "已被改动" in upload(anybody, letter.code, b"")


def test_the_paper_of_another_letter_is_not_this_one(anybody: TestClient, office: Office, letter: Letter) -> None:
    [other] = office.letters(office.refuse(office.submit(office.draft())))
    assert "已被改动" in upload(anybody, letter.code, other.paper)


def test_no_file_is_told(anybody: TestClient, letter: Letter) -> None:
    for answer in (
        anybody.post(f"/letters/{letter.code}", files={"file": ("", b"")}),
        anybody.post(f"/letters/{letter.code}", data={"file": "text"}),
        anybody.post(f"/letters/{letter.code}"),
    ):
        assert answer.status_code == 422
        assert faults(answer.text) == ["请先选择文件。"]


def test_too_large_a_file_or_too_many_are_refused(anybody: TestClient, letter: Letter) -> None:
    assert anybody.post(f"/letters/{letter.code}", files={"file": ("a.pdf", b"x" * 2**20)}).status_code == 413
    many = [("file", ("a.pdf", b"x")), ("file", ("b.pdf", b"y"))]
    assert anybody.post(f"/letters/{letter.code}", files=many).status_code == 400


def test_a_code_is_looked_up_as_people_type_it(anybody: TestClient, letter: Letter) -> None:
    typed = " ".join(letter.code[at : at + 4] for at in range(0, 32, 4)).upper()
    assert anybody.get("/letters", params={"code": typed}).headers["location"] == f"/letters/{letter.code}"
    assert anybody.get("/letters").status_code == 200
    wrong = anybody.get("/letters", params={"code": f"{EVIL}1"})
    assert wrong.status_code == 422
    assert EVIL not in wrong.text
    assert field(wrong.text, "code") == f"{EVIL}1"


def test_both_sides_find_their_letters_on_the_case(desks: Desks, letter: Letter) -> None:
    for actor, room in ((APPLICANT, "apply"), (ADMINISTRATOR, "review")):
        client, path = desks.of(actor), f"/{room}/{letter.application_id}"
        page = client.get(path).text
        assert f'href="{path}/letters/{letter.code}.pdf"' in page
        assert letter.number in page
        said = words(client.get(f"{path}/letters/{letter.code}").text)
        opening = script(told(letter), "zh").opening
        assert opening in said
        paper = client.get(f"{path}/letters/{letter.code}.pdf")
        assert paper.content == letter.paper
        assert paper.headers["content-type"] == "application/pdf"
        assert f'filename="{letter.number}.pdf"' in paper.headers["content-disposition"]


def test_a_letter_of_another_case_is_not_found_here(desks: Desks, office: Office, letter: Letter) -> None:
    other = office.submit(office.draft())
    for kind in ("", ".pdf"):
        assert desks.of(ADMINISTRATOR).get(f"/review/{other}/letters/{letter.code}{kind}").status_code == 404
        assert desks.of(APPLICANT).get(f"/apply/{other}/letters/{letter.code}{kind}").status_code == 404
    theirs = office.submit(office.draft(actor=STRANGER), actor=STRANGER)
    assert desks.of(STRANGER).get(f"/apply/{theirs}/letters/{letter.code}.pdf").status_code == 404


def test_a_changed_paper_is_not_served(office: Office, desks: Desks, letter: Letter) -> None:
    with writing(office.engine) as session:
        session.execute(update(Letter).values(paper=letter.paper + b"\n"))
    client = desks.of(APPLICANT)
    with pytest.raises(ValueError, match=letter.number):
        client.get(f"/apply/{letter.application_id}/letters/{letter.code}.pdf")


def last_step(office: Office, decision: str) -> tuple[str, Actor]:
    """A case that only waits for the step that sends its letter, and who takes it."""
    if decision == "refuse":
        return office.recommend(office.accepted(), "refuse"), SECOND
    case = office.before_decision(office.ready(office.accepted()))
    office.sign(case, SECOND)
    return case, THIRD


@pytest.mark.parametrize(("decision", "signed"), [("approve", [SECOND.name]), ("refuse", [])])
def test_the_letter_is_shown_before_it_is_sent(decision: str, signed: list[str], desks: Desks, office: Office) -> None:
    case, actor = last_step(office, decision)
    client, path = desks.of(actor), f"/review/{case}/{decision}"
    page = client.get(path).text
    assert "（印发时编号）" in page
    form = {
        "version": field(page, "version"),
        "reason": f"符合条件{EVIL}",
        "addition": f"另行通知\n{EVIL}",
        "switch_lang": "zh",
    }
    shown = client.post(path, data=form)
    assert shown.status_code == 200
    assert EVIL not in shown.text
    assert f"符合条件{EVIL}" in words(shown.text)
    assert field(shown.text, "addition") == form["addition"]
    assert office.letters(case) == []
    drafted = words(shown.text)
    del form["switch_lang"]
    assert client.post(path, data=form).status_code == 303
    [letter] = office.letters(case)
    assert [each["name"] for each in told(letter)["signed"]] == [*signed, actor.name]
    assert told(letter)["addition"] == form["addition"]
    assert told(letter)["address"] == f"http://subsidy.test/letters/{letter.code}"
    for section in script(told(letter), "zh").sections:
        assert section.title in drafted
        assert all(part in drafted for part in section.parts if isinstance(part, str))
    page = client.get(f"/review/{case}/letters/{letter.code}").text
    assert EVIL not in page
    assert EVIL in words(page)


def test_too_long_a_remark_is_told_where_it_stands(desks: Desks, office: Office) -> None:
    case, actor = last_step(office, "refuse")
    client, path = desks.of(actor), f"/review/{case}/refuse"
    form = {"version": field(client.get(path).text, "version"), "reason": "理由", "addition": "长" * 2001}
    answer = client.post(path, data=form)
    assert answer.status_code == 422
    assert 'href="#addition"' in answer.text
    assert office.letters(case) == []


def test_only_the_last_signature_sends_the_letter(desks: Desks, office: Office) -> None:
    case = office.before_decision(office.ready(office.accepted()))
    client, path = desks.of(SECOND), f"/review/{case}/approve"
    page = client.get(path).text
    assert "（印发时编号）" not in page
    assert 'name="addition"' not in page
    form = {"version": field(page, "version"), "reason": "符合条件"}
    early = client.post(path, data={**form, "addition": "另行通知"})
    assert early.status_code == 422
    assert faults(early.text) == ["文书在最后一人审批时发出，其他说明请由该审批人填写。"]
    assert client.post(path, data=form).status_code == 303
    assert office.letters(case) == []


def test_a_page_that_cannot_be_sent_drafts_nothing(desks: Desks, office: Office) -> None:
    case = office.submit(office.draft())
    assert "（印发时编号）" not in desks.of(ADMINISTRATOR).get(f"/review/{case}/approve").text
