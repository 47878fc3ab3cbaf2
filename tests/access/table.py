"""The one table of access: under which rule every route of the application stands, page or API.

The pages of the desks stand in `tests/web_desks/test_access.py`, each with what every person gets; this adds all others.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from subsidy.accounts.tokens import Scope
from tests.support.office import ACTORS

EVERYBODY: Final = frozenset(ACTORS)
APPLICANTS: Final = frozenset({"applicant", "stranger"})
OWN: Final = frozenset({"applicant"})
"""The addresses of the table name what belongs to the first enterprise."""
KEEPERS: Final = APPLICANTS | {"registrar"}
"""Owners, and the registrar."""
STAFF: Final = frozenset({"administrator", "related administrator", "finance", "checker", "auditor"})
DECIDING: Final = frozenset({"administrator"})
"""An administrator of the enterprise's own may look, but not act."""
POST_OFFICE: Final = frozenset({"administrator", "related administrator"})
MAKER: Final = frozenset({"finance"})
CHECKER: Final = frozenset({"checker"})
"""The second person of finance."""
TELLERS: Final = MAKER | CHECKER
"""Finance, who alone see whole account numbers."""


class Rule(NamedTuple):
    """Whom an operation serves, which scope opens it to his programs, and whether it is of weight."""

    who: frozenset[str]
    scope: Scope | None = None
    weighty: bool = False


PEOPLE, READ, WRITE = Rule(EVERYBODY), Scope.CASES_READ, Scope.CASES_WRITE
CASE: Final = "/api/v1/applications/{application_id}"
RUN: Final = "/api/v1/payouts/{run_id}"
ACCOUNT_OF_PAYEE: Final = "/api/v1/bank-accounts/{account_id}"

PUBLIC: Final = frozenset(
    {
        "GET /healthz", "GET /readyz", "GET /", "GET /policy/{policy_id}", "GET /check/{scheme_id}",
        "GET /check/{scheme_id}/result", "GET /check/{scheme_id}/result.pdf", "GET /notices", "GET /notices/{notice_id}",
        "POST /notices/{notice_id}", "GET /letters", "GET /letters/{code}", "POST /letters/{code}", "GET /sign-in",
        "POST /sign-in", "GET /sign-up", "POST /sign-up", "POST /sign-out", "GET /password/forgotten",
        "POST /password/forgotten", "GET /links/{code}", "POST /links/{code}", "POST /api/v1/assessments",
        "GET /api/v1/policies", "GET /api/v1/policies/{policy_id}", "GET /api/v1/notices",
        "GET /api/v1/notices/{notice_id}", "POST /api/v1/notices/{notice_id}/objections", "POST /api/v1/sessions",
    }
)  # fmt: skip
"""Needs no account."""

ACCOUNT: Final = frozenset(
    {
        "GET /account", "POST /account/sessions", "POST /account/sessions/others", "GET /account/email",
        "POST /account/email", "GET /account/password", "POST /account/password", "GET /account/tokens",
        "POST /account/tokens", "GET /account/tokens/new", "POST /account/tokens/new",
    }
)  # fmt: skip
"""Pages for whoever is signed in, about his own account alone."""

API: Final[Mapping[str, Rule]] = {
    "GET /api/v1/me": PEOPLE,
    "GET /api/v1/sessions": PEOPLE,
    "DELETE /api/v1/sessions": PEOPLE,
    "DELETE /api/v1/sessions/{id_of_session}": Rule(OWN),
    "POST /api/v1/sessions/proof": PEOPLE,
    "GET /api/v1/tokens": PEOPLE,
    "POST /api/v1/tokens": Rule(EVERYBODY, weighty=True),
    "DELETE /api/v1/tokens/{token_id}": Rule(OWN),
    "GET /api/v1/people": Rule(KEEPERS),
    "POST /api/v1/people": Rule(APPLICANTS, weighty=True),  # the body names an applicant, whom no registrar invites
    "GET /api/v1/people/{user_id}": Rule(OWN),
    "POST /api/v1/people/{user_id}/invitation": Rule(OWN, weighty=True),
    "PUT /api/v1/people/{user_id}/duties": Rule(OWN, weighty=True),
    "POST /api/v1/people/{user_id}/disable": Rule(OWN, weighty=True),
    "POST /api/v1/people/{user_id}/enable": Rule(OWN, weighty=True),
    "GET /api/v1/applications": Rule(APPLICANTS | STAFF, READ),
    "POST /api/v1/applications": Rule(APPLICANTS, WRITE),
    f"GET {CASE}": Rule(OWN | STAFF, READ),
    f"PUT {CASE}": Rule(OWN, WRITE),
    f"POST {CASE}/submission": Rule(OWN, WRITE),
    f"POST {CASE}/appeal": Rule(OWN, WRITE),
    f"POST {CASE}/withdrawal": Rule(OWN, WRITE),
    f"GET {CASE}/documents": Rule(OWN | STAFF, READ),
    f"POST {CASE}/documents": Rule(OWN | DECIDING, WRITE),
    f"GET {CASE}/documents/{{document_id}}": Rule(OWN | STAFF, READ),
    f"DELETE {CASE}/documents/{{document_id}}": Rule(OWN | DECIDING, WRITE),
    f"GET {CASE}/particulars": Rule(OWN | STAFF, READ),
    f"PUT {CASE}/particulars": Rule(OWN, WRITE),
    f"GET {CASE}/duplicates": Rule(OWN | STAFF, READ),
    **{
        f"POST {CASE}/{step}": Rule(DECIDING, WRITE)
        for step in (
            "acceptance", "return", "publication", "answers", "claim", "claim-release", "closing", "judgements",
            "corrections", "rate", "recommendation", "take-back", "figures",
        )
    },
    **{f"POST {CASE}/{step}": Rule(DECIDING, WRITE, True) for step in ("approval", "refusal", "uphold", "reopening")},
    "POST /api/v1/instalments/{instalment_id}/release": Rule(DECIDING, WRITE, True),
    "POST /api/v1/instalments/{instalment_id}/forfeiture": Rule(DECIDING, WRITE, True),
    f"GET {CASE}/amendments": Rule(OWN | STAFF, READ),
    f"POST {CASE}/amendments": Rule(DECIDING, WRITE),
    f"POST {CASE}/amendments/confirmation": Rule(DECIDING, WRITE, True),
    f"POST {CASE}/amendments/refusal": Rule(DECIDING, WRITE),
    f"GET {CASE}/letters": Rule(OWN | STAFF, READ),
    "GET /api/v1/letters/{code}.pdf": Rule(OWN | STAFF, READ),
    "GET /api/v1/messages": Rule(APPLICANTS | POST_OFFICE, READ),
    "POST /api/v1/messages/{message_id}/attempts": Rule(POST_OFFICE, WRITE),
    "GET /api/v1/schedule": Rule(STAFF, Scope.FINANCE_READ),
    "GET /api/v1/disbursements": Rule(STAFF, Scope.FINANCE_READ),
    "POST /api/v1/disbursements": Rule(MAKER, None, True),
    "GET /api/v1/runs": Rule(STAFF, Scope.FINANCE_READ),
    "GET /api/v1/envelopes": Rule(STAFF, Scope.FINANCE_READ),
    "POST /api/v1/envelopes": Rule(MAKER, None, True),
    "GET /api/v1/envelopes/{envelope_id}": Rule(STAFF, Scope.FINANCE_READ),
    "POST /api/v1/envelopes/{envelope_id}/allotments": Rule(MAKER, None, True),
    "POST /api/v1/envelopes/{envelope_id}/reductions": Rule(MAKER, None, True),
    "POST /api/v1/envelopes/{envelope_id}/transfers": Rule(MAKER, None, True),
    "GET /api/v1/proposals": Rule(STAFF, Scope.FINANCE_READ),
    "POST /api/v1/proposals/{proposal_id}/confirmation": Rule(CHECKER, None, True),
    "POST /api/v1/proposals/{proposal_id}/refusal": Rule(CHECKER, None, True),
    "GET /api/v1/results": Rule(STAFF, Scope.FINANCE_READ),
    "POST /api/v1/results": Rule(MAKER, None, True),
    "GET /api/v1/results/{file_id}": Rule(STAFF, Scope.FINANCE_READ),
    "POST /api/v1/results/{file_id}/lines/{line}/settlement": Rule(MAKER, None, True),
    "GET /api/v1/recoveries": Rule(STAFF, Scope.FINANCE_READ),
    "GET /api/v1/recoveries/{recovery_id}": Rule(STAFF, Scope.FINANCE_READ),
    "POST /api/v1/recoveries/{recovery_id}/receipts": Rule(MAKER, None, True),
    "POST /api/v1/recoveries/{recovery_id}/write-off": Rule(MAKER, None, True),
    "GET /api/v1/in-flight": Rule(STAFF, Scope.FINANCE_READ),
    "GET /api/v1/bank-accounts": Rule(APPLICANTS | STAFF, Scope.FINANCE_READ),
    "POST /api/v1/bank-accounts": Rule(APPLICANTS | MAKER, None, True),
    f"POST {ACCOUNT_OF_PAYEE}/verification": Rule(CHECKER, None, True),
    f"POST {ACCOUNT_OF_PAYEE}/refusal": Rule(CHECKER, None, True),
    f"POST {ACCOUNT_OF_PAYEE}/fraud-reports": Rule(OWN | POST_OFFICE | MAKER | CHECKER),
    f"POST {ACCOUNT_OF_PAYEE}/fraud-clearance": Rule(CHECKER, None, True),
    "GET /api/v1/instalments/{instalment_id}/evidence.pdf": Rule(STAFF, Scope.FINANCE_READ),
    "GET /api/v1/tasks": Rule(STAFF, Scope.FINANCE_READ),
    "GET /api/v1/tasks/{task_id}": Rule(STAFF, Scope.FINANCE_READ),
    "GET /api/v1/tasks/{task_id}/file": Rule(TELLERS, Scope.FINANCE_READ),
    "GET /api/v1/payouts/{run_id}/file.{kind}": Rule(TELLERS, Scope.FINANCE_READ),
    "POST /api/v1/payouts/{run_id}/files": Rule(TELLERS, None, True),
    "GET /api/v1/payable": Rule(STAFF, Scope.FINANCE_READ),
    "GET /api/v1/holds": Rule(STAFF, Scope.FINANCE_READ),
    "POST /api/v1/instalments/{instalment_id}/holds": Rule(MAKER | CHECKER, None, True),
    "POST /api/v1/holds/{hold_id}/ending": Rule(MAKER | CHECKER, None, True),
    "GET /api/v1/payouts": Rule(STAFF, Scope.FINANCE_READ),
    "POST /api/v1/payouts": Rule(MAKER, None, True),
    f"GET {RUN}": Rule(STAFF, Scope.FINANCE_READ),
    **{
        f"POST {RUN}/{step}": Rule(MAKER, None, True)
        for step in ("fill", "removals", "submission", "export", "abandonment", "reissue")
    },
    **{f"POST {RUN}/{step}": Rule(CHECKER, None, True) for step in ("check", "approval")},
    **{f"POST {RUN}/{step}": Rule(MAKER | CHECKER, None, True) for step in ("send-back", "closing")},
}  # fmt: skip
"""What needs an account, over the API."""
