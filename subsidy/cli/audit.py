"""`audit verify`: does what was granted still follow from the texts that were kept?"""

import typer

from subsidy.cli.options import Lang
from subsidy.locale import text

commands = typer.Typer(no_args_is_help=True)


@commands.callback()
def audit(lang: Lang = "") -> None:
    """Records."""


@commands.command("verify", help="cli.help_audit_verify")
def verify(lang: Lang = "") -> int:
    """Replay every receipt and compare awards and instalments with them. 0: all agree; 1: something does not."""
    from subsidy.audit import discrepancies, extent
    from subsidy.cli.office import opened
    from subsidy.database import reading

    found = 0
    with opened() as office, reading(office.engine) as session:
        for each in discrepancies(session):
            found += 1
            print(text(lang, "audit.line", where=each.where, what=text(lang, f"audit.{each.kind}", **each.params)))
        size = extent(session)
    counts = {"policies": size.policies, "receipts": size.receipts, "awards": size.awards}
    print(text(lang, "audit.differs" if found else "audit.agrees", count=found, **counts))
    return int(found > 0)
