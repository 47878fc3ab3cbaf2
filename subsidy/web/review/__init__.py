"""What an administrator does: verify what was declared, judge, decide, and keep the operating years."""

from subsidy.web.review.routes import router

__all__ = ["router"]
