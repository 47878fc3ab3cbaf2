"""Signing up, in and out, and what people do with their own account."""

from fastapi import APIRouter

from subsidy.web.account import own, password, routes, tokens

router = APIRouter()
for _each in (routes, own, password, tokens):
    router.include_router(_each.router)

__all__ = ["router"]
