"""Whatever is wrong with a file: one line for each fault, exit code 2, no traceback, and nothing written."""

import json
from pathlib import Path

import pytest

from subsidy.cli.entry import BROKEN
from tests.cli.conftest import Command
from tests.support import bad_input
from tests.support.bad_input import BadDocument, BadFacts


def refused(command: Command, content: bytes, tmp_path: Path, *arguments: str) -> list[str]:
    """The lines that a file is refused with."""
    file, output = tmp_path / "file", tmp_path / "output"
    file.write_bytes(content)
    result = command("check", str(file), "--output", str(output), *arguments)
    assert result.code == 2
    assert result.out == ""
    assert "Traceback" not in result.err
    assert not output.exists()
    return result.err.splitlines()


@pytest.mark.parametrize("bad", bad_input.FACTS.values(), ids=bad_input.FACTS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_fault_is_one_line_that_names_the_field(command: Command, tmp_path: Path, bad: BadFacts, lang: str) -> None:
    (line,) = refused(command, bad.text.encode(), tmp_path, "--lang", lang)
    colon = "：" if lang == "zh" else ": "
    assert line.startswith(f"{bad.pointer or tmp_path / 'file'}{colon}")
    assert len(line) < 700


@pytest.mark.parametrize("bad", bad_input.DOCUMENTS.values(), ids=bad_input.DOCUMENTS)
def test_a_file_that_cannot_be_read_is_named(command: Command, tmp_path: Path, bad: BadDocument) -> None:
    (line,) = refused(command, bad.data, tmp_path)
    assert line.startswith(f"{tmp_path / 'file'}：")


@pytest.mark.parametrize(("text", "code"), bad_input.YAML.values(), ids=bad_input.YAML)
def test_yaml_that_could_mean_more_than_it_shows_is_refused(
    command: Command, tmp_path: Path, text: str, code: str
) -> None:
    (line,) = refused(command, text.encode(), tmp_path)
    assert ("/facts/" in line) is code.startswith("not_")


def test_utf_16_is_refused(command: Command, tmp_path: Path) -> None:
    (line,) = refused(command, bad_input.UTF_16, tmp_path)
    assert "UTF-8" in line


def test_every_fault_has_a_line_of_its_own(command: Command, tmp_path: Path) -> None:
    content = b'{"on": "x", "scheme": "y", "z": 1, "facts": {"capacity_kwh": -1, "in_zone": 3, "commissioned_on": "2025-02-30"}}'
    lines = refused(command, content, tmp_path)
    places = [line.partition("：")[0] for line in lines]
    assert sorted(places) == ["/facts/capacity_kwh", "/facts/commissioned_on", "/facts/in_zone", "/on", "/scheme", "/z"]


@pytest.mark.parametrize(("lang", "said"), [("zh", "另有 50 处"), ("en", "50 more")])
def test_a_list_that_is_cut_says_so(command: Command, tmp_path: Path, lang: str, said: str) -> None:
    content = json.dumps({f"k{number}": 1 for number in range(150)}).encode()
    *lines, last = refused(command, content, tmp_path, "--lang", lang)
    assert len(lines) == 100
    assert said in last


def test_of_a_hundred_megabytes_no_more_is_read_than_needed(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "large.json"
    with file.open("wb") as writer:
        writer.truncate(100 * 1024 * 1024)
    result = command("check", str(file))
    assert result.code == 2
    assert "1 MiB" in result.err


def test_an_endless_stream_is_read_no_further_than_needed(command: Command) -> None:
    result = command("check", "/dev/zero")
    assert result.code == 2
    assert "1 MiB" in result.err


def test_files_that_are_not_there_or_are_none(command: Command, tmp_path: Path) -> None:
    for name, word in ((str(tmp_path / "没有.json"), "没有这个文件"), (str(tmp_path), "文件夹")):
        result = command("check", name)
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith(f"{name}：")
        assert word in result.err


@pytest.mark.parametrize(
    ("name", "said"), [("没有/结果.txt", "文件夹不存在"), (".", "这是文件夹"), ("file/结果.txt", "无法写入")]
)
def test_a_place_that_cannot_be_written_to_is_told(command: Command, tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "file").touch()
    result = command("check", "-", "--output", str(tmp_path / name), stdin=b"{}")
    assert (result.code, result.out) == (2, "")
    (line,) = result.err.splitlines()
    assert said in line


def test_standard_input_is_named_where_it_cannot_be_read(command: Command) -> None:
    result = command("check", "-", stdin=b"\xff\xfe")
    assert result.code == 2
    assert result.err.startswith("stdin：")


@pytest.mark.parametrize("day", ["2025-02-30", "tomorrow", "2026-3-1", ""])
def test_a_day_that_is_none(command: Command, day: str) -> None:
    result = command("check", "-", "--on", day, stdin=b"{}")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("--on：")


def test_a_fault_of_the_program_is_not_taken_for_an_answer(monkeypatch: pytest.MonkeyPatch, command: Command) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("subsidy.cli.check.assess", broken)
    result = command("check", "-", stdin=b"{}")
    assert (result.code, result.out) == (BROKEN, "")
    assert "broken on purpose" in result.err
