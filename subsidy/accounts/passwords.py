"""Passwords: which are taken, and how they are kept and compared."""

import unicodedata
from functools import cache
from typing import Final

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from subsidy.errors import FieldFault

LEAST: Final = 12
MOST: Final = 128
"""So that nobody keeps the machine busy with a book."""
LEAST_DIFFERENT: Final = 5


def password_fault(password: str, email: str) -> FieldFault | None:
    """What is wrong with a new password; None if it will do. A long sentence is better than odd characters."""
    password = _same_everywhere(password)
    length = str(len(password))
    if len(password) < LEAST:
        return FieldFault("/password", "password_short", {"length": length, "least": str(LEAST)})
    if len(password) > MOST:
        return FieldFault("/password", "password_long", {"length": length, "most": str(MOST)})
    if len(set(password)) < LEAST_DIFFERENT or password.lower() == email:
        return FieldFault("/password", "password_simple", {"least": str(LEAST_DIFFERENT)})
    return None


def hashed(password: str) -> str:
    """What is stored: argon2id with a salt and its parameters. Takes about a fifth of a second, as it should."""
    return _hasher().hash(_same_everywhere(password))


def matches(password: str, stored: str | None) -> bool:
    """Whether the password is the one stored; takes as long where none is stored, so that time tells nothing."""
    password = _same_everywhere(password)
    # The hash of nobody is made before looking whether it is needed.
    nobody = _nobody()
    fits = len(password) <= MOST and _hasher().verify(password, stored or nobody)
    return fits and stored is not None


@cache
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))


@cache
def _nobody() -> str:
    return hashed("")


def _same_everywhere(password: str) -> str:
    """One form for what different keyboards send for the same characters; half a character becomes a question mark."""
    return unicodedata.normalize("NFKC", password).encode(errors="replace").decode()
