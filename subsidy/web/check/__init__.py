"""For everybody, without an account: what is offered, whether a project qualifies, and the text behind the answer."""

from subsidy.web.check.routes import router

__all__ = ["router"]
