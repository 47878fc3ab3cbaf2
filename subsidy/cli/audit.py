"""`audit`: does what was granted still follow from the texts that were kept, and is the record whole?"""

import re
from itertools import chain
from typing import Annotated

import typer

from rules.faults import excerpt
from subsidy.cli.options import Lang, Usage
from subsidy.locale import text

commands = typer.Typer(no_args_is_help=True)


@commands.callback()
def audit(lang: Lang = "") -> None:
    """Records."""


@commands.command("verify", help="cli.help_audit_verify")
def verify(
    head: Annotated[str | None, typer.Option("--head", metavar="DIGEST", help="cli.help_audit_anchor")] = None,
    lang: Lang = "",
) -> int:
    """Replay every receipt, compare awards and instalments with them, and follow the record from its first entry to its last
    head; compare decisions, disbursements, letters, documents and the books with it. 0: all agree; 1: something does not."""
    from subsidy import audit, audit_amendments, audit_decisions, audit_ledger, audit_letters, audit_record
    from subsidy.cli.office import opened
    from subsidy.database import reading
    from subsidy.documents import audit as files
    from subsidy.documents.store import Store

    if head is not None and not re.fullmatch("sha256:[0-9a-f]{64}", head):
        raise Usage("cli.not_a_digest", value=excerpt(head))
    found = 0
    with opened() as office, reading(office.engine) as session:
        everything = chain(
            audit.discrepancies(session),
            audit_decisions.discrepancies(session),
            audit_record.discrepancies(session, head),
            audit_letters.discrepancies(session),
            audit_ledger.discrepancies(session),
            audit_amendments.discrepancies(session),
            files.discrepancies(session, Store.of(office.settings)),
        )
        for each in everything:
            found += 1
            print(text(lang, "audit.line", where=each.where, what=text(lang, f"audit.{each.kind}", **each.params)))
        size = audit.extent(session)
    print(text(lang, "audit.differs" if found else "audit.agrees", count=found, **size._asdict()))
    return int(found > 0)


@commands.command("head", help="cli.help_audit_head")
def head(lang: Lang = "") -> int:
    """Print the newest daily head, to be kept elsewhere. 0: there is one; 1: none was made yet."""
    from subsidy.cli.office import opened
    from subsidy.database import reading
    from subsidy.workflow.heads import newest

    with opened() as office, reading(office.engine) as session:
        made = newest(session)
    print(f"{made.day} {made.events} {made.digest}" if made else text(lang, "audit.no_head"))
    return int(made is None)
