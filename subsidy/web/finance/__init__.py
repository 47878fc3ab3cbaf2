"""What finance does: the payout schedule, the runs, and generating what is due."""

from subsidy.web.finance.routes import router

__all__ = ["router"]
