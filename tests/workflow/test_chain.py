"""Whatever is done to the record behind the program's back is found, with the case and the place."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final

import pytest
from sqlalchemy import Connection, Engine, delete, func, insert, select, text, update
from sqlmodel import Session

from subsidy.audit import Discrepancy
from subsidy.audit_record import discrepancies
from subsidy.database import reading
from subsidy.finance.disburse import disburse
from subsidy.records import Head, Record
from subsidy.workflow import chain
from subsidy.workflow.heads import close_day, newest
from tests.support.office import Office, noon
from tests.support.tampering import tampering, unprotect

EVENT: Final = Record.metadata.tables["event"]
HEAD: Final = Record.metadata.tables["head"]
DUE: Final = date(2026, 6, 30)


@pytest.fixture
def kept(office: Office) -> Office:
    """Three cases over two days, each day closed by its head: one paid, one refused, one still a draft."""
    award = office.approved()
    office.refuse(office.accepted())
    close_day(office.engine, office.day, office.now)
    office.day = DUE
    office.figure(award, 1, 460)
    disburse(office.engine, as_of=DUE, now=office.now, trigger="tick")
    office.draft()
    close_day(office.engine, DUE, office.now)
    return office


def found(engine: Engine, anchor: str | None = None) -> list[Discrepancy]:
    with reading(engine) as session:
        return list(discrepancies(session, anchor))


def told(engine: Engine, anchor: str | None = None) -> set[tuple[str, str, str]]:
    """What was found: kind, where, and at which position."""
    return {(each.kind, each.where, each.params.get("position", "")) for each in found(engine, anchor)}


def anchor(engine: Engine) -> str:
    with reading(engine) as session:
        head = newest(session)
    assert head
    return head.digest


def row(connection: Connection, position: int, number: str = "LG-2026-0001") -> Mapping[str, Any]:
    """An entry of a case."""
    query = select(EVENT).where(EVENT.c.position == position, EVENT.c.subject_id == _id(connection, number))
    return dict(connection.execute(query).mappings().one())


def _length(connection: Connection, number: str) -> int:
    """How many entries a case has."""
    query = select(func.count()).select_from(EVENT).where(EVENT.c.subject_id == _id(connection, number))
    return int(connection.execute(query).scalar_one())


def _id(connection: Connection, number: str) -> str:
    return str(connection.execute(text("SELECT id FROM application WHERE number = :n"), {"n": number}).scalar_one())


def test_an_untouched_record_is_whole(kept: Office) -> None:
    assert found(kept.engine, anchor(kept.engine)) == []


ALTERED: Final[dict[str, Any]] = {
    "at": noon(date(2020, 1, 1)),
    "actor_id": "sun",
    "actor_name": "别人",
    "command": "approve",
    "before_json": "{}",
    "after_json": '{"status":"draft"}',
    "reason": "另一个理由",
    "previous": "sha256:" + "0" * 64,
    "digest": "sha256:" + "0" * 64,
    "position": 99,
    "subject_kind": "user",
    "subject_id": "other",
    "id": 10_000,
}


def test_every_column_is_altered_below() -> None:
    assert ALTERED.keys() == {column.name for column in EVENT.columns}


@pytest.mark.parametrize("column", sorted(ALTERED.keys() - {"id", "digest"}))
def test_the_digest_of_an_entry_covers_every_column(column: str) -> None:
    assert chain.of_entry(ALTERED) != chain.of_entry({**ALTERED, column: None})


@pytest.mark.parametrize("column", [column.name for column in HEAD.columns if column.name != "digest"])
def test_the_digest_of_a_head_covers_every_column_and_all_entries_in_order(column: str) -> None:
    head = dict.fromkeys(HEAD.columns.keys(), "sha256:0")
    assert len({chain.of_head(head, each) for each in (["a", "b"], ["b", "a"], ["a"])}) == 3
    assert chain.of_head(head, []) != chain.of_head({**head, column: None}, [])


@pytest.mark.parametrize("column", ALTERED)
def test_an_altered_column_is_found_with_its_place(kept: Office, column: str) -> None:
    with tampering(kept.engine) as connection:
        its = row(connection, 6)
        connection.execute(update(EVENT).where(EVENT.c.id == its["id"]).values({column: ALTERED[column]}))
    places = {(each.where, *each.params.values()) for each in found(kept.engine)}
    assert any(place[0] == "LG-2026-0001" and {"6", "7", "99"} & set(place[1:]) for place in places), places


@pytest.mark.parametrize("column", ["day", "last_event_id", "events", "previous", "digest", "made_at"])
def test_an_altered_head_is_found(kept: Office, column: str) -> None:
    changed = {"day": date(2026, 6, 29), "made_at": noon(date(2026, 6, 29)), "last_event_id": 3, "events": 3}
    with tampering(kept.engine) as connection:
        connection.execute(update(HEAD).where(HEAD.c.day == DUE).values({column: changed.get(column, "sha256:0")}))
    kinds = {kind for kind, _, _ in told(kept.engine)}
    assert kinds
    assert kinds <= {"head_altered", "head_events", "head_previous"}


def test_a_removed_entry_is_found(kept: Office) -> None:
    with tampering(kept.engine) as connection:
        connection.execute(delete(EVENT).where(EVENT.c.id == row(connection, 4)["id"]))
    faults = found(kept.engine)
    assert Discrepancy("LG-2026-0001", "entry_missing", {"first": "4", "last": "4"}) in faults
    (head,) = [fault for fault in faults if fault.kind == "head_events"]
    assert head.where < "2026-06-30"
    assert int(head.params["kept"]) - int(head.params["found"]) == 1


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_cut_tail_before_the_last_head_is_found(kept: Office, count: int) -> None:
    with tampering(kept.engine) as connection:
        last = connection.execute(select(EVENT.c.id).order_by(EVENT.c.id.desc()).limit(count)).scalars().all()
        connection.execute(delete(EVENT).where(EVENT.c.id.in_(last)))
    kinds = {kind for kind, where, _ in told(kept.engine) if where == "2026-06-30"}
    assert kinds == {"head_events"}


def test_a_whole_case_taken_away_is_found(kept: Office) -> None:
    with tampering(kept.engine) as connection:
        connection.execute(delete(EVENT).where(EVENT.c.subject_id == _id(connection, "LG-2026-0002")))
    assert ("case_unrecorded", "LG-2026-0002", "") in told(kept.engine)


def test_a_change_after_the_last_head_that_is_taken_away_shows_in_the_case(kept: Office) -> None:
    kept.submit(case := kept.draft())
    kept.judge(case, "drives_industry")
    with tampering(kept.engine) as connection:
        connection.execute(delete(EVENT).where(EVENT.c.subject_id == case, EVENT.c.position == 4))
    assert told(kept.engine) == {("case_version", "LG-2026-0004", "")}
    with tampering(kept.engine) as connection:
        connection.execute(delete(EVENT).where(EVENT.c.subject_id == case, EVENT.c.position == 3))
    assert ("case_status", "LG-2026-0004", "") in told(kept.engine)


@pytest.mark.parametrize(
    ("position", "column", "value", "fault"),
    [
        (1, "actor_name", "另一个人", ("entry_previous", "LG-2026-0004", "2")),
        (2, "before_json", '{"status":"returned"}', ("entry_status", "LG-2026-0004", "2")),
    ],
)
def test_an_entry_after_the_last_head_that_was_written_anew_does_not_fit(
    kept: Office, position: int, column: str, value: str, fault: tuple[str, str, str]
) -> None:
    kept.submit(kept.draft())
    with tampering(kept.engine) as connection:
        made = {**row(connection, position, "LG-2026-0004"), column: value}
        made["digest"] = chain.of_entry(made)
        connection.execute(update(EVENT).where(EVENT.c.id == made["id"]).values(made))
    assert told(kept.engine) == {fault}


def test_an_inserted_entry_is_found(kept: Office) -> None:
    with tampering(kept.engine) as connection:
        last = row(connection, _length(connection, "LG-2026-0002"), "LG-2026-0002")
        made = {
            **last,
            "id": None,
            "position": last["position"] + 1,
            "previous": last["digest"],
            "command": "correct",
            "after_json": "{}",
        }
        made["digest"] = chain.of_entry(made)
        connection.execute(insert(EVENT), {key: value for key, value in made.items() if key != "id"})
    assert told(kept.engine) == {("case_version", "LG-2026-0002", "")}


def test_an_entry_squeezed_in_between_is_found(kept: Office) -> None:
    with tampering(kept.engine) as connection:
        its = row(connection, 2)
        between = {key: value for key, value in its.items() if key != "id"} | {"position": 99}
        between["digest"] = chain.of_entry(between)
        connection.execute(insert(EVENT), between)
    assert ("entry_missing", "LG-2026-0001", "") in told(kept.engine)


@pytest.mark.parametrize("what", ["id", "position"])
def test_two_entries_that_changed_places_are_found(kept: Office, what: str) -> None:
    with tampering(kept.engine) as connection:
        first, second = row(connection, 3), row(connection, 4)
        for one, value in ((first, -1), (second, first[what]), (first, second[what])):
            now = -1 if what == "id" and one is first and value != -1 else one["id"]
            value = 50 if what == "position" and value == -1 else value
            connection.execute(update(EVENT).where(EVENT.c.id == now).values({what: value}))
    faults = told(kept.engine)
    assert {position for _, where, position in faults if where == "LG-2026-0001"} & {"3", "4"}
    assert ("head_altered", "2026-03-01", "") in faults or what == "position"


def test_a_status_that_no_entry_led_to_is_found(kept: Office) -> None:
    with kept.engine.begin() as connection:
        connection.execute(text("UPDATE application SET status = 'withdrawn' WHERE number = 'LG-2026-0003'"))
    assert told(kept.engine) == {("case_status", "LG-2026-0003", "")}


def _everything_again(connection: Connection) -> None:
    """Another history, every digest computed anew, heads included: what only somebody with all passwords can do."""
    rows = connection.execute(select(EVENT).order_by(EVENT.c.id)).mappings().all()
    heads = connection.execute(select(HEAD).order_by(HEAD.c.day)).mappings().all()
    tails: dict[str, str] = {}
    digests: dict[int, str] = {}
    connection.execute(delete(EVENT))
    for each in rows:
        made = {**each, "actor_name": "另一个人", "previous": tails.get(each["subject_id"])}
        tails[each["subject_id"]] = made["digest"] = digests[each["id"]] = chain.of_entry(made)
        connection.execute(insert(EVENT), made)
    connection.execute(delete(HEAD))
    before, last = None, 0
    for head in heads:
        new = {**head, "previous": before}
        covered = [digest for number, digest in sorted(digests.items()) if last < number <= head["last_event_id"]]
        before = new["digest"] = chain.of_head(new, covered)
        last = head["last_event_id"]
        connection.execute(insert(HEAD), new)


def _an_older_backup(connection: Connection) -> None:
    """As if the last day had not been."""
    first = connection.execute(select(HEAD).order_by(HEAD.c.day)).mappings().first()
    assert first
    connection.execute(delete(HEAD).where(HEAD.c.day > first["day"]))
    connection.execute(text("DELETE FROM disbursement"))
    connection.execute(text("DELETE FROM operating_figure"))
    connection.execute(
        text(
            "DELETE FROM application_fact WHERE application_id ="
            " (SELECT id FROM application WHERE number = 'LG-2026-0003')"
        )
    )
    connection.execute(text("DELETE FROM application WHERE number = 'LG-2026-0003'"))
    connection.execute(text("UPDATE application SET version = version - 1 WHERE number = 'LG-2026-0001'"))
    connection.execute(delete(EVENT).where(EVENT.c.id > first["last_event_id"]))


@pytest.mark.parametrize("rewrite", [_everything_again, _an_older_backup])
def test_only_the_anchor_shows_that_all_was_rewritten(kept: Office, rewrite: Callable[[Connection], None]) -> None:
    elsewhere = anchor(kept.engine)
    with tampering(kept.engine) as connection:
        rewrite(connection)
    assert told(kept.engine) == set()
    assert told(kept.engine, elsewhere) == {("anchor_missing", elsewhere, "")}


def test_protection_that_was_left_off_is_found(kept: Office) -> None:
    with Session(kept.engine) as session:  # undone at its end
        unprotect(session.connection())
        assert {each.kind for each in discrepancies(session)} == {"unprotected"}


class TestHeads:
    def test_one_a_day_whoever_closes_it_again(self, kept: Office) -> None:
        assert close_day(kept.engine, DUE, kept.now) is None
        assert close_day(kept.engine, DUE - timedelta(days=40), kept.now) is None
        with reading(kept.engine) as session:
            assert len(session.execute(select(HEAD)).all()) == 2

    def test_days_that_were_missed_are_in_the_next(self, kept: Office) -> None:
        with kept.engine.connect() as connection:
            before = connection.execute(select(func.count()).select_from(EVENT)).scalar_one()
        kept.draft()
        made = close_day(kept.engine, DUE + timedelta(days=30), noon(DUE + timedelta(days=30)))
        assert made
        assert made.events == before + 1
        assert found(kept.engine, made.digest) == []

    def test_a_day_without_entries_has_its_head_too(self, engine: Engine) -> None:
        first = close_day(engine, DUE, noon(DUE))
        second = close_day(engine, DUE + timedelta(days=1), noon(DUE + timedelta(days=1)))
        assert isinstance(first, Head)
        assert isinstance(second, Head)
        assert (first.events, first.previous, second.previous) == (0, None, first.digest)
        assert found(engine, second.digest) == []
