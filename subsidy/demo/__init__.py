"""Sample data: an office in the middle of its third year. What happened is in the YAML files; here it is acted out."""

from subsidy.demo.seed import seed
from subsidy.demo.story import ACCOUNTS, PASSWORD

__all__ = ["ACCOUNTS", "PASSWORD", "seed"]
