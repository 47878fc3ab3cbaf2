"""What was typed into a form."""

from collections.abc import Mapping

from fastapi import Request
from starlette.exceptions import HTTPException

from subsidy.locale import LANGUAGES


async def posted(request: Request) -> Mapping[str, str]:
    """The fields of a posted form by name, the last where one is named twice. As a dependency: `Depends(posted)`.

    Files are not taken. A NUL, which no keyboard types and PostgreSQL does not store, makes a form malformed.
    """
    form = await request.form(max_files=0, max_fields=500)
    typed = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    if any("\0" in value for value in typed.values()):
        raise HTTPException(400)
    return typed


def switched_to(typed: Mapping[str, str]) -> str | None:
    """The language, where a form was sent only to see its page in that language with everything typed kept."""
    lang = typed.get("switch_lang")
    return lang if lang in LANGUAGES else None
