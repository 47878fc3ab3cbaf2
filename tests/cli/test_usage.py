"""The command line itself: what it says of itself, and of what it does not understand, in both languages."""

import re
from typing import Any

import pytest

from subsidy.cli import entry
from tests.cli.conftest import Command

SAYS_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def paths() -> list[tuple[str, ...]]:
    """Every command and group of commands, as it is typed."""

    def visit(command: Any, path: tuple[str, ...]) -> list[tuple[str, ...]]:
        inner = getattr(command, "commands", {})
        return [path, *(found for name, one in inner.items() for found in visit(one, (*path, name)))]

    return visit(entry.command_line("en"), ())


def test_the_promised_commands_are_there() -> None:
    promised = (
        "check", "policy list", "policy show", "policy check", "serve", "scheduler", "user add", "disburse", "schedule",
        "audit verify",
    )  # fmt: skip
    assert {tuple(each.split()) for each in promised} <= set(paths())


@pytest.mark.parametrize("path", paths(), ids=" ".join)
def test_every_command_explains_itself_in_both_languages(command: Command, path: tuple[str, ...]) -> None:
    told = {lang: command(*path, "--help", "--lang", lang) for lang in ("zh", "en")}
    assert {each.code for each in told.values()} == {0}
    assert SAYS_CHINESE.search(told["zh"].out)
    assert not SAYS_CHINESE.search(told["en"].out)
    assert all("--lang" in each.out for each in told.values())


@pytest.mark.parametrize(
    ("typed", "zh", "en"),
    [
        (["chekc"], "没有“chekc”这一命令", "no command “chekc”"),
        (["policy", "print"], "没有“print”这一命令", "no command “print”"),
        (["check", "-", "--onn"], "没有“--onn”这一选项", "no option “--onn”"),
        (["check"], "缺少 FILE", "FILE is missing"),
        (["user", "add", "li@jia.cn"], "缺少 --role", "--role is missing"),
        (["check", "a", "b"], "多出了“b”", "“b” is one too many"),
        (["check", "-", "--on"], "选项 --on 之后缺少取值", "--on needs a value"),
        (["check", "-", "--format", "docx"], "--format：没有“docx”", "--format: there is no “docx”"),
        (["schedule", "--format", "html"], "--format：没有“html”", "--format: there is no “html”"),
        (["schedule", "--status", "paid"], "--status：没有“paid”", "--status: there is no “paid”"),
        (["schedule", "--scheme", "x"], "--scheme：没有“x”", "--scheme: there is no “x”"),
        (["schedule", "--year", "二〇二六"], "--year：“二〇二六”无效", "--year: “二〇二六” will not do"),
        (["user", "add", "li@jia.cn", "--role", "boss"], "--role：没有“boss”", "--role: there is no “boss”"),
        (["policy", "show", "x"], "没有编号为“x”的政策", "no policy “x”"),
        (["policy", "check", "../x"], "没有编号为“../x”的政策", "no policy “../x”"),
        (["serve", "--port", "65536"], "--port：“65536”无效", "--port: “65536” will not do"),
        (["serve", "--host", "no such host"], "无法监听地址“no such host”", "“no such host” cannot be listened on"),
        (["disburse", "--as-of", "2026-02-30"], "日历上没有“2026-02-30”", "no day “2026-02-30”"),
        (["--lang", "fr", "policy", "list"], "--lang：没有“fr”", None),
    ],
)
def test_what_is_not_understood_is_told_in_one_line(
    command: Command, typed: list[str], zh: str, en: str | None
) -> None:
    for lang, words in (("zh", zh), ("en", en)):
        if words is None:
            continue
        result = command(*(["--lang", "en"] if lang == "en" else []), *typed)
        assert (result.code, result.out) == (2, "")
        (line,) = result.err.splitlines()
        assert words in line


@pytest.mark.parametrize(
    "typed",
    [
        ["--lang", "en", "policy", "list"],
        ["policy", "--lang", "en", "list"],
        ["policy", "list", "--lang", "en"],
        ["policy", "list", "--lang=en"],
    ],
)
def test_the_language_may_be_asked_for_anywhere(command: Command, typed: list[str]) -> None:
    assert "Implementation plan" in command(*typed).out


def test_a_setting_that_is_wrong_is_told(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUBSIDY_TODAY", "2026-02-30")
    result = command("check", "-", stdin=b"{}")
    assert (result.code, result.out) == (2, "")
    assert "SUBSIDY_TODAY" in result.err


def test_a_database_that_cannot_be_opened_is_told(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////dev/null/subsidy.db")
    for typed in (["schedule"], ["disburse"], ["audit", "verify"]):
        result = command(*typed)
        assert (result.code, result.out) == (2, "")
        (line,) = result.err.splitlines()
        assert "DATABASE_URL" in line


@pytest.mark.postgres
def test_a_server_that_does_not_know_the_database_is_told(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests import postgres

    url = postgres.SERVER.set(database="no_such_database")
    monkeypatch.setenv("DATABASE_URL", url.render_as_string(hide_password=False))
    result = command("schedule")
    assert result.code == 2
    (line,) = result.err.splitlines()
    assert "no_such_database" in line
