"""Documents of a case: putting one in, taking one out, which ones stand, and which are still missing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from rules.faults import BadInput, Fault, excerpt
from rules.policy import DocumentKind
from subsidy.documents.store import Incoming, Store
from subsidy.errors import FieldFault, NotFound, Refused
from subsidy.records import ApplicationFact, Document, Format, Role
from subsidy.workflow import door, words
from subsidy.workflow.actor import Actor
from subsidy.workflow.refusals import Unready
from subsidy.workflow.sheet import Sheet, asked_of_applicant, open_sheet
from subsidy.workflow.transitions import Command


def to_add(actor: Actor) -> Command:
    """The command by which this person puts a document in."""
    return Command.FILE if actor.role == Role.ADMINISTRATOR else Command.ATTACH


def to_take_out(actor: Actor) -> Command:
    """The command by which this person takes a document out again."""
    return Command.UNFILE if actor.role == Role.ADMINISTRATOR else Command.DETACH


def add(
    session: Session,
    actor: Actor,
    now: datetime,
    application_id: str,
    *,
    kind: str,
    name: str,
    form: Format,
    file: Incoming,
    store: Store,
) -> Document:
    """Puts a document in, as a new version where there is one of this kind and name.

    The same file once more changes nothing. The bytes are kept before anything names them. Raises BadInput with every
    fault of kind and name, Refused where the case would hold too much.
    """
    with door.change(session, actor, now, to_add(actor), application_id, version=None) as change:
        sheet, faults = open_sheet(session, change.application), list[Fault]()
        title = words.file_name(name, "file", faults)
        known = [each.id for each in offered(sheet)]
        if kind not in known:
            wrong = {"value": excerpt(kind), "known": ", ".join(known)}
            faults.append(FieldFault("/kind", "documents.no_such_kind" if kind else "documents.kind_missing", wrong))
        if faults:
            raise BadInput(faults)
        there = of(session, application_id)
        versions = [each for each in there if (each.kind, each.name) == (kind, title)]
        last = versions[-1] if versions else None
        if last is not None and last.detached_at is None and last.digest == file.digest:
            return last
        if sum(each.size for each in there) + file.size > store.case_limit:
            raise Refused("documents.case_full", most=str(store.case_limit // 1024**2))
        store.keep(file)
        added = Document(
            application_id=application_id,
            kind=kind,
            name=title,
            version=len(versions) + 1,
            format=form,
            size=file.size,
            digest=file.digest,
            by_office=actor.role == Role.ADMINISTRATOR,
            uploaded_by=str(actor.id),
            uploaded_at=now,
        )
        session.add(added)
        change.before["document"] = None if last is None or last.detached_at else named(last)
        change.after |= _told(added)
    return added


def take_out(session: Session, actor: Actor, now: datetime, application_id: str, document_id: str) -> Document:
    """Takes a document out of the case; its file is kept. Once it is out, taking it out again changes nothing.

    Raises Refused where the other side put it in, where it is no longer the newest version, or where a fact was verified
    on it.
    """
    with door.change(session, actor, now, to_take_out(actor), application_id, version=None) as change:
        document = find(session, application_id, document_id)
        if document.detached_at is not None:
            return document
        if document.by_office != (actor.role == Role.ADMINISTRATOR):
            raise Refused("documents.by_office" if document.by_office else "documents.by_applicant", name=document.name)
        if document not in standing(of(session, application_id)):
            raise Refused("documents.superseded", name=document.name)
        resting = session.exec(select(ApplicationFact.key).where(col(ApplicationFact.document_id) == document_id)).all()
        if resting:
            policy = open_sheet(session, change.application).policy
            raise Unready("documents.in_use", [policy.fact(key).label for key in resting])
        document.detached_at = now
        session.add(document)
        change.before |= _told(document)
        change.after["document"] = None
    return document


def of(session: Session, application_id: str) -> Sequence[Document]:
    """Every document that ever was in a case, versions in order."""
    query = select(Document).where(col(Document.application_id) == application_id)
    return session.exec(query.order_by(col(Document.kind), col(Document.name), col(Document.version))).all()


def find(session: Session, application_id: str, document_id: str) -> Document:
    """One document of a case; NotFound where it has none of that id."""
    document = session.get(Document, words.identifier(document_id))
    if document is None or document.application_id != application_id:
        raise NotFound
    return document


def standing(documents: Iterable[Document]) -> list[Document]:
    """Of all documents of a case those that count: the newest versions that were not taken out."""
    newest = {(each.kind, each.name): each for each in sorted(documents, key=lambda each: each.version)}
    return [each for each in newest.values() if each.detached_at is None]


def digests(session: Session, application_id: str) -> dict[str, str]:
    """The documents that count in a case, by id, with the digests of their bytes: what a decision was made on."""
    return {each.id: each.digest for each in standing(of(session, application_id))}


def relied_on(session: Session, application_id: str, document_id: str) -> Document:
    """A document of the case on which a fact is to be verified; BadInput where there is none, or none that counts."""
    for each in standing(of(session, application_id)):
        if each.id == document_id:
            return each
    raise BadInput([FieldFault("/document", "documents.none_such", {"value": excerpt(document_id)})])


def offered(sheet: Sheet) -> tuple[DocumentKind, ...]:
    """The kinds of document that can be put in."""
    return sheet.policy.documents_of(sheet.scheme)


def proving(sheet: Sheet, key: str, documents: Iterable[Document]) -> list[Document]:
    """The documents that prove a fact first, then all others: evidence may stand anywhere."""
    kinds = sheet.policy.fact(key).documents
    return sorted(standing(documents), key=lambda each: each.kind not in kinds)


def missing(sheet: Sheet, documents: Iterable[Document]) -> list[DocumentKind]:
    """The kinds that prove what the applicant states, and of which there is none yet."""
    wanted = {kind for fact in asked_of_applicant(sheet.policy, sheet.scheme) for kind in fact.documents}
    there = {each.kind for each in standing(documents)}
    return [kind for kind in offered(sheet) if kind.id in wanted - there]


def named(document: Document) -> str:
    """A document as the record speaks of it."""
    return f"{document.name} (v{document.version})"


def _told(document: Document) -> Mapping[str, object]:
    return {"document": named(document), "document_kind": document.kind, "document_digest": document.digest}
