"""`demo`: sample data for a first look, into the default database and only while that is empty."""

from subsidy.cli.options import Lang
from subsidy.locale import text


def demo(lang: Lang = "") -> None:
    """Seed the sample data where there is nothing yet, and say with which accounts to sign in."""
    from sqlmodel import col, select

    from subsidy import settings
    from subsidy.cli.office import opened
    from subsidy.cli.terminal import rendered, table
    from subsidy.database import reading
    from subsidy.demo import ACCOUNTS, PASSWORD, seed
    from subsidy.records import User

    configured = settings.load()
    if "database_url" in configured.model_fields_set:
        print(text(lang, "cli.demo_elsewhere"))
        return
    with opened(configured) as office:
        with reading(office.engine) as session:
            known = set(session.exec(select(col(User.email))))
        if not known:
            print(text(lang, "cli.demo_seeding"), flush=True)
            seed(office.engine, office.clock)
        elif not known.issuperset(each.email for each in ACCOUNTS):
            print(text(lang, "cli.demo_in_use"))
            return
    rows = [
        [text(lang, f"account.role_{each.role}"), each.email, each.name, each.organisation or ""] for each in ACCOUNTS
    ]
    head = [text(lang, f"cli.demo_{key}") for key in ("role", "email", "name", "organisation")]
    print(text(lang, "cli.demo_accounts", password=PASSWORD))
    print(rendered([table(head, rows)], to_terminal=False), end="", flush=True)
