"""What a violated constraint means to the person whose step it stopped."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from sqlalchemy import PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.exc import IntegrityError

from subsidy.errors import Refused, Stale, SubsidyError
from subsidy.records.base import Record

_MEANINGS: Final[Mapping[str, Callable[[], SubsidyError]]] = {
    "uq_user_account_email": partial(Refused, "email_taken"),
    "uq_organisation_credit_code": partial(Refused, "organisation_exists"),
    # Two people took the same step at the same moment; the first one stands.
    "pk_application": Stale,
    "uq_application_number": Stale,
    "uq_award_application_id": Stale,
    "uq_operating_figure_award_id_year_number": Stale,
    "uq_year_decision_instalment_id": Stale,
    "pk_application_fact": Stale,
    "uq_event_subject_kind_subject_id_position": Stale,
    "uq_letter_number": Stale,
    "uq_recommendation_live": Stale,
    "uq_notice_recommendation_id": Stale,
    "uq_sign_off_recommendation_id_person_id": Stale,
    "uq_payout_run_number": Stale,
    "uq_payment_live": Stale,
    "uq_payment_run_id_line": Stale,
    "uq_payment_disbursement_id_number": Stale,
    "uq_payment_key": Stale,
    "uq_proposal_open": Stale,
    "uq_amendment_award_id_number": Stale,
    "uq_amendment_proposal_id": Stale,
    "uq_recovery_number": Stale,
    "uq_recovery_step_bank_ref": partial(Refused, "recoveries.receipt_known"),
    "uq_bank_account_proposed": Stale,
    "uq_bank_account_verified": Stale,
    "uq_result_file_digest": Stale,
    "uq_result_line_effect": Stale,
    "uq_user_account_staff_person": partial(Refused, "staff_already"),
}


def meaning(error: IntegrityError) -> SubsidyError | None:
    """The refusal to tell; None where no ordinary step can violate that constraint, so that it is a fault of ours."""
    refusal = _MEANINGS.get(constraint(error) or "")
    return refusal and refusal()


def constraint(error: IntegrityError) -> str | None:
    """The name of the violated constraint or protection; None where the database does not tell it."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:  # PostgreSQL
        name: str | None = diagnosis.constraint_name
        return name
    # SQLite names a check, but lists the columns of a key: "UNIQUE constraint failed: award.id, award.number".
    kind, _, what = str(error.orig).partition(" constraint failed: ")
    if kind == "CHECK":
        return what
    if kind.startswith("tr_"):  # what protects a table says its own name
        return kind
    return _keys().get(what)


def _keys() -> Mapping[str, str]:
    """From the columns of each key, as SQLite lists them, to its name."""
    keys = {}
    for table in Record.metadata.sorted_tables:
        for key in table.constraints:
            if isinstance(key, UniqueConstraint | PrimaryKeyConstraint):
                keys[", ".join(f"{table.name}.{column.name}" for column in key.columns)] = str(key.name)
        for index in table.indexes:
            if index.unique:
                keys[", ".join(f"{table.name}.{column.name}" for column in index.columns)] = str(index.name)
    return keys
