"""The result of a check on paper says all that the document says, in both languages, and that it decides nothing."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from time import sleep
from typing import Any, NamedTuple

import pytest
from pypdf import PdfReader
from reportlab.pdfbase.ttfonts import TTFontFace

from rules.assess import assess
from rules.facts import Value
from rules.money import grouped, parse_yuan
from rules.policy import Policy
from rules.reading import read_application
from schedules.calendar import china
from subsidy.assessment import assessment_document
from subsidy.headline import headline
from subsidy.reports.assessment import assessment_pdf
from tests.reports import papers

ON, ISSUED = date(2026, 3, 1), date(2026, 11, 22)
URL = "https://subsidy.example/check/user-side-storage/result?capacity_kwh=25000.5&commissioned_on=2025-03-10&in_zone=true"
MEASURED = {
    "in_zone": True,
    "new_build": True,
    "project_side": "user",
    "commissioned_on": "2025-03-10",
    "capacity_kwh": "25000.5",
    "rated_power_kw": "12000",
    "cycles_per_year": "460",
}
JUDGED = {"advanced_technology": True, "drives_industry": True, "typical_scenario": True}
SHORT = {**MEASURED, "capacity_kwh": "999", "rated_power_kw": "600", "cycles_per_year": "365"}
RATED = {"in_zone": True, "first_unit_level": "first_unit", "contract_amount_yuan": "100000000.55"}


class Paper(NamedTuple):
    document: dict[str, Any]
    policy: Policy
    data: bytes

    @property
    def scheme(self) -> dict[str, Any]:
        scheme: dict[str, Any] = self.document["schemes"][0]
        return scheme


def paper(facts: dict[str, Any], scheme: str | None, lang: str = "zh", url: str | None = URL) -> Paper:
    asked = read_application({"facts": facts, "scheme": scheme}, today=ON)
    answer = assess(asked.policy, asked.facts, asked.on, asked.scheme)
    document = assessment_document(answer, china(), lang)
    known: dict[str, Value] = dict(asked.facts)
    data = assessment_pdf(document, asked.policy, lang, url=url, issued_on=ISSUED, facts=known)
    return Paper(document, asked.policy, data)


def squeezed(text: str) -> str:
    return text.replace(" ", "")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("facts", "scheme"),
    [
        (MEASURED | JUDGED, "user-side-storage"),
        (MEASURED, "user-side-storage"),
        (SHORT, "user-side-storage"),
        ({}, "user-side-storage"),
        (RATED, "first-unit"),
        (MEASURED | RATED, None),
    ],
    ids=["eligible", "to be judged", "short", "empty", "rate to be set", "every scheme"],
)
def test_all_that_was_found_is_on_it(facts: dict[str, Any], scheme: str | None, lang: str) -> None:
    made = paper(facts, scheme, lang)
    text = papers.flowing(made.data)
    for answer in made.document["schemes"]:
        stated = made.policy.scheme(answer["id"])
        said = [
            stated.label.of(lang),
            headline(answer, lang),
            *(condition.label.of(lang) for condition in stated.conditions),
        ]
        said += [finding["asked"] for finding in answer["findings"]]
        said += [
            made.policy.question(finding["question"]).reading.of(lang)
            for finding in answer["findings"]
            if finding["question"]
        ]
        said += [made.policy.clause(finding["clause"]).quote for finding in answer["findings"]]
        if award := answer["award"]:
            said += [grouped(parse_yuan(award[bound])) for bound in ("at_least", "at_most")]
            said += [step["text"] for step in award["steps"]]
            said += [grouped(parse_yuan(part["amount"])) for part in award["instalments"]]
        for remedy in answer["remedies"]:
            said += [grouped(parse_yuan(remedy["award_at_most"]))]
        for each in said:
            assert squeezed(each) in text
    assert made.document["policy"]["digest"] in text


def test_values_are_shown_as_people_write_them() -> None:
    text = papers.flowing(paper(MEASURED, "user-side-storage").data)
    for shown in ("2025年3月10日", "25,000.5kWh", "用户侧", "460次", "≈2.083小时（推算）", "未填写", "1,666,666.67元"):
        assert shown in text


def test_a_provisional_date_and_the_yearly_test_are_told() -> None:
    text = papers.flowing(paper(MEASURED, "user-side-storage").data)
    assert "2026年6月30日" in text
    assert text.count("该年度放假安排尚未公布") == 2
    assert text.count("须上一运行年度“年充放电次数”核定达标") == 2


def test_what_would_change_the_answer_is_told_and_no_plan_is_made() -> None:
    made = paper(SHORT, "user-side-storage")
    text = papers.flowing(made.data)
    assert made.scheme["remedies"]
    assert "年充放电次数：450次" in text
    assert "分期拨付计划" not in text


def test_only_what_the_applicant_can_add_is_called_missing() -> None:
    text = papers.flowing(paper({**MEASURED, "capacity_kwh": None}, "user-side-storage").data)
    assert "尚缺信息：装机容量、全容量放电时长。" in text


def test_what_a_reviewer_decides_is_marked_as_the_applicants_own() -> None:
    assert papers.flowing(paper(MEASURED | JUDGED, "user-side-storage").data).count("是（自评）") == len(JUDGED)
    text = papers.flowing(paper(RATED | {"granted_rate": "0.15"}, "first-unit").data)
    assert "15%（试算，由评审人员核定）" in text
    assert "15,000,000.08元" in text


def test_a_rate_still_to_be_set_shows_bounds() -> None:
    text = papers.flowing(paper(RATED, "first-unit").data)
    assert "0.00元至20,000,000.11元" in text
    assert "实际以批准之日和核定比例为准" in text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_says_what_it_is(lang: str) -> None:
    made = paper(MEASURED | RATED, None, lang)
    all_pages = papers.pages(made.data)
    assert len(all_pages) > 3
    for number, page in enumerate(all_pages, start=1):
        footer = f"第 {number} 页 共 {len(all_pages)} 页" if lang == "zh" else f"Page {number} of {len(all_pages)}"
        assert footer in page
        assert ("本结果不是审批决定" if lang == "zh" else "This result is not a decision") in page
        assert made.policy.digest in page


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_type_is_inside(lang: str) -> None:
    used = papers.fonts(paper(MEASURED, "user-side-storage", lang).data)
    assert all(used.values()), used
    assert {name.partition("+")[2] for name in used} <= {"KurintoSansSC-Rg", "KurintoSansSC-Bd", "KurintoSans-Rg"}


def test_the_file_tells_its_title_language_and_day() -> None:
    reader = PdfReader(io.BytesIO(paper(MEASURED, "user-side-storage").data))
    assert reader.metadata is not None
    assert reader.metadata.title == "资格核查结果"
    assert reader.metadata.creation_date is not None
    assert reader.metadata.creation_date.date() == ISSUED
    assert str(reader.root_object["/Lang"]) == "zh-CN"


def test_the_same_content_gives_the_same_bytes() -> None:
    assert paper(MEASURED, "user-side-storage").data == paper(MEASURED, "user-side-storage").data


def test_a_face_is_cut_for_one_paper_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    cut, at_work, seen = TTFontFace.makeSubset, [0], set[int]()

    def watched(face: TTFontFace, subset: list[int]) -> bytes:
        at_work[0] += 1
        seen.add(at_work[0])
        sleep(0.002)
        done: bytes = cut(face, subset)
        at_work[0] -= 1
        return done

    monkeypatch.setattr(TTFontFace, "makeSubset", watched)
    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(lambda _: paper(MEASURED, "user-side-storage").data, range(6)))
    assert len(set(made)) == 1
    assert seen == {1}


@pytest.mark.poppler
def test_its_code_leads_to_the_same_check(tmp_path: Path) -> None:
    data = paper(MEASURED, "user-side-storage").data
    assert papers.qr_codes(data, tmp_path) == [URL]
    assert papers.links(data) == {URL}


def test_without_an_address_it_has_no_code() -> None:
    data = paper(MEASURED, "user-side-storage", url=None).data
    assert papers.links(data) == set()
    assert "扫码" not in papers.flowing(data)
