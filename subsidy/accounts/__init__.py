"""Who people are: accounts, passwords, sessions, duties and tokens."""

from subsidy.accounts.registration import add_user, sign_up
from subsidy.accounts.sessions import sign_in, sign_out, who

__all__ = ["add_user", "sign_in", "sign_out", "sign_up", "who"]
