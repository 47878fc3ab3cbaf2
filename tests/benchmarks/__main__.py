"""Prints every table: `make bench`."""

import platform
import sys

from tests.benchmarks import assessing, disbursing, paying, serving


def main() -> None:
    """Run the tables in turn; each says what it compares with."""
    sys.stdout.write(f"Python {platform.python_version()} on {platform.machine()}\n")
    for table in (assessing, serving, disbursing, paying):
        table.run()


if __name__ == "__main__":
    main()
