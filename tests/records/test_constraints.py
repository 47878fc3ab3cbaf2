"""Each invariant is held by the database itself, under its name, on both databases."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from typing import Any, Final

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Engine,
    ForeignKeyConstraint,
    Index,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy import Enum as Word
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from subsidy.database import create, migrate, writing
from subsidy.records import Account, Record
from subsidy.records.envelope import HELD
from subsidy.records.violations import constraint
from tests import postgres
from tests.support.rows import ALLOTTED, NOW, one_of_each
from tests.support.tampering import unprotect

TABLES: Final = Record.metadata.tables

CHECKS: Final[dict[str, dict[str, Any]]] = {
    "ck_organisation_name_given": {"name": ""},
    "ck_organisation_credit_code_length": {"credit_code": "9131"},
    "ck_user_account_email_lower": {"email": "Li@jia.cn"},
    "ck_user_account_applicant_organisation": {"organisation_id": None},
    "ck_user_account_role": {"role": "king"},
    "ck_user_session_expires_later": {"expires_at": datetime(2026, 3, 1, 4, tzinfo=UTC)},
    "ck_user_duty_fits_role": {"duty": "approve"},
    "ck_one_time_link_purpose": {"purpose": "whim"},
    "ck_one_time_link_email_given": {"email": "li@jia.cn"},
    "ck_one_time_link_expires_later": {"expires_at": datetime(2026, 3, 1, 4, tzinfo=UTC)},
    "ck_api_token_expires_later": {"expires_at": datetime(2026, 3, 1, 4, tzinfo=UTC)},
    "ck_api_token_name_given": {"name": ""},
    "ck_api_token_scopes_given": {"scopes": ""},
    "ck_application_status": {"status": "lost"},
    "ck_application_submitted_on_given": {"submitted_on": None},
    "ck_application_decided_on_given": {"decided_on": None},
    "ck_application_refusal_reason_given": {"status": "refused", "decision_reason": None},
    "ck_application_version_positive": {"version": 0},
    "ck_application_defects_given": {"status": "returned"},
    "ck_application_due_not_early": {"due_on": date(2026, 2, 28)},
    "ck_document_name_given": {"name": ""},
    "ck_document_version_positive": {"version": 0},
    "ck_document_format": {"format": "exe"},
    "ck_document_size_positive": {"size": 0},
    "ck_document_digest_length": {"digest": "sha256:"},
    "ck_particular_kind": {"kind": "colour"},
    "ck_particular_normalised_given": {"normalised": ""},
    "ck_other_support_programme_given": {"programme": ""},
    "ck_other_support_amount_not_negative": {"amount_fen": -1},
    "ck_other_support_year_possible": {"year": 1999},
    "ck_recommendation_outcome": {"outcome": "wait"},
    "ck_recommendation_amount_given": {"amount_fen": 0},
    "ck_recommendation_people_positive": {"people": 0},
    "ck_recommendation_reason_given": {"reason": ""},
    "ck_sign_off_not_the_recommender": {"person_id": "user"},
    "ck_sign_off_reason_given": {"reason": ""},
    "ck_notice_ends_later": {"ends_on": date(2026, 3, 1)},
    "ck_objection_answer_whole": {"answer": None},
    "ck_award_amount_positive": {"amount_fen": 0},
    "ck_instalment_number_positive": {"number": 0},
    "ck_instalment_amount_not_negative": {"amount_fen": -1, "adjusted_fen": 1},
    "ck_instalment_due_not_early": {"due_on": date(2026, 6, 29)},
    "ck_instalment_year_whole": {"year_end": None},
    "ck_instalment_year_number_positive": {"year_number": 0},
    "ck_instalment_year_ordered": {"year_end": date(2025, 3, 9)},
    "ck_instalment_adjusted_not_negative": {"adjusted_fen": -80_000_001},
    "ck_instalment_top_up_whole": {"amendment_id": "amendment"},
    "ck_operating_figure_year_number_positive": {"year_number": 0},
    "ck_year_decision_decision": {"decision": "wait"},
    "ck_year_decision_reason_given": {"reason": ""},
    "ck_run_kind": {"kind": "guess"},
    "ck_run_trigger": {"trigger": "whim"},
    "ck_run_generated_not_negative": {"generated": -1},
    "ck_run_amount_not_negative": {"amount_fen": -1},
    "ck_disbursement_amount_not_negative": {"amount_fen": -1},
    "ck_message_state": {"state": "lost"},
    "ck_message_sent_at_given": {"state": "sent"},
    "ck_message_error_given": {"state": "failed"},
    "ck_message_attempts_not_negative": {"attempts": -1},
    "ck_event_position_positive": {"position": 0},
    "ck_head_last_event_id_not_negative": {"last_event_id": -1},
    "ck_head_events_not_negative": {"events": -1},
    "ck_letter_code_length": {"code": "a" * 26},
    "ck_letter_kind": {"kind": "greeting"},
    "ck_letter_sha256_length": {"sha256": "0"},
    "ck_letter_standing": {"standing": "lost"},
    "ck_letter_superseded_by_another": {"standing": "valid", "superseded_by": "b" * 32},
    "ck_letter_superseded_not_by_itself": {"superseded_by": "a" * 32},
    "ck_envelope_exhausted": {"exhausted": "borrow"},
    "ck_envelope_year_plausible": {"year": 1999},
    "ck_envelope_conserved": {"allotted_fen": ALLOTTED + 1},
    # What is allotted is below zero only where one of its parts is.
    "ck_envelope_available_not_negative": {"available_fen": -1, "reserved_fen": ALLOTTED + 1},
    **{
        f"ck_envelope_{account}_not_negative": {f"{account}_fen": -1, "available_fen": ALLOTTED + 1}
        for account in HELD
        if account is not Account.AVAILABLE
    },
    "ck_ledger_entry_kind": {"kind": "whim"},
    "ck_ledger_entry_reason_given": {"reason": ""},
    "ck_ledger_entry_totals_positive": {"postings": 0},
    "ck_posting_amount_positive": {"amount_fen": 0},
    "ck_posting_move_known": {"target": "paid"},
    "ck_proposal_kind": {"kind": "whim"},
    "ck_proposal_reason_given": {"reason": ""},
    "ck_proposal_two_people": {"decided_person": "user"},
    "ck_proposal_decided_whole": {"confirmed": None},
    "ck_hold_category": {"category": "whim"},
    "ck_hold_one_subject": {"application_id": "app"},
    "ck_hold_reason_given": {"reason": ""},
    "ck_hold_end_whole": {"end_reason": None},
    "ck_bank_account_names_given": {"bank": ""},
    "ck_bank_account_cnaps_length": {"cnaps": "10429000358"},
    "ck_bank_account_number_length": {"number": "0043001"},
    "ck_bank_account_state": {"state": "lost"},
    "ck_bank_account_two_people": {"decided_person": "user"},
    "ck_bank_account_decided_whole": {"decided_person": None},
    "ck_bank_account_verified_whole": {"usable_from": None},
    "ck_payout_run_status": {"status": "lost"},
    "ck_payout_run_totals_not_negative": {"count": -1},
    "ck_payout_run_checked_by_another": {"checked_person": "user"},
    "ck_payout_run_approved_by_another": {"approved_person": "user"},
    "ck_payout_run_frozen_whole": {"checked_person": None},
    "ck_payout_run_exported_whole": {"exported_at": None},
    "ck_payout_run_version_positive": {"version": 0},
    "ck_payment_amount_positive": {"amount_fen": 0},
    "ck_payment_number_positive": {"number": 0},
    "ck_payment_line_positive": {"line": 0},
    "ck_payment_state": {"state": "lost"},
    "ck_payment_settled_on_given": {"settled_on": None},
    "ck_result_file_lines_positive": {"lines": 0},
    "ck_result_line_outcome": {"outcome": "lost"},
    "ck_result_line_payment_given": {"payment_id": None},
    "ck_result_line_settled_whole": {"settled_note": "已核对"},
    "ck_amendment_kind": {"kind": "whim"},
    "ck_amendment_number_positive": {"number": 0},
    "ck_amendment_amount_within": {"amount_fen": 200_000_001},
    "ck_amendment_revoked_whole": {"kind": "revoke"},
    "ck_amendment_receipt_given": {"receipt_digest": None},
    "ck_amendment_reason_given": {"reason": ""},
    "ck_adjustment_delta_something": {"delta_fen": 0},
    "ck_recovery_amount_positive": {"amount_fen": 0, "settled_fen": 0},
    "ck_recovery_settled_within": {"settled_fen": 40_000_001},
    "ck_recovery_due_not_early": {"due_on": date(2026, 2, 28)},
    "ck_recovery_step_kind": {"kind": "whim"},
    "ck_recovery_step_amount_positive": {"amount_fen": 0},
    "ck_recovery_step_bank_ref_given": {"bank_ref": None},
    "ck_recovery_step_two_people": {"kind": "write_off"},
    "ck_task_kind": {"kind": "whim"},
    "ck_task_progress_plausible": {"done": -1},
    "ck_task_error_ends": {"error": "中断"},
}
"""From each check to a change of a valid row that breaks it and no other."""
BEFORE: Final[dict[str, dict[str, Any]]] = {
    "uq_award_project_key": {"project_key": "lingang-2024 user-side-storage 1"},
    "uq_bank_account_proposed": {"state": "proposed"},
    "uq_proposal_open": {"decided_by": None, "decided_person": None, "decided_at": None, "confirmed": None},
    "uq_user_account_staff_person": {"role": "finance"},
    "uq_user_duty_exclusive": {"duty": "make", "role": "finance"},
}
"""What is changed of a valid row first, for it to be one of those that the key is of."""
TWINS: Final[dict[str, dict[str, Any]]] = {
    "uq_amendment_award_id_number": {"proposal_id": "another"},
    "uq_amendment_proposal_id": {"number": 2},
    "uq_award_project_key": {"application_id": "another"},
    "uq_payment_disbursement_id_number": {"line": 2, "key": "another", "state": "returned"},
    "uq_payment_key": {"line": 2, "number": 2, "state": "returned"},
    "uq_payment_live": {"line": 2, "key": "another", "number": 2},
    "uq_payment_run_id_line": {"key": "another", "number": 2, "state": "returned"},
    "uq_recovery_amendment_id": {"number": "R-2026-0002"},
    "uq_recovery_number": {"amendment_id": "another"},
    "uq_result_line_effect": {"line": 3},
    "uq_result_line_file_id_line": {"outcome": "repeated"},
    "uq_user_account_staff_person": {"email": "another@zone.cn"},
    "uq_user_duty_exclusive": {"user_id": "user", "duty": "check"},
}
"""What a second row differs in, beside its id, to break this key and no other."""
BESIDE: Final[dict[str, dict[str, Any]]] = {
    "fk_hold_application_id": {"organisation_id": None},
    "fk_hold_instalment_id": {"organisation_id": None},
    "fk_instalment_amendment_id": {"year_number": None, "year_start": None, "year_end": None},
    "fk_result_line_settled_by": {"settled_at": NOW, "settled_note": "已核对"},
}
"""What is changed along with a reference, for no check to be broken."""


def constraints(*kinds: type) -> dict[str, Any]:
    found = {str(each.name): each for table in TABLES.values() for each in table.constraints if isinstance(each, kinds)}
    return dict(sorted(found.items()))  # a table's constraints are a set; tests come in the same order in every process


def keys() -> dict[str, UniqueConstraint | Index]:
    """Those with the id among their columns are there to be referred to, and are left out."""
    indexes = {str(each.name): each for table in TABLES.values() for each in table.indexes if each.unique}
    found: dict[str, UniqueConstraint | Index] = constraints(UniqueConstraint) | indexes
    return {name: key for name, key in sorted(found.items()) if "id" not in key.columns}


UNIQUE: Final = keys()
REFERENCES: Final = constraints(ForeignKeyConstraint)


def raw(table: Table) -> Table:
    """The table as text and numbers: the types of the code would refuse a wrong word before the database sees it."""
    columns = (Column(c.name, String if isinstance(c.type, Word) else c.type) for c in table.columns)
    return Table(table.name, MetaData(), *columns)


def test_every_check_is_tried_here() -> None:
    assert CHECKS.keys() == constraints(CheckConstraint).keys()


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def stored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One row in each table, none of them protected; every test leaves it as it was."""
    with ExitStack() as stack:
        if request.param == "postgres":
            address = stack.enter_context(postgres.fresh()).render_as_string(hide_password=False)
        else:
            address = f"sqlite:///{tmp_path_factory.mktemp('constraints')}/stored.db"
        made = create(address)
        stack.callback(made.dispose)
        migrate(made)
        with writing(made) as session:
            one_of_each(session)
            unprotect(session.connection())
        yield made


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_holds(stored: Engine, name: str) -> None:
    table = raw(constraints(CheckConstraint)[name].table)
    with Session(stored) as session, pytest.raises(IntegrityError) as broken:
        session.execute(update(table).values(CHECKS[name]))
    assert constraint(broken.value) == name


def alike(name: str) -> list[str]:
    """The keys of the same columns: SQLite tells the columns and not which of these it was."""
    return [other for other, key in UNIQUE.items() if list(key.columns) == list(UNIQUE[name].columns)]


def test_each_exception_is_of_something_tried_here() -> None:
    assert {*BEFORE, *TWINS} <= UNIQUE.keys()
    assert BESIDE.keys() <= REFERENCES.keys()


@pytest.mark.parametrize("name", UNIQUE)
def test_a_key_holds(stored: Engine, name: str) -> None:
    table = UNIQUE[name].table
    assert table is not None
    with Session(stored) as session:
        if name in BEFORE:
            session.execute(update(table).values(BEFORE[name]))
        row = session.execute(select(table)).mappings().all()[0]
        key = table.primary_key.columns.keys()[0]
        another = 2 if isinstance(row[key], int) else "another".ljust(32, "s")
        with pytest.raises(IntegrityError) as broken:
            session.execute(insert(table), dict(row) | {key: another} | TWINS.get(name, {}))
    assert constraint(broken.value) in ([name] if stored.dialect.name == "postgresql" else alike(name))


def points_at_nobody(session: Session, name: str) -> None:
    """Makes a row refer to what is not there, and nothing else wrong."""
    reference = REFERENCES[name]
    changed = reference.table.c[reference.column_keys[0]]
    for each in REFERENCES.values():  # what refers to the changed value itself would break as well
        if each.elements[0].column is changed:
            session.execute(delete(each.table))
    nobody = 2 if changed.type.python_type is int else "nobody"
    change = update(reference.table).values({reference.column_keys[0]: nobody} | BESIDE.get(name, {}))
    if reference.referred_table is reference.table:
        key = reference.table.primary_key.columns.values()[0]
        spare = session.execute(select(key).order_by(key.desc())).scalars().first()
        change = change.where(key == ("spare" if reference.table.name == "user_account" else spare))
    session.execute(change)


@pytest.mark.parametrize("name", REFERENCES)
def test_a_reference_holds_when_the_step_ends(stored: Engine, name: str) -> None:
    with pytest.raises(IntegrityError) as broken, Session(stored) as session, session.begin():
        points_at_nobody(session, name)
    assert constraint(broken.value) == (name if stored.dialect.name == "postgresql" else None)
