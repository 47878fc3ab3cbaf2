"""Requests per second of `POST /api/v1/assessments`, beside a bare FastAPI route on the same server. Loopback only, bounded."""

import http.client
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from fastapi import FastAPI

from tests.benchmarks.assessing import BODY
from tests.benchmarks.table import row, title

SECONDS = 4
CLIENTS = 8
HOST = "127.0.0.1"

bare = FastAPI(openapi_url=None)


@bare.post("/bare")
async def answer() -> dict[str, str]:
    """The least that a route can do."""
    return {"outcome": "eligible"}


def run() -> None:
    """Print the table. One server process each, so that the ratio is one of work and not of cores."""
    title(f"Requests per second, {CLIENTS} connections, one server process, {SECONDS} s each")
    peer = _measure("tests.benchmarks.serving:bare", "/bare")
    row("bare FastAPI route, POST", f"{peer:,} /s")
    ours = _measure("main:app", "/api/v1/assessments")
    row("POST /api/v1/assessments", f"{ours:,} /s", f"{ours / peer:.2f} of the peer")


def _measure(app: str, path: str) -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        app,
        "--host",
        HOST,
        "--port",
        str(port),
        "--log-level",
        "error",
        "--no-access-log",
    ]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "DATABASE_URL": f"sqlite:///{Path(folder) / 'bench.db'}"}
        server = subprocess.Popen(command, env=environment)
        try:
            _wait(port)
            with multiprocessing.get_context("spawn").Pool(2) as pool:
                counts = pool.starmap(_load, [(port, path, CLIENTS // 2)] * 2)
        finally:
            server.terminate()
            server.wait(10)
    return sum(counts) // SECONDS


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection((HOST, port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the server did not start within ten seconds")


def _load(port: int, path: str, connections: int) -> int:
    """Answers received within the time, over a few kept connections used in turn; any answer but 200 is an error."""
    lines = [http.client.HTTPConnection(HOST, port, timeout=10) for _ in range(connections)]
    headers = {"Content-Type": "application/json"}
    answered, stop = 0, time.monotonic() + SECONDS
    for line in lines:
        line.request("POST", path, BODY, headers)
    while time.monotonic() < stop:
        for line in lines:
            response = line.getresponse()
            body = response.read()
            if response.status != 200:
                raise RuntimeError(f"{path} answered {response.status}: {body[:200]!r}")
            answered += 1
            line.request("POST", path, BODY, headers)
    for line in lines:
        line.close()
    return answered
