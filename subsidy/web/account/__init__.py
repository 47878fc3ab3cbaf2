"""Signing up, in and out."""

from subsidy.web.account.routes import router

__all__ = ["router"]
