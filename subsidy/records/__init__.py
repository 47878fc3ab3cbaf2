"""The tables, one noun a file. Their invariants are named constraints in the database."""

from subsidy.records.access import Access
from subsidy.records.application import Application, ApplicationFact, ApplicationStatus
from subsidy.records.attempt import Attempt
from subsidy.records.award import Award, Instalment
from subsidy.records.base import Record
from subsidy.records.disbursement import Disbursement, Run, RunKind, Trigger
from subsidy.records.document import Document, Format
from subsidy.records.duty import DUTIES, INCOMPATIBLE, Duty, UserDuty
from subsidy.records.event import Event
from subsidy.records.head import Head
from subsidy.records.letter import Letter, LetterKind, LetterStanding
from subsidy.records.link import OneTimeLink, Purpose
from subsidy.records.message import Message, MessageState
from subsidy.records.notice import Notice, Objection
from subsidy.records.organisation import Organisation
from subsidy.records.particular import Disclosure, OtherSupport, Particular, ParticularKind
from subsidy.records.receipt import PolicyText, Receipt
from subsidy.records.recommendation import Outcome, Recommendation, SignOff
from subsidy.records.token import ApiToken
from subsidy.records.user import Role, User, UserSession
from subsidy.records.year import Decision, OperatingFigure, YearDecision

__all__ = [
    "DUTIES",
    "INCOMPATIBLE",
    "Access",
    "ApiToken",
    "Application",
    "ApplicationFact",
    "ApplicationStatus",
    "Attempt",
    "Award",
    "Decision",
    "Disbursement",
    "Disclosure",
    "Document",
    "Duty",
    "Event",
    "Format",
    "Head",
    "Instalment",
    "Letter",
    "LetterKind",
    "LetterStanding",
    "Message",
    "MessageState",
    "Notice",
    "Objection",
    "OneTimeLink",
    "OperatingFigure",
    "Organisation",
    "OtherSupport",
    "Outcome",
    "Particular",
    "ParticularKind",
    "PolicyText",
    "Purpose",
    "Receipt",
    "Recommendation",
    "Record",
    "Role",
    "Run",
    "RunKind",
    "SignOff",
    "Trigger",
    "User",
    "UserDuty",
    "UserSession",
    "YearDecision",
]
