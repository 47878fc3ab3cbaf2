"""The evidence of one payment as one PDF: what the record holds of it, and the letter of award as it went out."""

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final

from pypdf import PdfReader, PdfWriter
from reportlab.platypus import Flowable

from rules import wording
from rules.load import packs
from rules.money import grouped, yuan
from schedules.clock import SHANGHAI
from subsidy.finance.bank_fields import masked
from subsidy.finance.evidence import Evidence, Paid
from subsidy.locale import text
from subsidy.reports.layout import PORTRAIT, Furniture, grid, headed, pairs, press, text_width
from subsidy.reports.payout_columns import in_capitals
from subsidy.reports.prose import Prose
from subsidy.reports.style import AMOUNT, BODY, CELL, CELL_NOTE, MINOR, NOTE, TITLE
from subsidy.workflow import letters

_WIDTH: Final = text_width(PORTRAIT)
_PAIRS: Final = (110, _WIDTH - 110)
_NONE: Final = "—"


def evidence_pdf(evidence: Evidence, lang: str) -> bytes:
    """The pack; the same record gives the same bytes. Account numbers are masked, for it goes to those who need not know them."""
    title = text(lang, "evidence.title")
    number = f"{evidence.application.number}-{evidence.instalment.number}"
    furniture = Furniture(
        lang=lang,
        title=f"{title} {number}",
        aside=text(lang, "report.as_of_day", day=wording.day(evidence.as_of, lang)),
        note=text(lang, "evidence.note"),
        origin=f"{evidence.application.policy_id} · {evidence.award.policy_digest}",
        issued_on=evidence.as_of,
    )
    story: list[Flowable] = [Prose(f"{title} {number}", TITLE), *_subject(evidence, lang)]
    for part in (_approval, _release, _holds, _attempts, _books):
        story += part(evidence, lang)
    pages = press(story, furniture)
    if evidence.letter is None:
        return pages
    return _joined(title, pages, letters.paper(evidence.letter))


def _joined(title: str, *papers: bytes) -> bytes:
    writer = PdfWriter()
    for paper in papers:
        writer.append(PdfReader(io.BytesIO(paper)), import_outline=False)
    writer.metadata = {"/Title": title}
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _subject(evidence: Evidence, lang: str) -> Iterator[Flowable]:
    application, instalment = evidence.application, evidence.instalment
    ordered = evidence.disbursement
    amount = ordered.amount_fen if ordered else instalment.effective_fen
    policy = packs().get(application.policy_id)
    scheme = policy.scheme(application.scheme_id).label.of(lang) if policy else application.scheme_id
    rows = [
        ("sheet.column_application", application.number),
        ("sheet.column_project", application.project_name),
        ("sheet.column_payee", f"{evidence.organisation.name} {evidence.organisation.credit_code}"),
        ("report.column_scheme", scheme),
        ("sheet.column_award", grouped(evidence.award.amount_fen)),
        ("sheet.column_instalment", str(instalment.number)),
        ("sheet.column_due_on", wording.day(instalment.due_on, lang)),
        ("sheet.column_amount", grouped(amount)),
        ("sheet.column_capitals", in_capitals(yuan(amount))),
        ("evidence.ordered_on", wording.day(ordered.generated_on, lang) if ordered else _NONE),
        ("evidence.receipt", evidence.award.receipt_digest),
    ]
    yield _pairs(rows, lang)


def _approval(evidence: Evidence, lang: str) -> Iterator[Flowable]:
    yield from headed(text(lang, "evidence.approval"))
    rows = []
    if made := evidence.recommendation:
        rows.append(("evidence.recommended", _person(evidence, made.user_id), _time(made.made_at), made.reason))
    rows += [
        ("evidence.approved", _person(evidence, one.user_id), _time(one.signed_at), one.reason)
        for one in evidence.sign_offs
    ]
    cells = [[_cell(text(lang, word)), *map(_cell, rest)] for word, *rest in rows]
    yield _table(("evidence.step", "evidence.person", "evidence.at", "evidence.reason"), cells, (80, 80, 110, 0), lang)
    if letter := evidence.letter:
        yield _pairs(
            [
                ("evidence.letter", f"{letter.number} · {wording.day(letter.issued_on, lang)}"),
                ("evidence.letter_digest", f"sha256:{letter.sha256}"),
            ],
            lang,
        )


def _release(evidence: Evidence, lang: str) -> Iterator[Flowable]:
    yield from headed(text(lang, "evidence.release"))
    instalment, figure, decision = evidence.instalment, evidence.figure, evidence.decision
    if instalment.year_number is None:
        yield Prose(text(lang, "evidence.untested"), BODY)
        return
    rows = [("evidence.year", f"{instalment.year_number} · {instalment.year_start} – {instalment.year_end}")]
    if figure:
        rows += [
            ("evidence.figure", figure.value),
            ("evidence.rests_on", figure.evidence),
            ("evidence.recorded", f"{_person(evidence, figure.recorded_by)} {_time(figure.recorded_at)}"),
        ]
    if decision:
        by = f"{_person(evidence, decision.decided_by)} {_time(decision.decided_at)}"
        rows += [(f"evidence.decision_{decision.decision}", by), ("evidence.reason", decision.reason)]
    yield _pairs(rows, lang)


def _holds(evidence: Evidence, lang: str) -> Iterator[Flowable]:
    yield from headed(text(lang, "evidence.holds"))
    if not evidence.holds:
        yield Prose(text(lang, "evidence.no_holds"), BODY)
        return
    cells = [
        [
            _cell(text(lang, f"evidence.hold_{hold.category}")),
            _cell(hold.reason),
            _cell(f"{_person(evidence, hold.made_by)} {_time(hold.made_at)}"),
            _cell(_until(evidence, hold.until, hold.ended_by, hold.ended_at, hold.end_reason)),
        ]
        for hold in evidence.holds
    ]
    yield _table(
        ("evidence.category", "evidence.reason", "evidence.from", "evidence.until"), cells, (80, 150, 110, 0), lang
    )


def _attempts(evidence: Evidence, lang: str) -> Iterator[Flowable]:
    yield from headed(text(lang, "evidence.payments"))
    if not evidence.attempts:
        yield Prose(text(lang, "evidence.no_payments"), BODY)
    for paid in evidence.attempts:
        yield Prose(text(lang, "evidence.attempt", number=paid.payment.number, reference=paid.payment.key), MINOR)
        yield _pairs(_extract(evidence, paid, lang), lang)
        if paid.answers:
            cells = [
                [
                    _cell(f"{file.name} · {line.line}"),
                    _cell(line.settled_on.isoformat()),
                    _cell(text(lang, f"evidence.outcome_{line.outcome}")),
                    _cell(line.bank_ref or _NONE),
                    Prose(grouped(line.amount_fen), AMOUNT),
                    _cell(line.why or _NONE),
                ]
                for line, file in paid.answers
            ]
            heads = ("file", "day", "outcome", "bank_ref", "amount", "why")
            yield _table([f"evidence.answer_{head}" for head in heads], cells, (130, 65, 60, 85, 85, 0), lang, {4})


def _extract(evidence: Evidence, paid: Paid, lang: str) -> list[tuple[str, str]]:
    """What was handed out of a payment, and by whom."""
    payment, run, line = paid.payment, paid.run, paid.line
    number = line.get("account_number")
    rows = [
        ("sheet.run", f"{run.number} · {payment.line} / {run.count}"),
        ("sheet.column_amount", grouped(payment.amount_fen)),
        ("sheet.column_account_holder", line.get("account_holder") or _NONE),
        ("sheet.column_bank", f"{line.get('bank') or _NONE} {masked(number) if number else ''}"),
        ("evidence.state", text(lang, f"evidence.payment_{payment.state}")),
        ("sheet.digest", run.digest or _NONE),
    ]
    for step in ("made", "checked", "approved", "exported"):
        if at := getattr(run, f"{step}_at"):
            rows.append((f"evidence.run_{step}", f"{_person(evidence, getattr(run, f'{step}_by'))} {_time(at)}"))
    return rows


def _books(evidence: Evidence, lang: str) -> Iterator[Flowable]:
    yield from headed(text(lang, "evidence.books"))
    if not evidence.movements:
        yield Prose(text(lang, "evidence.no_books"), BODY)
        return
    cells = [
        [
            _cell(str(entry.id)),
            _cell(entry.booked_on.isoformat()),
            _cell(text(lang, f"budget.kind_{entry.kind}")),
            _cell(
                text(lang, f"budget.account_{posting.source}") + " → " + text(lang, f"budget.account_{posting.target}")
            ),
            _cell(str(envelope.year)),
            Prose(grouped(posting.amount_fen), AMOUNT),
            Prose(entry.digest[:23] + "…", CELL_NOTE),
        ]
        for posting, entry, envelope in evidence.movements
    ]
    heads = ("entry", "day", "kind", "move", "year", "amount", "digest")
    yield _table([f"evidence.books_{head}" for head in heads], cells, (40, 62, 70, 100, 45, 85, 0), lang, {5})
    yield Prose(text(lang, "evidence.books_note"), NOTE)


def _pairs(rows: Sequence[tuple[str, str]], lang: str) -> Flowable:
    return pairs([(text(lang, key), value) for key, value in rows], _PAIRS)


def _table(
    heads: Sequence[str], cells: Sequence[Sequence[Flowable]], widths: Sequence[float], lang: str,
    right: set[int] | None = None,
) -> Flowable:  # fmt: skip
    """A table whose last column takes what the others leave."""
    *known, _ = widths
    return grid([text(lang, head) for head in heads], cells, [*known, _WIDTH - sum(known)], right or set())


def _cell(said: str) -> Flowable:
    return Prose(said, CELL)


def _person(evidence: Evidence, user_id: str | None) -> str:
    return evidence.people.get(user_id or "", _NONE)


def _time(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _until(evidence: Evidence, until: date | None, by: str | None, at: datetime | None, why: str | None) -> str:
    if at is not None:
        return f"{_person(evidence, by)} {_time(at)} {why}"
    return until.isoformat() if until else _NONE
