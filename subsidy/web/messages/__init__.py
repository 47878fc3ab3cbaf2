"""What people were told of their cases: each applicant's own messages, and for administrators what became of all."""

from subsidy.web.messages.routes import router

__all__ = ["router"]
