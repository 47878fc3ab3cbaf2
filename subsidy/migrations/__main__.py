"""Draft the next step from the difference between the tables in the code and those that the present steps make.

    python -m subsidy.migrations 0002 "envelopes"

The draft is to be read, shortened and tested before it is kept.
"""

import sys

from alembic import command

from subsidy import database


def main(number: str, what: str) -> None:
    engine = database.create("sqlite://")
    with engine.begin() as connection:
        steps = database.steps(connection)
        command.upgrade(steps, "head")
        command.revision(steps, what, autogenerate=True, rev_id=number)


if __name__ == "__main__":
    main(*sys.argv[1:])
