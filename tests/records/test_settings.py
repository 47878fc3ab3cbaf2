"""Settings come from the environment only; a first run needs none, and a wrong one is named in words."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from subsidy import settings
from subsidy.settings import BadSettings, Settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("SUBSIDY_") or name == "DATABASE_URL":
            monkeypatch.delenv(name)


def test_a_first_run_needs_nothing() -> None:
    made = settings.load()
    assert made.database_url == f"sqlite:///{ROOT / 'var' / 'subsidy.db'}"
    assert (made.host, made.port, made.base_url, made.today) == ("127.0.0.1", 8000, "http://127.0.0.1:8000", None)


def test_the_environment_sets_and_what_is_given_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {
        "DATABASE_URL": "postgresql://a:b@c/d",
        "SUBSIDY_TODAY": "2026-03-01",
        "SUBSIDY_PORT": "8001",
        "SUBSIDY_VAR": str(tmp_path),
        "SUBSIDY_SECRET": "s" * 32,
        "SECRET": "not ours",
    }.items():
        monkeypatch.setenv(name, value)
    made = settings.load(port=9000)
    assert made.database_url == "postgresql://a:b@c/d"
    assert (made.today, made.port, made.base_url) == ("2026-03-01", 9000, "http://127.0.0.1:9000")
    assert made.secret == "s" * 32
    assert not (tmp_path / "secret").exists()


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "SUBSIDY_TODAY", "SUBSIDY_SECRET", "SUBSIDY_PORT"):
        monkeypatch.setenv(name, "")
    assert settings.load() == Settings()
    assert settings.load().today is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://user:geheim@host/name"),
        ("DATABASE_URL", "subsidy.db"),
        ("SUBSIDY_TODAY", "2025-02-30"),
        ("SUBSIDY_TODAY", "20260301"),
        ("SUBSIDY_PORT", "eight"),
        ("SUBSIDY_PORT", "65536"),
        ("SUBSIDY_SECRET", "geheim"),
        ("SUBSIDY_SMTP_URL", "mail.example.cn"),
        ("SUBSIDY_SMTP_URL", "https://mail.example.cn"),
        ("SUBSIDY_SMTP_URL", "smtps://mail.example.cn:many"),
        ("SUBSIDY_SMTP_URL", "smtp://zone:geheim@mail.example.cn"),
        ("SUBSIDY_MAIL_FROM", "zone"),
        ("SUBSIDY_MAIL_FROM", "zone@"),
    ],
)
def test_a_wrong_variable_is_named_and_no_secret_shown(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings) as bad:
        settings.load()
    for lang in ("zh", "en"):
        lines = bad.value.message(lang).splitlines()
        assert len(lines) == 1
        assert name in lines[0]
        assert (value in lines[0]) == (name in ("SUBSIDY_TODAY", "SUBSIDY_PORT", "SUBSIDY_MAIL_FROM"))
    assert "geheim" not in repr(bad.value)


def test_every_wrong_variable_gets_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUBSIDY_PORT", "x")
    monkeypatch.setenv("SUBSIDY_TODAY", "x")
    with pytest.raises(BadSettings) as bad:
        settings.load()
    assert len(bad.value.message("en").splitlines()) == 2


def test_secrets_are_not_shown() -> None:
    made = Settings(database_url="postgresql://user:geheim@host/name", given_secret="geheim" * 6)
    assert "geheim" not in repr(made)


def test_a_secret_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    var = tmp_path / "new" / "var"
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: Settings(var=var).secret, range(32)))
    assert len(found) == 1
    assert len(found.pop()) >= 43
    assert [file.name for file in var.iterdir()] == ["secret"]
    assert (var / "secret").stat().st_mode & 0o777 == 0o600
    assert var.stat().st_mode & 0o777 == 0o700


def test_making_settings_touches_no_file(tmp_path: Path) -> None:
    Settings(var=tmp_path / "var")
    assert not (tmp_path / "var").exists()


def test_the_default_folder_does_not_depend_on_where_the_command_is_started(tmp_path: Path) -> None:
    code = "from subsidy.settings import load; print(load().var)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(ROOT / "var")
