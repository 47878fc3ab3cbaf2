"""The command line: one file for each group of commands. What a command needs is imported when it is carried out."""

from subsidy.cli.entry import run

__all__ = ["run"]
