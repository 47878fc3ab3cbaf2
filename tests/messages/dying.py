"""A delivery that dies: `python -m tests.messages.dying DATABASE SERVER DAY` is killed once a message is with the server and
before that is noted."""

import os
import signal
import smtplib
import sys
from datetime import date
from typing import Any

from schedules.clock import FixedClock
from subsidy.database import create
from subsidy.messages import post
from subsidy.settings import Settings


def main(database: str, server: str, day: str) -> None:
    sent = smtplib.SMTP.send_message

    def and_die(*arguments: Any, **more: Any) -> None:
        sent(*arguments, **more)
        os.kill(os.getpid(), signal.SIGKILL)

    smtplib.SMTP.send_message = and_die  # type: ignore[method-assign,assignment]
    settings = Settings(smtp_url=server, mail_from="zone@example.cn")
    post.deliver(create(database), settings, FixedClock(date.fromisoformat(day)))


if __name__ == "__main__":
    main(*sys.argv[1:])
