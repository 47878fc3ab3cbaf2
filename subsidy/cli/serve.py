"""`serve` and `scheduler`: what runs until it is stopped."""

import errno
import logging
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final

import typer

from rules.faults import excerpt
from subsidy import settings
from subsidy.cli import options
from subsidy.cli.options import Lang, Usage
from subsidy.locale import text

BACKLOG: Final = 2048
"""Connections that may wait to be answered."""
WAKE: Final = 0.5
"""Seconds after which the scheduler's main thread looks whether it was told to stop."""
PATIENCE: Final = 10
"""Seconds that requests under way have to end when the server is stopped."""


def serve(
    host: Annotated[str | None, typer.Option("--host", metavar="ADDRESS", help="cli.help_host")] = None,
    port: Annotated[str | None, typer.Option("--port", metavar="PORT", help="cli.help_port")] = None,
    lang: Lang = "",
) -> None:
    """Serve site, API and scheduler until stopped; the tables are brought to the newest form before."""
    asked = {"host": host, "port": options.whole("--port", port, 0, 65535)}
    given: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    configured = settings.load(**given)
    with _claimed(configured.host, configured.port) as door:
        from subsidy.app import create_app
        from subsidy.cli.office import opened

        given["port"] = door.getsockname()[1]
        with opened(settings.load(**given)) as office:
            app = create_app(office.settings, engine=office.engine, clock=office.clock, scheduler=True)
            address = f"http://{_in_url(office.settings.host)}:{office.settings.port}"
            with _told(office.settings.host, office.settings.port):
                # Two that start at the same moment both get this far; only one of them may listen.
                door.listen(BACKLOG)
            _run(app, door, text(lang, "cli.serving", address=address))
    print(text(lang, "cli.stopped"), flush=True)


def scheduler(lang: Lang = "") -> None:
    """Do by the clock what is due, without serving, until stopped."""
    from schedules.runner import build_scheduler
    from subsidy.cli.office import opened
    from subsidy.jobs import jobs

    _log()
    with opened() as office:
        # Only this thread is told of signals, so it does nothing but wait for one: raised in the midst of the scheduler's
        # own work, an interrupt would be taken for a fault of the job.
        stopped = threading.Event()
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, lambda *_: stopped.set())
        ticking = build_scheduler(jobs(office.settings, office.engine, office.clock))
        ticking.start()
        print(text(lang, "cli.scheduling"), flush=True)
        # A signal that comes in the moment before the wait begins ends it only when the wait is over.
        while not stopped.wait(WAKE):
            pass
        ticking.shutdown()
    print(text(lang, "cli.stopped"), flush=True)


def _claimed(host: str, port: int) -> socket.socket:
    """The address, taken before anything is opened, so that one which is taken already is told at once."""
    with _told(host, port):
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        door = socket.socket(family, kind, protocol)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(address)
    return door


@contextmanager
def _told(host: str, port: int) -> Iterator[None]:
    """What the system says about an address, in words."""
    try:
        yield
    except OSError as error:
        raise _closed(error, host, port) from None


def _closed(error: OSError, host: str, port: int) -> Usage:
    if error.errno == errno.EADDRINUSE:
        other = str(port + 1 if port < 65535 else port - 1)
        return Usage("cli.port_taken", port=str(port), other=other)
    if error.errno == errno.EACCES:
        return Usage("cli.port_reserved", port=str(port))
    return Usage("cli.no_address", host=excerpt(host), why=error.strerror or str(error))


def _run(app: Any, door: socket.socket, announcement: str) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            print(announcement, flush=True)

    _log()
    for each in (signal.SIGINT, signal.SIGTERM):
        # The server raises the signal that stopped it once more when it has ended well.
        signal.signal(each, lambda *_: None)
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=PATIENCE)
    Server(config).run(sockets=[door])


def _log() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
