"""For everybody, without an account: awards on public notice, and objections to them."""

from subsidy.web.public.routes import router

__all__ = ["router"]
