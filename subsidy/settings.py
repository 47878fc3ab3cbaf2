"""What the environment may set. Nothing else in the application reads it; every default is safe on a live system."""

import os
import secrets
import tempfile
from email.errors import MessageError
from email.headerregistry import Address
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from schedules.clock import clock_from_environment
from subsidy.errors import SubsidyError
from subsidy.locale import text

ROOT: Final = Path(__file__).resolve().parent.parent


def _default_database(data: dict[str, Any]) -> str:
    return f"sqlite:///{data['var'] / 'subsidy.db'}"


class Settings(BaseSettings):
    """Read when it is made; what is passed to it wins over the environment. `load` says faults in words."""

    model_config = SettingsConfigDict(
        env_prefix="SUBSIDY_",
        env_ignore_empty=True,
        populate_by_name=True,
        frozen=True,
        hide_input_in_errors=True,
        # Who only checks an application file opens no database and need not wait for its library.
        validate_default=False,
    )

    var: Path = ROOT / "var"
    """Where the default database and the secret are kept, whatever folder the command is started in."""
    database_url: str = Field(default_factory=_default_database, validation_alias="DATABASE_URL", repr=False)
    documents_dir: Path = Field(default_factory=lambda data: data["var"] / "documents")
    """Where the files lie that people hand in."""
    document_mib: int = Field(default=20, ge=1, le=1024)
    """The most that one file may hold."""
    case_mib: int = Field(default=200, ge=1, le=102_400)
    """The most that all files of one application may hold."""
    account_cooling_days: int = Field(default=7, ge=0, le=365)
    """For how many days after a payee's changed bank account was verified nothing is paid to it."""
    today: str | None = None
    """A day such as 2026-03-01 on which the clock stands still, for demonstrations and tests."""
    given_secret: str | None = Field(default=None, validation_alias="SUBSIDY_SECRET", min_length=32, repr=False)
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    base_url: str = Field(default_factory=lambda data: f"http://{data['host']}:{data['port']}")
    """The address that people reach the site under; printed on paper and written in mails."""
    refund_account: str = ""
    """The account that money owed back is paid to: its name, bank and number, as letters print them. Empty: they say to ask."""
    smtp_url: str | None = Field(default=None, repr=False)
    """The mail server; without one messages are kept and not sent."""
    mail_from: str = Field(default_factory=lambda data: f"no-reply@{urlsplit(data['base_url']).hostname}")
    """The address that mails come from."""

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        from sqlalchemy import make_url
        from sqlalchemy.exc import ArgumentError

        try:
            backend = make_url(url).drivername.partition("+")[0]
        except ArgumentError:
            backend = None
        if backend not in ("sqlite", "postgresql", "postgres"):
            raise ValueError("neither SQLite nor PostgreSQL")
        return url

    @field_validator("smtp_url")
    @classmethod
    def _known_mail_server(cls, url: str | None) -> str | None:
        parts = urlsplit(url or "smtps://none")
        _ = parts.port  # ValueError where it is no number
        if parts.scheme not in ("smtp", "smtp+starttls", "smtps") or not parts.hostname or parts.path.strip("/"):
            raise ValueError("no mail server")
        if parts.username and parts.scheme == "smtp":
            raise ValueError("the password would go in the clear")
        return url

    @field_validator("mail_from")
    @classmethod
    def _an_address(cls, address: str) -> str:
        try:
            Address(addr_spec=address)
        except (MessageError, IndexError) as error:
            raise ValueError("no address") from error
        return address

    @field_validator("today")
    @classmethod
    def _a_day(cls, value: str | None) -> str | None:
        clock_from_environment(value)
        return value

    @cached_property
    def secret(self) -> str:
        """What cookies are signed with: SUBSIDY_SECRET, else a random one made once and kept in `var`."""
        return self.given_secret or _kept_secret(self.var / "secret")


class BadSettings(SubsidyError):
    """Variables of the environment that cannot be used; one line each."""

    status = 500

    def __init__(self, error: ValidationError) -> None:
        super().__init__("bad_settings")
        self.values = {str(each["loc"][0]): each["input"] for each in error.errors() if each["type"] != _FOLLOWS}

    def message(self, lang: str) -> str:
        return "\n".join(text(lang, f"errors.setting_{_plain(name)}", value=self.values[name]) for name in self.values)


def load(**given: Any) -> Settings:
    """The settings. Raises BadSettings, which names every variable that is wrong and what to write instead."""
    try:
        return Settings(**given)
    except ValidationError as error:
        raise BadSettings(error) from None


_FOLLOWS: Final = "default_factory_not_called"
"""A default that could not be worked out because another value was wrong."""


def _plain(name: str) -> str:
    return name.lower().removeprefix("subsidy_")


def _kept_secret(file: Path) -> str:
    """The secret in `file`, which only its owner may read. Processes that start together agree on one."""
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, fresh = tempfile.mkstemp(dir=file.parent)  # made with mode 0600
        try:
            with os.fdopen(handle, "w") as writer:
                writer.write(secrets.token_urlsafe(32))
            os.link(fresh, file)  # a whole file appears under its name, or another's is there already
        except FileExistsError:
            pass
        finally:
            os.unlink(fresh)
    return file.read_text()
