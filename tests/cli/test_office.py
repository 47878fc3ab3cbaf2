"""Commands over the office's records: accounts, disbursements, the schedule, the audit and the sample data."""

import io
import json
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import Engine, func, text, update
from sqlmodel import Session, col, select

from subsidy import accounts
from subsidy.database import create, migrate, reading, writing
from subsidy.demo import ACCOUNTS, PASSWORD
from subsidy.records import Application, Award, Disbursement, Instalment, PolicyText, Receipt, Role, User
from subsidy.workflow.heads import close_day
from tests.cli.conftest import Command
from tests.support.office import Office, noon
from tests.support.tampering import tampering

SENTENCE = "a sentence to remember"


@pytest.fixture
def office(engine: Engine) -> Office:
    return Office(engine)


@pytest.fixture
def granted(office: Office) -> Award:
    """A storage project approved on 1 March 2026: three instalments of 800,000 yuan from 30 June 2026."""
    return office.approved()


def on(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    monkeypatch.setenv("SUBSIDY_TODAY", day)


def rows(engine: Engine, table: type[Disbursement]) -> int:
    with reading(engine) as session:
        return len(session.exec(select(table)).all())


class TestUserAdd:
    def test_the_password_is_read_from_standard_input(
        self, office_command: Command, office: Office, engine: Engine
    ) -> None:
        typed = [
            "user",
            "add",
            "Neu@Jia.cn",
            "--role",
            "applicant",
            "--organisation",
            "上海甲储能科技有限公司",
            "--name",
            "新人",
        ]
        result = office_command(*typed, stdin=f"{SENTENCE}\n".encode())
        assert (result.code, result.out, result.err) == (0, "已建立账号 neu@jia.cn（申报人员）。\n", "")
        assert accounts.sign_in(engine, noon(date(2026, 3, 1)), "neu@jia.cn", SENTENCE)

    def test_a_chinese_password_is_read_whatever_the_locale(self, office_command: Command, engine: Engine) -> None:
        sentence = "临港的风很大我记得住"
        office_command("user", "add", "a@b.cn", "--role", "finance", stdin=f"{sentence}一二\r\n".encode())
        assert accounts.sign_in(engine, noon(date(2026, 3, 1)), "a@b.cn", f"{sentence}一二")

    def test_every_fault_is_told_and_nothing_stored(self, office_command: Command, engine: Engine) -> None:
        result = office_command("user", "add", "nobody", "--role", "applicant", stdin=b"short\n")
        assert (result.code, result.out) == (2, "")
        assert [line.partition("：")[0] for line in result.err.splitlines()] == ["/email", "/password", "/organisation"]
        with reading(engine) as session:
            assert session.exec(select(User)).all() == []

    def test_an_address_that_is_taken(self, office_command: Command, office: Office) -> None:
        result = office_command("user", "add", "li@example.cn", "--role", "finance", stdin=f"{SENTENCE}\n".encode())
        assert result.code == 2
        assert "该电子邮箱已有账号" in result.err

    def test_no_password_at_all(self, office_command: Command, engine: Engine) -> None:
        assert office_command("user", "add", "a@b.cn", "--role", "finance").code == 2


class TestDisburse:
    def test_what_is_due_is_generated_once(
        self, office_command: Command, granted: Award, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        on(monkeypatch, "2026-06-30")
        first = office_command("disburse")
        assert first.code == 0
        assert first.out.startswith("截至2026年6月30日：生成拨付 0 笔")
        assert "未生成 1 笔：上一运行年度的数据尚未核定" in first.out

    def test_it_may_be_repeated(
        self,
        office_command: Command,
        granted: Award,
        office: Office,
        engine: Engine,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        office.day = date(2026, 4, 1)
        office.figure(granted, 1, 460)
        on(monkeypatch, "2026-06-30")
        assert "生成拨付 1 笔，合计 800,000.00 元" in office_command("disburse").out
        assert "生成拨付 0 笔，合计 0.00 元" in office_command("disburse", "--as-of", "2026-06-30").out
        assert rows(engine, Disbursement) == 1

    def test_a_day_to_come_is_only_previewed(
        self, office_command: Command, granted: Award, office: Office, engine: Engine
    ) -> None:
        office.day = date(2026, 4, 1)
        office.figure(granted, 1, 460)
        result = office_command("disburse", "--as-of", "2026-06-30", "--lang", "en")
        assert result.code == 0
        assert "there would be 1 disbursements, CNY 800,000.00 in all" in result.out
        assert rows(engine, Disbursement) == 0


class TestSchedule:
    def test_json_holds_rows_and_totals(self, office_command: Command, granted: Award) -> None:
        document = json.loads(office_command("schedule", "--format", "json").out)
        assert list(document) == ["as_of", "filters", "rows", "totals"]
        assert [(row["instalment"], row["due_on"], row["amount"]) for row in document["rows"]] == [
            (1, "2026-06-30", "800000.00"),
            (2, "2027-06-30", "800000.00"),
            (3, "2028-06-30", "800000.00"),
        ]
        assert document["totals"]["amount"] == "2400000.00"
        assert document["totals"]["by_status"]["planned"] == {"count": 3, "amount": "2400000.00"}

    def test_filters_choose_rows(self, office_command: Command, granted: Award) -> None:
        def count(*filters: str) -> int:
            return len(json.loads(office_command("schedule", "--format", "json", *filters).out)["rows"])

        assert count("--year", "2027") == 1
        assert count("--year", "2025") == 0
        assert count("--status", "planned") == 3
        assert count("--status", "held") == 0
        assert count("--scheme", "user-side-storage") == 3
        assert count("--scheme", "first-unit") == 0

    def test_text_shows_the_rows_and_their_sum(self, office_command: Command, granted: Award) -> None:
        out = office_command("schedule").out
        assert "LG-2026-0001" in out
        assert "2,400,000.00" in out

    def test_csv_and_workbook_and_paper_hold_the_same(self, office_command: Command, granted: Award) -> None:
        lines = office_command("schedule", "--format", "csv").data.decode("utf-8-sig").splitlines()
        assert [line.count("800000.00") for line in lines[1:4]] == [1, 1, 1]
        sheet = load_workbook(io.BytesIO(office_command("schedule", "--format", "xlsx").data)).worksheets[0]
        assert sum(cell.value == 800000 for row in sheet.rows for cell in row) == 3
        paper = PdfReader(io.BytesIO(office_command("schedule", "--format", "pdf").data))
        assert "".join(page.extract_text() for page in paper.pages).count("800,000.00") >= 3

    def test_it_is_written_to_a_file(self, office_command: Command, granted: Award, tmp_path: Path) -> None:
        file = tmp_path / "计划.xlsx"
        assert office_command("schedule", "--format", "xlsx", "-o", str(file)).data == b""
        assert load_workbook(file).worksheets


class TestAudit:
    def test_what_follows_from_the_texts_agrees(self, office_command: Command, granted: Award) -> None:
        result = office_command("audit", "verify")
        assert (result.code, result.err) == (0, "")
        assert "核算凭据 1 份" in result.out

    @pytest.mark.parametrize(
        ("table", "values", "told"),
        [
            (
                Award,
                {"amount_fen": 240_000_001},
                ["核定金额为 2400000.01 元，凭据载明 2400000.00 元", "各期合计 2400000.00 元"],
            ),
            (Instalment, {"amount_fen": 80_000_001}, ["各期合计 2400000.03 元"]),
            (Application, {"scheme_id": "first-unit"}, ["申报的支持条款为 first-unit"]),
            (Application, {"submitted_on": date(2026, 2, 1)}, ["申报日期为 2026-02-01"]),
            (PolicyText, {"version": "2024.9"}, ["与登记的编号或版本不符"]),
            (PolicyText, {"content": "{}"}, ["所存政策文本无法读取", "核算凭据无法重算"]),
            (Receipt, {"content": "{}"}, ["核算凭据与其摘要不符", "核算凭据无法重算"]),
        ],
    )
    def test_what_was_changed_afterwards_is_found(
        self,
        office_command: Command,
        granted: Award,
        engine: Engine,
        table: type[Award],
        values: dict[str, object],
        told: list[str],
    ) -> None:
        with tampering(engine) as connection:
            connection.execute(update(table).values(**values))
        result = office_command("audit", "verify")
        assert result.code == 1
        assert [words for words in told if words not in result.out] == []

    def test_a_threshold_changed_in_the_stored_text_is_found(
        self, office_command: Command, granted: Award, engine: Engine
    ) -> None:
        with tampering(engine) as connection:
            changed = func.replace(col(PolicyText.content), '"value":"450"', '"value":"440"')
            connection.execute(update(PolicyText).values(content=changed))
        result = office_command("audit", "verify")
        assert result.code == 1
        assert "所存政策文本与其摘要不符" in result.out
        assert "结果与核算凭据不一致：findings, policy" in result.out

    def test_the_newest_head_is_shown_and_held_against_the_record(
        self, office_command: Command, granted: Award, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        none = office_command("audit", "head")
        assert (none.code, none.out) == (1, "尚无日结：定时任务运行后即有。\n")
        close_day(engine, date(2026, 3, 1), noon(date(2026, 3, 1)))
        day, events, digest = office_command("audit", "head").out.split()
        assert (day, events) == ("2026-03-01", "12")
        assert office_command("audit", "verify", "--head", digest).code == 0
        unknown = office_command("audit", "verify", "--head", "sha256:" + "0" * 64, "--lang", "en")
        assert unknown.code == 1
        assert "this head, which was kept elsewhere, is not in the record" in unknown.out
        typo = office_command("audit", "verify", "--head", "sha256:12")
        assert (typo.code, typo.out) == (2, "")
        assert "不是日结摘要" in typo.err

    def test_an_altered_entry_is_told_with_its_case_and_place(
        self, office_command: Command, granted: Award, engine: Engine
    ) -> None:
        with tampering(engine) as connection:
            connection.execute(text("UPDATE event SET reason = '改' WHERE position = 3"))
        result = office_command("audit", "verify")
        assert (result.code, result.out.splitlines()[0]) == (
            1,
            "LG-2026-0001：第 3 条记录与其摘要不符，已被改动。",
        )

    def test_a_disbursement_of_another_amount_is_found(
        self,
        office_command: Command,
        granted: Award,
        office: Office,
        engine: Engine,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        office.day = date(2026, 4, 1)
        office.figure(granted, 1, 460)
        on(monkeypatch, "2026-06-30")
        office_command("disburse")
        with tampering(engine) as connection:
            connection.execute(update(Disbursement).values(amount_fen=1))
        result = office_command("audit", "verify")
        assert result.code == 1
        assert "第 1 期应付 800000.00 元，所生成的拨付为 0.01 元" in result.out


class TestDemo:
    def test_it_fills_the_default_database_once_and_tells_the_accounts(
        self, command: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        on(monkeypatch, "2026-09-30")
        first, second = command("demo"), command("demo")
        assert (first.code, second.code) == (0, 0)
        for told in (first.out, second.out):
            assert [each.email for each in ACCOUNTS if each.email not in told] == []
            assert PASSWORD in told
        audit = command("audit", "verify")
        assert audit.code == 0, audit.out

    def test_never_into_another_database(self, office_command: Command, engine: Engine) -> None:
        result = office_command("demo")
        assert result.code == 0
        assert "DATABASE_URL" in result.out
        with reading(engine) as session:
            assert session.exec(select(User)).all() == []

    def test_never_into_a_database_in_use(self, command: Command, tmp_path: Path) -> None:
        engine = create(f"sqlite:///{tmp_path / 'var' / 'subsidy.db'}")
        migrate(engine)
        with writing(engine) as session:
            _one_user(session)
        result = command("demo")
        assert result.code == 0
        assert PASSWORD not in result.out
        with reading(engine) as session:
            assert list(session.exec(select(col(User.id)))) == ["li"]
        engine.dispose()


def _one_user(session: Session) -> None:
    now = noon(date(2026, 3, 1))
    session.add(User(id="li", email="li@jia.cn", name="李", password_hash="-", role=Role.FINANCE, created_at=now))
