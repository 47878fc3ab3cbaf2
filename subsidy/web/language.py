"""Which language a request is answered in: the `lang` parameter, else the cookie, else the browser's, else Chinese."""

from typing import Final

from fastapi import Request, Response

from subsidy.locale import LANGUAGES

COOKIE: Final = "subsidy_lang"
A_YEAR: Final = 365 * 24 * 3600


def asked(request: Request) -> str | None:
    """The language that the address itself asks for, if it is one of ours."""
    lang = request.query_params.get("lang")
    return lang if lang in LANGUAGES else None


def language(request: Request) -> str:
    """The language to answer in."""
    kept = request.cookies.get(COOKIE)
    return (
        asked(request)
        or (kept if kept in LANGUAGES else None)
        or _preferred(request.headers.get("accept-language", ""))
    )


def other(lang: str) -> str:
    """The language to switch to."""
    return "en" if lang == "zh" else "zh"


def remember(response: Response, lang: str) -> None:
    """Keep the choice for later requests."""
    response.set_cookie(COOKIE, lang, max_age=A_YEAR, httponly=True, samesite="lax")


def _preferred(header: str) -> str:
    """The first of our languages by weight in an Accept-Language header (RFC 9110), Chinese where none is named."""
    weighed: list[tuple[int, int, str]] = []
    for place, part in enumerate(header.split(",")):
        name, _, weight = part.partition(";q=")
        lang = name.strip().lower().split("-")[0]
        if lang in LANGUAGES:
            weighed.append((-_thousandths(weight), place, lang))
    wanted = [entry for entry in sorted(weighed) if entry[0] < 0]
    return wanted[0][2] if wanted else LANGUAGES[0]


def _thousandths(weight: str) -> int:
    """A quality value ("0.8") in thousandths; one that is absent or unreadable counts in full."""
    whole, _, part = weight.strip().partition(".")
    digits = whole + part.ljust(3, "0")[:3]
    return int(digits) if whole and digits.isascii() and digits.isdigit() else 1000
