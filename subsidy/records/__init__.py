"""The tables, one noun a file. Their invariants are named constraints in the database."""

from subsidy.records.application import Application, ApplicationFact, ApplicationStatus
from subsidy.records.award import Award, Instalment
from subsidy.records.base import Record
from subsidy.records.disbursement import Disbursement, Run, RunKind, Trigger
from subsidy.records.event import Event
from subsidy.records.organisation import Organisation
from subsidy.records.receipt import PolicyText, Receipt
from subsidy.records.user import Role, User, UserSession
from subsidy.records.year import Decision, OperatingFigure, YearDecision

__all__ = [
    "Application",
    "ApplicationFact",
    "ApplicationStatus",
    "Award",
    "Decision",
    "Disbursement",
    "Event",
    "Instalment",
    "OperatingFigure",
    "Organisation",
    "PolicyText",
    "Receipt",
    "Record",
    "Role",
    "Run",
    "RunKind",
    "Trigger",
    "User",
    "UserSession",
    "YearDecision",
]
