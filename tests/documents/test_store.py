"""The folder of documents: whole files under their digests, and nothing else."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest

from subsidy.documents.store import PASSING, Lost, Store, TooLarge

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "documents", 1000, 5000)


def kept(store: Store, data: bytes) -> str:
    with store.incoming() as file:
        file.write(data[:3])
        file.write(data[3:])
        store.keep(file)
        return file.digest


def files(store: Store) -> list[Path]:
    return [path for path in store.folder.rglob("*") if path.is_file()]


def test_a_file_comes_back_under_its_digest(store: Store) -> None:
    digest = kept(store, b"contents")
    assert digest == f"sha256:{sha256(b'contents').hexdigest()}"
    assert store.read(digest) == b"contents"
    assert store.fault(digest) is None
    assert files(store) == [store.folder / digest[7:9] / digest[7:]]


def test_the_same_bytes_are_kept_once(store: Store) -> None:
    assert kept(store, b"contents") == kept(store, b"contents")
    assert len(files(store)) == 1


def test_what_is_not_kept_is_gone(store: Store) -> None:
    with store.incoming() as file:
        file.write(b"half")
    with suppress(TooLarge), store.incoming() as file:
        file.write(b"half")
        file.write(bytes(1000))
    assert files(store) == []


def test_too_much_is_refused_on_the_way(store: Store) -> None:
    with store.incoming() as file:
        file.write(bytes(1000))
        with pytest.raises(TooLarge):
            file.write(b"x")
    assert files(store) == []


def test_only_its_owner_reads_it(store: Store) -> None:
    path = store.path(kept(store, b"contents"))
    assert path.stat().st_mode & 0o077 == 0
    assert store.folder.stat().st_mode & 0o077 == 0


def test_a_file_that_is_gone_or_altered_is_noticed(store: Store) -> None:
    digest = kept(store, b"contents")
    store.path(digest).write_bytes(b"contentz")
    assert store.fault(digest) == "altered"
    with pytest.raises(Lost):
        store.read(digest)
    store.path(digest).unlink()
    assert store.fault(digest) == "missing"
    with pytest.raises(Lost):
        store.read(digest)
    kept(store, b"contents")
    assert store.fault(digest) is None


def test_a_process_that_dies_leaves_no_half_file_under_a_digest(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from subsidy.documents.store import Store\n"
        "store = Store(Path(sys.argv[1]), 10**6, 10**6)\n"
        "with store.incoming() as file:\n"
        "    file.write(b'half'); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, env=dict(os.environ), check=False)
    assert done.returncode == -signal.SIGKILL
    assert [path.name.startswith(PASSING) for path in tmp_path.rglob("*") if path.is_file()] == [True]
