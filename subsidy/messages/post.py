"""Sends what waits, at least once: whatever dies between the sending and the note of it is sent again, under the same id."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from smtplib import SMTP, SMTP_SSL, SMTPException, SMTPRecipientsRefused, SMTPResponseException, SMTPSenderRefused
from typing import Any, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from sqlalchemy import Engine, case, select, update
from sqlmodel import col

from schedules.clock import Clock
from subsidy.accounts import links
from subsidy.database import writing
from subsidy.locale import text
from subsidy.records import Message, MessageState, Role, User
from subsidy.settings import Settings
from subsidy.workflow import words

CHUNK: Final = 20
"""How many are taken at once, and sent over one connection."""
LEASE: Final = timedelta(minutes=10)
"""For how long those are left alone by everybody else; longer than it takes to send them."""
TIMEOUT: Final = 20
"""Seconds to wait for a word of the mail server."""
LONGEST_PAUSE: Final = timedelta(hours=12)


class _Letter(NamedTuple):
    """A message with the one it goes to."""

    message: Message
    user: User


def deliver(engine: Engine, settings: Settings, clock: Clock) -> None:
    """Sends every message whose time has come, in chunks; does nothing where no mail server is set.

    What fails is tried again after pauses that double, until its last moment; what the server refuses for good is not.
    Whatever happens to one message does not hold up the others, unless the server cannot be reached at all.
    """
    if settings.smtp_url is None:
        return
    _give_up(engine, clock.now())
    while letters := _claim(engine, clock.now()):
        try:
            with _connection(settings.smtp_url) as server:
                while letters:
                    _send(engine, settings, clock, server, letters[0])
                    letters.pop(0)
        except (OSError, SMTPException) as error:
            for each in letters:
                _failed(engine, each.message, error, clock.now())
            return


def _give_up(engine: Engine, now: datetime) -> None:
    """What could not be sent until its last moment has failed."""
    overdue = col(Message.state) == MessageState.WAITING, col(Message.until) < now, col(Message.next_at) <= now
    told = case((col(Message.error).is_(None), text("zh", "messages.expired")), else_=col(Message.error))
    with writing(engine) as session:
        session.execute(update(Message).where(*overdue).values(state=MessageState.FAILED, error=told))


def _claim(engine: Engine, now: datetime) -> list[_Letter]:
    """The next messages, which nobody else takes until their lease is over."""
    with writing(engine) as session:
        query = (
            select(Message, User)
            .join(User, col(User.id) == col(Message.user_id))
            .where(col(Message.state) == MessageState.WAITING, col(Message.next_at) <= now)
            .order_by(col(Message.next_at), col(Message.id))
            .limit(CHUNK)
            .with_for_update(of=Message, skip_locked=True)
        )
        letters = [_Letter(*row) for row in session.execute(query)]
        for message, _ in letters:
            message.attempts += 1
            message.next_at = now + LEASE
            session.add(message)
        return letters


@contextmanager
def _connection(url: str) -> Iterator[SMTP]:
    """The mail server, encrypted and signed in to as its address says."""
    parts = urlsplit(url)
    host, port = str(parts.hostname), parts.port or _PORTS[parts.scheme]
    trusted = ssl.create_default_context()  # left to itself, the library would take any certificate
    with (
        SMTP_SSL(host, port, timeout=TIMEOUT, context=trusted)
        if parts.scheme == "smtps"
        else SMTP(host, port, timeout=TIMEOUT)
    ) as server:
        if parts.scheme == "smtp+starttls":
            server.starttls(context=trusted)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server


_PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


def _send(engine: Engine, settings: Settings, clock: Clock, server: SMTP, letter: _Letter) -> None:
    try:
        server.send_message(compose(letter.message, letter.user, settings))
    except SMTPRecipientsRefused as refused:
        answer = SMTPResponseException(*next(iter(refused.recipients.values())))
        _failed(engine, letter.message, answer, clock.now(), for_good=answer.smtp_code >= 500)
    except SMTPResponseException as answer:
        # A sender that is refused is a fault of the settings, which somebody will put right.
        for_good = answer.smtp_code >= 500 and not isinstance(answer, SMTPSenderRefused)
        _failed(engine, letter.message, answer, clock.now(), for_good=for_good)
    except (MessageError, ValueError) as error:  # it can be no e-mail, as where an address is none
        _failed(engine, letter.message, error, clock.now(), for_good=True)
    else:
        _store(engine, letter.message, state=MessageState.SENT, sent_at=clock.now(), error=None)


def compose(message: Message, user: User, settings: Settings) -> EmailMessage:
    """The e-mail: Chinese first, English below, with the way to what it tells of."""
    url = settings.base_url.rstrip("/") + _path(message, user, settings)
    leading, last = _footer(message)
    parts = [
        "\n\n".join((body, text(lang, leading, url=url), text(lang, last)))
        for lang, body in (("zh", message.body_zh), ("en", message.body_en))
    ]
    mail = EmailMessage()
    mail["Message-ID"] = f"<{message.id}@{settings.mail_from.rpartition('@')[2]}>"
    mail["Date"] = message.written_at
    mail["From"] = Address(text("zh", "base.site"), addr_spec=settings.mail_from)
    mail["To"] = Address(words.printable(user.name), addr_spec=message.address or user.email)
    mail["Subject"] = words.printable(f"{message.subject_zh} / {message.subject_en}")
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n\n----\n\n".join(parts) + "\n")
    return mail


def _path(message: Message, user: User, settings: Settings) -> str:
    """Where a message leads: to its application, or by a link that works once, or to the reader's own account."""
    if message.application_id is not None:
        desk = "review" if user.role == Role.ADMINISTRATOR else "apply"
        return f"/{desk}/{message.application_id}"
    return links.path(message.link_id, settings.secret) if message.link_id else "/account"


def _footer(message: Message) -> tuple[str, str]:
    """The keys of what stands below: where it leads, and the last words."""
    if message.application_id:
        return "messages.mail_link", "messages.mail_footer"
    return "mail.mail_link", "mail.mail_footer"


def _failed(engine: Engine, message: Message, error: Exception, now: datetime, *, for_good: bool = False) -> None:
    """Notes why, and when to try again, unless it is hopeless."""
    if isinstance(error, SMTPResponseException):
        said = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        why = f"{error.smtp_code} {said}"
    else:
        why = f"{type(error).__name__}: {error}"
    pause = min(timedelta(minutes=2 ** min(message.attempts - 1, 12)), LONGEST_PAUSE)
    state = MessageState.FAILED if for_good else MessageState.WAITING
    _store(engine, message, state=state, next_at=now + pause, error=words.printable(why)[: words.LONGEST_PASSAGE])


def _store(engine: Engine, message: Message, **values: Any) -> None:
    """Notes what became of an attempt, unless somebody else has noted meanwhile that the message was sent."""
    with writing(engine) as session:
        mine = col(Message.id) == message.id, col(Message.state) == MessageState.WAITING
        session.execute(update(Message).where(*mine).values(values))
