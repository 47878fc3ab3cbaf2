"""The tables, one noun a file. Their invariants are named constraints in the database."""

from subsidy.records.access import Access
from subsidy.records.amendment import Adjustment, Amendment, AmendmentKind
from subsidy.records.application import Application, ApplicationFact, ApplicationStatus
from subsidy.records.attempt import Attempt
from subsidy.records.award import Award, Instalment
from subsidy.records.bank_account import BankAccount, BankAccountState
from subsidy.records.base import Record
from subsidy.records.disbursement import Disbursement, Run, RunKind, Trigger
from subsidy.records.document import Document, Format
from subsidy.records.duty import DUTIES, INCOMPATIBLE, Duty, UserDuty
from subsidy.records.envelope import Account, Envelope, Exhausted
from subsidy.records.event import Event
from subsidy.records.head import Head
from subsidy.records.hold import Hold, HoldCategory
from subsidy.records.ledger import EntryKind, LedgerEntry, Posting
from subsidy.records.letter import Letter, LetterKind, LetterStanding
from subsidy.records.link import OneTimeLink, Purpose
from subsidy.records.message import Message, MessageState
from subsidy.records.notice import Notice, Objection
from subsidy.records.organisation import Organisation
from subsidy.records.particular import Disclosure, OtherSupport, Particular, ParticularKind
from subsidy.records.payout import Payment, PaymentState, PayoutRun, PayoutStatus
from subsidy.records.proposal import Proposal, ProposalKind
from subsidy.records.receipt import PolicyText, Receipt
from subsidy.records.recommendation import Outcome, Recommendation, SignOff
from subsidy.records.recovery import Recovery, RecoveryStep, RecoveryStepKind
from subsidy.records.result import Reconciled, ResultFile, ResultLine
from subsidy.records.task import Task, TaskKind
from subsidy.records.token import ApiToken
from subsidy.records.user import Role, User, UserSession
from subsidy.records.year import Decision, OperatingFigure, YearDecision

__all__ = [
    "DUTIES",
    "INCOMPATIBLE",
    "Access",
    "Account",
    "Adjustment",
    "Amendment",
    "AmendmentKind",
    "ApiToken",
    "Application",
    "ApplicationFact",
    "ApplicationStatus",
    "Attempt",
    "Award",
    "BankAccount",
    "BankAccountState",
    "Decision",
    "Disbursement",
    "Disclosure",
    "Document",
    "Duty",
    "EntryKind",
    "Envelope",
    "Event",
    "Exhausted",
    "Format",
    "Head",
    "Hold",
    "HoldCategory",
    "Instalment",
    "LedgerEntry",
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
    "Payment",
    "PaymentState",
    "PayoutRun",
    "PayoutStatus",
    "PolicyText",
    "Posting",
    "Proposal",
    "ProposalKind",
    "Purpose",
    "Receipt",
    "Recommendation",
    "Reconciled",
    "Record",
    "Recovery",
    "RecoveryStep",
    "RecoveryStepKind",
    "ResultFile",
    "ResultLine",
    "Role",
    "Run",
    "RunKind",
    "SignOff",
    "Task",
    "TaskKind",
    "Trigger",
    "User",
    "UserDuty",
    "UserSession",
    "YearDecision",
]
