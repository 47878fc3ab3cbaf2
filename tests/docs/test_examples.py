"""What the documents tell people to type works as it stands."""

import re
import shlex
import shutil
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from rules.document import read_document
from schedules.clock import FixedClock
from subsidy import demo
from subsidy.cli import policy, run
from subsidy.database import create, migrate
from subsidy.demo import ACCOUNTS
from subsidy.demo.story import projects
from subsidy.locale import catalogue
from tests.architecture.tree import ROOT
from tests.docs.guides import EXAMPLE_APPLICATION, EXAMPLE_PACK, GUIDES, blocks, both
from tests.support.web import site

PASSWORD = "一句好记又足够长的话 2026"
STAYS = {"serve", "scheduler"}
"""These run until they are stopped."""


def lines(text: str) -> list[list[str]]:
    """The command lines of a document's shell blocks, each as a shell would part it."""
    found = []
    for block in blocks(text, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            found.append(shlex.split(line))
    return found


def typed() -> list[tuple[str, list[str]]]:
    """Every call of the project's own command line, with the document that shows it."""
    found = []
    for name in GUIDES:
        for file, text in both(name):
            for parts in lines(text):
                parts = [part for part in parts if not part.startswith("SUBSIDY_TODAY=")]
                if parts[:2] == [".venv/bin/python", "main.py"]:
                    found.append((file.name, parts[2:]))
    return found


def requests(text: str) -> list[tuple[str, str, dict[str, str], str | None]]:
    """The calls of a document's curl commands: method, path, headers and body."""
    found = []
    for parts in lines(text):
        if parts[0] != "curl":
            continue
        address = next(part for part in parts if part.startswith("http://127.0.0.1:8000/"))
        body = parts[parts.index("-d") + 1] if "-d" in parts else None
        headers = {
            name: value
            for flag, header in pairwise(parts)
            if flag == "-H"
            for name, _, value in [header.partition(": ")]
        }
        path = address.removeprefix("http://127.0.0.1:8000")
        found.append(("POST" if body else "GET", path, headers, body))
    return found


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the examples in it, a database of its own, and the example pack among the packs."""
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copytree(EXAMPLE_PACK, tmp_path / "packs" / EXAMPLE_PACK.name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(policy, "PACKS", tmp_path / "packs")
    monkeypatch.setenv("SUBSIDY_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path


def test_the_documents_show_commands() -> None:
    shown = {" ".join(parts[:2]) for _, parts in typed()}
    assert {"user add", "audit verify", "policy check", "disburse", "serve", "scheduler"} <= shown


@pytest.mark.parametrize(
    ("name", "parts"), typed(), ids=lambda value: " ".join(value) if isinstance(value, list) else value
)
def test_commands_run(name: str, parts: list[str], workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if parts[0] in STAYS:
        parts = [*parts, "--help"]
    if parts[0] == "user":
        monkeypatch.setattr("sys.stdin", _Typed(PASSWORD))
    # The example is undetermined until a reviewer has decided; no scheduler has closed a day yet.
    expected = {"check": 3, "head": 1}
    assert run(parts) == expected.get(parts[1] if parts[0] == "audit" else parts[0], 0), name
    if "--output" in parts:
        assert (workplace / parts[parts.index("--output") + 1]).stat().st_size


class _Typed:
    """Standard input with one line in it."""

    def __init__(self, line: str) -> None:
        self.line = line

    def isatty(self) -> bool:
        return False

    def readline(self, _: int) -> str:
        return f"{self.line}\n"


def test_the_application_file_is_the_one_that_is_shown() -> None:
    kept = read_document(EXAMPLE_APPLICATION.read_bytes())
    for file, text in both("readme"):
        assert [read_document(block.encode()) for block in blocks(text, "yaml")] == [kept], file.name


def test_sample_accounts_are_those_that_are_made() -> None:
    made = {account.email: (account.role.value, account.organisation) for account in ACCOUNTS}
    for (file, text), lang in zip(both("readme"), ("zh", "en"), strict=True):
        assert f"`{demo.PASSWORD}`" in text, file.name
        told = {}
        for line in text.splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if cells[0].endswith(".example`"):
                organisation = next((one for _, one in made.values() if one and one in cells[2]), None)
                told[cells[0].strip("`")] = (cells[1], organisation)
        expected = {email: (_role(role, lang), organisation) for email, (role, organisation) in made.items()}
        assert told == expected, file.name


def test_sample_projects_are_there_to_be_opened() -> None:
    made = {project.name for project in projects()}
    for file, text in both("readme"):
        named = set(re.findall(r"“([^”]*项目)”", text))
        assert named, file.name
        assert named - made == set(), file.name


def _role(role: str, lang: str) -> str:
    return catalogue()[f"account.role_{role}"][lang]


@pytest.fixture(scope="module")
def sample_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The site with the sample data, as a program meets it: without the headers of a browser."""
    engine = create(f"sqlite:///{tmp_path_factory.mktemp('sample') / 'sample.db'}")
    migrate(engine)
    demo.seed(engine, FixedClock(date(2026, 9, 1)))
    with site(engine, "2026-09-01") as client:
        client.headers.clear()
        yield client
    engine.dispose()


@pytest.mark.parametrize("file", GUIDES["readme"], ids=lambda file: file.name)
def test_requests_are_answered(file: Path, sample_site: TestClient) -> None:
    shown = requests(file.read_text("utf-8"))
    assert len(shown) >= 3
    token, answers = "", []
    for method, path, headers, body in shown:
        sent = {name: value.replace("$TOKEN", token) for name, value in headers.items()}
        answer = sample_site.request(method, path, headers=sent, content=body)
        assert answer.status_code in (200, 201), answer.text
        token = answer.json().get("token", token)
        answers.append(answer.json())
    assert answers[0]["schemes"][0]["award"]["amount"] == "2400000.00"
    assert answers[-1]["rows"]
