"""The desk of those who look after accounts: owners after those of their enterprise, the registrar after the office's."""

from subsidy.web.people.routes import router

__all__ = ["router"]
