"""What an applicant does: start an application, complete it, submit it and follow it."""

from subsidy.web.apply.routes import router

__all__ = ["router"]
