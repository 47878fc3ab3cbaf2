"""A mail server on this machine that keeps what it is sent, and refuses what it is told to."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import Engine

from tests.support.office import Office


@dataclass
class Server:
    """What arrived, and what is to be answered."""

    arrived: list[EmailMessage] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    """From addresses to the answer that they get instead of being taken."""
    greylisted: bool = False
    controller: Controller | None = None

    @property
    def url(self) -> str:
        assert self.controller
        return f"smtp://{self.controller.hostname}:{self.controller.port}"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.greylisted:
            return "451 4.7.1 Greylisted, try again later"
        content = envelope.content
        assert isinstance(content, bytes)
        self.arrived.append(message_from_bytes(content, policy=policy.default))
        return "250 OK"

    def start(self, **more: Any) -> None:
        """Listens, again at the address where it was before."""
        port = self.controller.port if self.controller else _free_port()
        self.controller = Controller(self, hostname="127.0.0.1", port=port, **more)
        self.controller.start()

    def stop(self) -> None:
        if self.controller and self.controller.server:
            self.controller.stop()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        return port


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def office(engine: Engine) -> Office:
    """People and an empty desk; the test runs once on SQLite and once on PostgreSQL."""
    return Office(engine)
