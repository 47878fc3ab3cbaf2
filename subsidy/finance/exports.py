"""The folder of files that tasks have made. Each lies under the id of its task, appears whole or not at all, and goes after a while."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from typing import Final

from sqlmodel import Session, col, select

from subsidy.errors import NotFound
from subsidy.records import Task
from subsidy.records.base import is_id

_UNDER_WAY: Final = ".making"
"""Ends the name of the folder that a file is made in, with whatever the making of it leaves there when it is killed."""


class Exports:
    """Files under one folder, which only the owner of the process may read."""

    def __init__(self, var: Path) -> None:
        self._folder = var / "exports"

    @contextmanager
    def making(self, task_id: str) -> Iterator[Path]:
        """Where to write the file of a task. When that has ended well it takes the place of whatever there was."""
        folder = self._folder / f"{task_id}{_UNDER_WAY}"
        rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        try:
            yield folder / "file"
            with (folder / "file").open("rb+") as file:
                os.fsync(file.fileno())
            (folder / "file").replace(self._folder / task_id)
        finally:
            rmtree(folder, ignore_errors=True)

    def path(self, task: Task, now: datetime) -> Path:
        """The file that a task has made. Raises NotFound where there is none, or no longer."""
        path = self._folder / task.id
        if task.file is None or task.expires_at is None or task.expires_at <= now or not path.is_file():
            raise NotFound("task.no_file")
        return path

    def sweep(self, session: Session, now: datetime) -> int:
        """Takes away what is kept no longer, and what no task is making any more; returns how much that was."""
        if not self._folder.is_dir():
            return 0
        kept = col(Task.expires_at) > now
        wanted = set(session.exec(select(col(Task.id)).where(col(Task.finished_at).is_(None) | kept)))
        gone = [each for each in self._folder.iterdir() if is_id(each.stem) and each.stem not in wanted]
        for each in gone:
            if each.is_dir():
                rmtree(each, ignore_errors=True)
            else:
                each.unlink(missing_ok=True)
        return len(gone)
