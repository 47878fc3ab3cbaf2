"""Whether the file of every document is there, with the bytes that it had when it came."""

from collections.abc import Iterator

from sqlmodel import Session, col, select

from subsidy.audit import Discrepancy
from subsidy.documents.store import Store
from subsidy.records import Application, Document


def discrepancies(session: Session, store: Store) -> Iterator[Discrepancy]:
    """Every document whose file is missing or was altered, the versions that no longer count included."""
    query = select(Document, Application.number).join(Application, col(Application.id) == col(Document.application_id))
    for document, number in session.exec(query.order_by(col(Application.number), col(Document.uploaded_at))):
        fault = store.fault(document.digest)
        if fault is not None:
            told = {"name": f"{document.name} (v{document.version})", "digest": document.digest}
            yield Discrepancy(number, f"document_{fault}", told)
