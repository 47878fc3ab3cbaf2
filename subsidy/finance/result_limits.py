"""How much one result file may hold."""

from typing import Final

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_LINES: Final = 200_000
