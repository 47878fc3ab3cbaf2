"""The tables, one noun a file. Their invariants are named constraints in the database."""

from subsidy.records.access import Access
from subsidy.records.application import Application, ApplicationFact, ApplicationStatus
from subsidy.records.award import Award, Instalment
from subsidy.records.base import Record
from subsidy.records.disbursement import Disbursement, Run, RunKind, Trigger
from subsidy.records.document import Document, Format
from subsidy.records.event import Event
from subsidy.records.head import Head
from subsidy.records.letter import Letter, LetterKind, LetterStanding
from subsidy.records.message import Message, MessageState
from subsidy.records.notice import Notice, Objection
from subsidy.records.organisation import Organisation
from subsidy.records.particular import Disclosure, OtherSupport, Particular, ParticularKind
from subsidy.records.receipt import PolicyText, Receipt
from subsidy.records.recommendation import Outcome, Recommendation, SignOff
from subsidy.records.user import Role, User, UserSession
from subsidy.records.year import Decision, OperatingFigure, YearDecision

__all__ = [
    "Access",
    "Application",
    "ApplicationFact",
    "ApplicationStatus",
    "Award",
    "Decision",
    "Disbursement",
    "Disclosure",
    "Document",
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
    "OperatingFigure",
    "Organisation",
    "OtherSupport",
    "Outcome",
    "Particular",
    "ParticularKind",
    "PolicyText",
    "Receipt",
    "Recommendation",
    "Record",
    "Role",
    "Run",
    "RunKind",
    "SignOff",
    "Trigger",
    "User",
    "UserSession",
    "YearDecision",
]
