"""`check`: the exit code says the answer, and every format the same one."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from subsidy.cli import files
from tests.cli.conftest import Command
from tests.support.application import JUDGED, application, data


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def written(content: bytes, name: str = "申报.json") -> str:
        file = tmp_path / name
        file.write_bytes(content)
        return str(file)

    return written


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (data(**JUDGED), 0),
        (data(), 3),
        (data(cycles_per_year="449.999"), 1),
        (data(None, **JUDGED), 0),  # one scheme is eligible, the others are undetermined
        (data(None), 3),
        (data(None, in_zone=False), 1),
        (b"{}", 3),
    ],
)
def test_the_exit_code_is_the_best_answer(command: Command, write: Any, content: bytes, code: int) -> None:
    result = command("check", write(content))
    assert (result.code, result.err) == (code, "")


def test_standard_input_is_read(command: Command) -> None:
    result = command("check", "-", "--format", "json", stdin=data())
    assert result.code == 3
    assert json.loads(result.out)["schemes"][0]["award"]["amount"] == "2400000.00"


def test_json_has_the_shape_of_the_contract(command: Command) -> None:
    document = json.loads(command("check", "-", "--format", "json", stdin=data(cycles_per_year=449)).out)
    assert list(document) == ["policy", "engine", "on", "schemes"]
    (scheme,) = document["schemes"]
    assert (scheme["id"], scheme["outcome"], scheme["award"]) == ("user-side-storage", "ineligible", None)
    cycles = next(each for each in scheme["findings"] if each["condition"] == "cycles")
    assert cycles == {
        "condition": "cycles",
        "outcome": "not_met",
        "fact": "cycles_per_year",
        "decided_by": "fact",
        "asked": "不低于 450 次",
        "given": "449",
        "derived": False,
        "clause": "A",
        "question": "Q14",
    }
    assert {"changes": [{"fact": "cycles_per_year", "to": "450"}], "award_at_most": "2400000.00"} in scheme["remedies"]


def test_the_day_typed_wins_over_that_of_the_file(command: Command) -> None:
    content = json.dumps({**application(), "on": "2026-07-01"}).encode()

    def due(*arguments: str, stdin: bytes = content) -> tuple[str, str]:
        document = json.loads(command("check", "-", "--format", "json", *arguments, stdin=stdin).out)
        return document["on"], document["schemes"][0]["award"]["instalments"][0]["due_on"]

    assert due(stdin=data()) == ("2026-03-01", "2026-06-30")
    assert due() == ("2026-07-01", "2027-06-30")
    assert due("--on", "2024-01-02") == ("2024-01-02", "2024-07-01")  # 30 June 2024 was a Sunday


def test_the_scheme_typed_wins_over_that_of_the_file(command: Command) -> None:
    result = command("check", "-", "--scheme", "strategic-project", "--format", "json", stdin=data())
    assert [each["id"] for each in json.loads(result.out)["schemes"]] == ["strategic-project"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_files_may_be_utf_8_or_gb18030(command: Command, write: Any, encoding: str, suffix: str) -> None:
    text = f"# 临港用户侧储能\nfacts: {json.dumps(application()['facts'])}\nscheme: user-side-storage\n"
    content = json.dumps(application(), ensure_ascii=False) + " " * 3 if suffix == "json" else text
    assert command("check", write(content.encode(encoding), f"项目.{suffix}")).code == 3


def test_a_fault_quotes_what_a_gb18030_file_says(command: Command, write: Any) -> None:
    result = command("check", write("facts: {capacity_kwh: 一万二千}".encode("gb18030")))
    assert (result.code, result.out) == (2, "")
    assert "/facts/capacity_kwh：“一万二千”" in result.err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_text_tells_findings_award_and_plan(command: Command, lang: str) -> None:
    out = command("check", "-", "--lang", lang, stdin=data(capacity_kwh="25000.001")).out
    told = {
        "zh": [
            "凡能核查的条件均已满足；另有 3 项由评审人员认定",
            "不低于 450 次",
            "单个项目最高 5,000,000 元",
            "2026年6月30日",
            "暂定",
        ],
        "en": [
            "Everything that can be checked is met",
            "at least 450 cycles",
            "at most 5,000,000 yuan",
            "2026-06-30",
            "provisional",
        ],
    }[lang]
    assert [each for each in [*told, "1,666,666.67", "user-side-storage", "sha256:"] if each not in out] == []


def test_text_tells_the_range_of_a_rate_that_is_still_to_be_set(command: Command) -> None:
    out = command("check", "-", stdin=data("core-technology", new_investment_yuan="1000000", core_technology=True)).out
    assert "100,000.00 元至 300,000.00 元" in out


def test_text_tells_what_would_change_the_answer(command: Command) -> None:
    out = command("check", "-", stdin=data(cycles_per_year=449)).out
    assert "年充放电次数：450 次" in out
    assert "按所填情况，有 1 项条件未满足" in out


def test_paper_tells_the_same(command: Command, tmp_path: Path) -> None:
    paper = tmp_path / "结果.pdf"
    result = command("check", "-", "--format", "pdf", "--output", str(paper), stdin=data())
    assert (result.code, result.out, result.err) == (3, "", "")
    words = "".join(page.extract_text() for page in PdfReader(paper).pages)
    assert "2,400,000.00" in words
    assert "不是审批决定" in words


def test_paper_goes_through_a_pipe_but_not_to_a_screen(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    piped = command("check", "-", "--format", "pdf", stdin=data())
    assert PdfReader(io.BytesIO(piped.data)).pages
    monkeypatch.setattr(files, "to_terminal", lambda output: output is None)
    shown = command("check", "-", "--format", "pdf", stdin=data())
    assert (shown.code, shown.data) == (2, b"")
    assert "--output" in shown.err


def test_text_goes_into_a_file_as_it_would_to_a_pipe(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "结果.txt"
    assert command("check", "-", "-o", str(file), stdin=data()).out == ""
    assert file.read_text("utf-8") == command("check", "-", stdin=data()).out


def test_nothing_is_stored(command: Command, tmp_path: Path) -> None:
    command("check", "-", stdin=data())
    assert list(tmp_path.iterdir()) == []
