"""Who may give which command in which status, written down apart from the code that it tests."""

from subsidy.errors import Forbidden, NotFound, Refused, SubsidyError

ALLOWED = {
    ("draft", "save", "applicant"): "draft",
    ("draft", "submit", "applicant"): "submitted",
    ("draft", "withdraw", "applicant"): "withdrawn",
    ("submitted", "withdraw", "applicant"): "withdrawn",
    ("submitted", "accept", "administrator"): "accepted",
    ("submitted", "return", "administrator"): "returned",
    ("submitted", "claim", "administrator"): "submitted",
    ("submitted", "unclaim", "administrator"): "submitted",
    ("returned", "save", "applicant"): "returned",
    ("returned", "submit", "applicant"): "submitted",
    ("returned", "withdraw", "applicant"): "withdrawn",
    ("returned", "lapse", "system"): "lapsed",
    ("returned", "claim", "administrator"): "returned",
    ("returned", "unclaim", "administrator"): "returned",
    ("accepted", "withdraw", "applicant"): "withdrawn",
    ("accepted", "return", "administrator"): "returned",
    ("accepted", "claim", "administrator"): "accepted",
    ("accepted", "unclaim", "administrator"): "accepted",
    ("accepted", "judge", "administrator"): "accepted",
    ("accepted", "correct", "administrator"): "accepted",
    ("accepted", "set_rate", "administrator"): "accepted",
    ("accepted", "recommend", "administrator"): "recommended",
    ("recommended", "withdraw", "applicant"): "withdrawn",
    ("recommended", "claim", "administrator"): "recommended",
    ("recommended", "unclaim", "administrator"): "recommended",
    ("recommended", "publish", "administrator"): "notice",
    ("recommended", "take_back", "administrator"): "accepted",
    ("recommended", "refuse", "administrator"): "refused",
    ("notice", "withdraw", "applicant"): "withdrawn",
    ("notice", "claim", "administrator"): "notice",
    ("notice", "unclaim", "administrator"): "notice",
    ("notice", "object", "public"): "notice",
    ("notice", "answer", "administrator"): "notice",
    ("notice", "end_notice", "system"): "decision",
    ("notice", "take_back", "administrator"): "accepted",
    ("decision", "withdraw", "applicant"): "withdrawn",
    ("decision", "claim", "administrator"): "decision",
    ("decision", "unclaim", "administrator"): "decision",
    ("decision", "take_back", "administrator"): "accepted",
    ("decision", "approve", "administrator"): "approved",
    ("decision", "refuse", "administrator"): "refused",
    ("refused", "appeal", "applicant"): "appealed",
    ("appealed", "uphold", "administrator"): "refused",
    ("appealed", "reopen", "administrator"): "accepted",
    ("appealed", "claim", "administrator"): "appealed",
    ("appealed", "unclaim", "administrator"): "appealed",
    ("approved", "close", "administrator"): "closed",
    ("approved", "record_figure", "administrator"): "approved",
    ("approved", "release", "administrator"): "approved",
    ("approved", "forfeit", "administrator"): "approved",
    ("approved", "generate", "system"): "approved",
    ("approved", "revise", "administrator"): "approved",
    ("approved", "amend", "administrator"): "approved",
    ("approved", "revoke", "administrator"): "revoked",
    ("approved", "keep", "administrator"): "approved",
    ("closed", "revise", "administrator"): "closed",
    ("closed", "amend", "administrator"): "approved",
    ("closed", "revoke", "administrator"): "revoked",
    ("closed", "keep", "administrator"): "closed",
    ("draft", "describe", "applicant"): "draft",
    ("returned", "describe", "applicant"): "returned",
    ("draft", "attach", "applicant"): "draft",
    ("submitted", "attach", "applicant"): "submitted",
    ("draft", "detach", "applicant"): "draft",
    ("submitted", "detach", "applicant"): "submitted",
    ("submitted", "file", "administrator"): "submitted",
    ("submitted", "unfile", "administrator"): "submitted",
    ("returned", "attach", "applicant"): "returned",
    ("returned", "detach", "applicant"): "returned",
    ("accepted", "attach", "applicant"): "accepted",
    ("accepted", "detach", "applicant"): "accepted",
    ("accepted", "file", "administrator"): "accepted",
    ("accepted", "unfile", "administrator"): "accepted",
}
"""From a status, by a command of a person, to a status. Nothing else is possible."""

DUTIES = {
    "receive": {
        "accept",
        "return",
        "claim",
        "unclaim",
        "judge",
        "correct",
        "set_rate",
        "file",
        "unfile",
        "close",
        "record_figure",
    },
    "recommend": {
        *("claim", "unclaim", "judge", "correct", "set_rate", "file", "unfile", "recommend", "publish", "answer"),
        *("take_back", "revise"),
    },
    "approve": {
        *("claim", "unclaim", "take_back", "approve", "refuse", "uphold", "reopen", "close", "release", "forfeit"),
        *("amend", "revoke", "keep"),
    },
}
"""What an administrator with this duty alone is there for."""

ALL_DUTIES = set().union(*DUTIES.values())
BY_APPLICANT = {"save", "submit", "withdraw", "appeal", "describe", "attach", "detach"}
BY_SYSTEM = {"generate", "lapse", "end_notice"}


def refusal(status: str, command: str, person: str) -> tuple[type[SubsidyError], str] | None:
    """What a person is told; None where he may."""
    if (status, command, person) in ALLOWED:
        return None
    if person in DUTIES:
        return _of_one_duty(status, command, person)
    if _unseen(status, person):
        return NotFound, "not_found"
    if person not in _whose(command):
        return Forbidden, "role"
    if person == "related administrator":
        return Forbidden, "workflow.own_organisation"
    return Refused, f"workflow.is_{status}"


def _unseen(status: str, person: str) -> bool:
    if person == "public":
        return status != "notice"
    return person in ("stranger", "registrar") or (status == "draft" and person not in ("applicant", "system"))


def _whose(command: str) -> tuple[str, ...]:
    if command in BY_APPLICANT:
        return ("applicant",)
    if command in BY_SYSTEM:
        return ("system",)
    return ("public",) if command == "object" else ("administrator", "related administrator")


def _of_one_duty(status: str, command: str, duty: str) -> tuple[type[SubsidyError], str] | None:
    """As an administrator with every duty, unless it is another duty's."""
    lacks = command in ALL_DUTIES - DUTIES[duty]
    if lacks and not _unseen(status, "administrator"):
        return Forbidden, f"workflow.lacks_{next(one for one in DUTIES if command in DUTIES[one])}"
    return refusal(status, command, "administrator")
