"""Sending over a real mail server: taken, refused, away and back, and killed half-way."""

import signal
import ssl
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from sqlalchemy import update
from sqlmodel import col, select

from schedules.clock import SHANGHAI
from subsidy.database import create, reading, writing
from subsidy.messages import post
from subsidy.messages.retry import retry
from subsidy.records import Application, Event, Message, MessageState, User
from subsidy.settings import Settings
from tests.messages.conftest import Server
from tests.support.office import ADMINISTRATOR, APPLICANT, FIRST_DAY, RELATED, SECOND, THIRD, Office, noon

EVERYBODY = {str(actor.id) for actor in (APPLICANT, ADMINISTRATOR, RELATED, SECOND, THIRD)}
"""Who is told of what is handed in."""


@dataclass
class Watch:
    """A clock that is set by hand."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def today(self) -> date:
        return self.at.astimezone(SHANGHAI).date()


@pytest.fixture
def watch() -> Watch:
    return Watch(noon(FIRST_DAY))


def settings(server: Server) -> Settings:
    return Settings(smtp_url=server.url, mail_from="zone@example.cn", base_url="https://zone.example")


def kept(office: Office) -> list[Message]:
    with reading(office.engine) as session:
        return list(session.exec(select(Message).order_by(col(Message.user_id))))


def states(office: Office) -> dict[str, str]:
    return {message.user_id: message.state.value for message in kept(office)}


def test_a_message_arrives_in_both_languages(office: Office, server: Server, watch: Watch) -> None:
    case = office.withdraw(office.draft())
    post.deliver(office.engine, settings(server), watch)
    (mail,) = server.arrived
    (message,) = kept(office)
    assert mail["Message-ID"] == f"<{message.id}@example.cn>"
    assert mail["To"] == "李明 <li@example.cn>"
    assert mail["From"] == "产业扶持政策兑现服务 <zone@example.cn>"
    assert mail["Subject"] == "申报 LG-2026-0001 已撤回 / Application LG-2026-0001 was withdrawn"
    text = mail.get_content()
    assert text.index("理由：项目终止") < text.index("Reason: 项目终止")
    assert text.count(f"https://zone.example/apply/{case}") == 2
    assert (message.state, message.attempts, message.sent_at, message.error) == ("sent", 1, watch.at, None)
    post.deliver(office.engine, settings(server), watch)
    assert len(server.arrived) == 1


def test_administrators_are_led_to_their_own_desk(office: Office, server: Server, watch: Watch) -> None:
    case = office.submit(office.draft())
    post.deliver(office.engine, settings(server), watch)
    mails = {mail["To"].addresses[0].addr_spec: mail.get_content() for mail in server.arrived}
    assert mails.keys() == {f"{name}@example.cn" for name in EVERYBODY}
    assert f"/review/{case}" in mails["chen@example.cn"]


def test_without_a_mail_server_they_are_kept(office: Office, watch: Watch) -> None:
    office.submit(office.draft())
    watch.at += timedelta(days=30)
    post.deliver(office.engine, Settings(), watch)
    assert states(office) == dict.fromkeys(EVERYBODY, "waiting")


def test_one_refused_recipient_holds_up_nobody(office: Office, server: Server, watch: Watch) -> None:
    office.submit(office.draft())
    server.refused["li@example.cn"] = "550 5.1.1 No such user"
    post.deliver(office.engine, settings(server), watch)
    assert states(office) == {**dict.fromkeys(EVERYBODY, "sent"), "li": "failed"}
    assert {message.error for message in kept(office)} == {None, "550 5.1.1 No such user"}


def test_what_is_put_off_is_tried_again_after_growing_pauses(office: Office, server: Server, watch: Watch) -> None:
    office.withdraw(office.draft())
    server.greylisted = True
    pauses = []
    for _ in range(12):
        post.deliver(office.engine, settings(server), watch)
        (message,) = kept(office)
        assert message.error == "451 4.7.1 Greylisted, try again later"
        pauses.append(int((message.next_at - watch.at).total_seconds() / 60))
        post.deliver(office.engine, settings(server), watch)  # not before its time
        assert kept(office)[0].attempts == message.attempts
        watch.at = message.next_at
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 720, 720]
    server.greylisted = False
    post.deliver(office.engine, settings(server), watch)
    assert (states(office), len(server.arrived)) == ({"li": "sent"}, 1)


def test_after_a_week_it_has_failed_and_can_be_sent_by_hand(office: Office, server: Server, watch: Watch) -> None:
    office.withdraw(office.draft())
    watch.at += timedelta(days=7, minutes=1)
    post.deliver(office.engine, settings(server), watch)
    (message,) = kept(office)
    assert (message.state, message.error, server.arrived) == ("failed", "七天内未能发送", [])
    with writing(office.engine) as session:
        retry(session, ADMINISTRATOR, watch.at, message.id)
    post.deliver(office.engine, settings(server), watch)
    assert (states(office), len(server.arrived)) == ({"li": "sent"}, 1)
    with reading(office.engine) as session:
        entry = session.exec(select(Event).where(col(Event.subject_kind) == "message")).one()
    assert (entry.command, entry.actor_id) == ("retry", "chen")


def test_a_server_that_is_away_and_comes_back(office: Office, server: Server, watch: Watch) -> None:
    office.submit(office.draft())
    configured = settings(server)
    server.stop()
    post.deliver(office.engine, configured, watch)
    assert states(office) == dict.fromkeys(EVERYBODY, "waiting")
    assert all("ConnectionRefusedError" in (message.error or "") for message in kept(office))
    server.start()
    watch.at += timedelta(minutes=2)
    post.deliver(office.engine, configured, watch)
    assert states(office) == dict.fromkeys(EVERYBODY, "sent")


def test_killed_between_sending_and_noting_it_is_sent_again_under_its_id(
    office: Office, server: Server, watch: Watch
) -> None:
    office.withdraw(office.draft())
    address = office.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.messages.dying", address, server.url, FIRST_DAY.isoformat()]
    dead = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert dead.returncode == -signal.SIGKILL, dead.stderr
    assert (states(office), len(server.arrived)) == ({"li": "waiting"}, 1)
    post.deliver(office.engine, settings(server), watch)  # somebody may still be about to send it
    assert len(server.arrived) == 1
    watch.at += post.LEASE
    post.deliver(office.engine, settings(server), watch)
    assert states(office) == {"li": "sent"}
    first, second = (mail["Message-ID"] for mail in server.arrived)
    assert first == second


@pytest.mark.postgres
def test_two_schedulers_send_each_message_once(postgres_engine: object, server: Server, watch: Watch) -> None:
    office = Office(postgres_engine)  # type: ignore[arg-type]
    for _ in range(30):
        office.withdraw(office.draft())
    together = Barrier(3)

    def send(_: int) -> None:
        engine = create(office.engine.url.render_as_string(hide_password=False))
        together.wait()
        post.deliver(engine, settings(server), watch)
        engine.dispose()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(send, range(3)))
    ids = [mail["Message-ID"] for mail in server.arrived]
    assert len(ids) == len(set(ids)) == 30


def test_nothing_typed_becomes_a_header(office: Office, server: Server, watch: Watch) -> None:
    office.withdraw(office.draft())
    with writing(office.engine) as session:
        session.execute(update(User).where(col(User.id) == "li").values(name='x"\r\nBcc: all@example.cn, <y'))
        session.execute(update(Message).values(subject_zh="一\r\nBcc: all@example.cn\r\n\r\n正文"))
        session.execute(update(Application).values(project_name="\r\nBcc: all@example.cn"))
    post.deliver(office.engine, settings(server), watch)
    (mail,) = server.arrived
    assert mail["Bcc"] is None
    assert [each.addr_spec for each in mail["To"].addresses] == ["li@example.cn"]
    assert "Bcc: all@example.cn" in mail["Subject"]


def test_an_address_that_is_none_fails_for_good(office: Office, server: Server, watch: Watch) -> None:
    office.submit(office.draft())
    with writing(office.engine) as session:
        session.execute(update(User).where(col(User.id) == "chen").values(email="a\nb@example.cn"))
    post.deliver(office.engine, settings(server), watch)
    assert states(office) == {**dict.fromkeys(EVERYBODY, "sent"), "chen": "failed"}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and certificate for this machine, in one file."""
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    made = subprocess.run(
        [
            *[
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=127.0.0.1",
                "-keyout",
            ],
            str(file),
            *["-addext", "subjectAltName=IP:127.0.0.1"],
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    file.write_text(file.read_text() + made.stdout)
    return file


def test_an_encrypted_server_with_a_password(
    office: Office, certificate: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in = []

    def authenticator(*arguments: object) -> AuthResult:
        login = arguments[-1]
        assert isinstance(login, LoginPassword)
        signed_in.append((login.login, login.password))
        return AuthResult(success=True)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = Server()
    server.start(tls_context=context, require_starttls=True, auth_required=True, authenticator=authenticator)
    office.withdraw(office.draft())
    url = server.url.replace("smtp://", "smtp+starttls://zone:p%40ss@")
    configured = Settings(smtp_url=url, mail_from="zone@example.cn")
    post.deliver(office.engine, configured, watch)
    assert (server.arrived, kept(office)[0].state) == ([], MessageState.WAITING)  # nobody vouches for its certificate
    assert "CERTIFICATE_VERIFY_FAILED" in (kept(office)[0].error or "")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    watch.at += timedelta(minutes=2)
    post.deliver(office.engine, configured, watch)
    server.stop()
    assert len(server.arrived) == 1
    assert signed_in == [(b"zone", b"p@ss")]
