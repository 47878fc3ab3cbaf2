"""`demo`: sample data for a first look, into the default database and only while that is empty."""

from subsidy.cli.options import Lang
from subsidy.locale import text


def demo(lang: Lang = "") -> None:
    """Seed the sample data where there is nothing yet, and say with which accounts to sign in."""
    from sqlmodel import select

    from subsidy import settings
    from subsidy.cli.office import opened
    from subsidy.database import reading
    from subsidy.demo import ACCOUNTS, PASSWORD, seed
    from subsidy.records import Organisation, User

    configured = settings.load()
    if "database_url" in configured.model_fields_set:
        print(text(lang, "cli.demo_elsewhere"))
        return
    with opened(configured) as office:
        with reading(office.engine) as session:
            empty = not session.exec(select(User.id)).first() and not session.exec(select(Organisation.id)).first()
        if empty:
            seed(office.engine, office.clock)
            print(text(lang, "cli.demo_seeded"))
