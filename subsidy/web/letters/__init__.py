"""Letters for whoever holds one: whether it still stands, and whether a file is the one that was sent. No account is needed."""

from subsidy.web.letters.routes import router

__all__ = ["router"]
