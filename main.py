"""The door: `app` for a web server, `cli` for the command line. What is behind it lies in the rooms."""

import sys


def __getattr__(name: str) -> object:
    """`uvicorn main:app` finds the application, made when it is first asked for: to import this opens no database."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from subsidy import settings
    from subsidy.app import create_app

    globals()["app"] = made = create_app(settings.load())
    return made


def cli() -> None:
    """Carry out the command that was typed."""
    from subsidy.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    cli()
