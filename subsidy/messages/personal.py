"""Messages to a person about his account, written in the transaction of the change that they tell of."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from subsidy.locale import LANGUAGES, text
from subsidy.messages.outbox import PATIENCE
from subsidy.records import Message, OneTimeLink, User


def tell(
    session: Session,
    now: datetime,
    user: User,
    kind: str,
    *,
    link: OneTimeLink | None = None,
    address: str | None = None,
    named: Mapping[str, Sequence[str]] | None = None,
    **params: str,
) -> Message:
    """What happened, in the words of `mail.KIND`. With `link` the mail, and nothing else, says where it leads; `address` is
    where it goes if not to the account's own; `named` are params given by the keys of their words. What cannot be sent
    before its link expires is not sent."""
    said = {}
    for lang in LANGUAGES:
        told = {
            key: text(lang, "mail.and").join(text(lang, each) for each in keys) for key, keys in (named or {}).items()
        }
        said["subject", lang] = text(lang, f"mail.{kind}_subject")
        said["body", lang] = text(lang, f"mail.{kind}", name=user.name, **params, **told)
    message = Message(
        user_id=user.id,
        command=kind,
        link_id=link.id if link else None,
        address=address,
        written_at=now,
        next_at=now,
        until=min(now + PATIENCE, link.expires_at) if link else now + PATIENCE,
        subject_zh=said["subject", "zh"],
        subject_en=said["subject", "en"],
        body_zh=said["body", "zh"],
        body_en=said["body", "en"],
    )
    session.add(message)
    return message
