"""A bounded load test of the service on loopback: good and bad requests, many at once.

    python -m benchmarks.service [--clients 200] [--requests 5] [--detectors all]

It starts `clues serve` itself, without detectors unless photos are asked for, so that what is
measured is the service: admission, limits, fusion and the report. Every request must get an
answer of the expected kind; 503 with Retry-After is one, and is asked again.
"""

import argparse
import asyncio
import collections
import io
import os
import random
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
from PIL import Image

CUES = {"cues": [{"variable": "traffic.driving-side", "value": "left"}, {"variable": "text.script",
        "likelihood": {"thai": 1.0, "khmer": 0.2}}], "top": 3}  # fmt: skip
START = """
import sys, uvicorn
from clues.pipeline import Locator
from clues.service.app import create_app
from clues.service.limits import KEEP_ALIVE_S, ServiceSettings
settings = ServiceSettings(workers=1, queue=32, timeout_s=60)
make = Locator if sys.argv[2] == "all" else (lambda: Locator(detectors=()))
uvicorn.run(create_app(settings, make), port=int(sys.argv[1]), log_level="error", access_log=False,
            timeout_keep_alive=KEEP_ALIVE_S)
"""
# name: (expected status, weight)
KINDS = {"cues": (200, 6), "photo": (200, 2), "noise": (400, 1), "half": (400, 1),
         "large": (413, 1), "unknown": (400, 1), "type": (415, 1), "broken": (422, 1)}  # fmt: skip


@dataclass
class Seen:
    """What the clients saw."""

    seconds: list[float] = field(default_factory=list)
    statuses: collections.Counter[int] = field(default_factory=collections.Counter)
    wrong: list[str] = field(default_factory=list)
    retries: int = 0


def photo() -> bytes:
    """Return a photo of 640 x 480."""
    stream = io.BytesIO()
    rows, columns = np.mgrid[0:480, 0:640]
    pixels = np.stack([rows % 256, columns % 256, (rows + columns) % 256], -1).astype(np.uint8)
    Image.fromarray(pixels).save(stream, "JPEG")
    return stream.getvalue()


def request(kind: str, good: bytes) -> dict[str, object]:
    """Return what to send."""
    image = {"content-type": "image/jpeg"}
    return {
        "cues": {"json": CUES},
        "photo": {"content": good, "headers": image},
        "noise": {"content": os.urandom(2_000), "headers": image},
        "half": {"content": good[: len(good) // 2], "headers": image},
        "large": {"content": bytes(27_000_000), "headers": image},
        "unknown": {"json": {"cues": [{"variable": "no.such"}]}},
        "type": {"content": b"x", "headers": {"content-type": "text/plain"}},
        "broken": {"content": b"{", "headers": {"content-type": "application/json"}},
    }[kind]


async def client(web: httpx.AsyncClient, number: int, requests: int, seen: Seen) -> None:
    """Send requests one after the other; come back after 503."""
    rng, good = random.Random(number), photo()
    for _ in range(requests):
        kind = rng.choices(list(KINDS), [weight for _, weight in KINDS.values()])[0]
        while True:
            start = time.perf_counter()
            try:
                answer = await web.post("/locate", **request(kind, good))
            except httpx.HTTPError as error:
                seen.wrong.append(f"{kind}: {type(error).__name__}")
                break
            seen.statuses[answer.status_code] += 1
            if answer.status_code == 503 and "retry-after" in answer.headers:
                seen.retries += 1
                await asyncio.sleep(int(answer.headers["retry-after"]) * rng.uniform(0.5, 1.5))
                continue
            seen.seconds.append(time.perf_counter() - start)
            if answer.status_code != KINDS[kind][0]:
                seen.wrong.append(f"{kind}: {answer.status_code} {answer.text[:100]}")
            break


async def load(port: int, clients: int, requests: int) -> Seen:
    """Let all clients loose."""
    seen = Seen()
    limits = httpx.Limits(max_connections=clients)
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", limits=limits, timeout=120
    ) as web:
        await asyncio.gather(*(client(web, n, requests, seen) for n in range(clients)))
    return seen


def memory_mb(pid: int) -> float:
    """Return the resident memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Run the load test, print the figures, and fail if an answer was wrong or lost."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--requests", type=int, default=5, help="a client")
    parser.add_argument("--port", type=int, default=18765)
    parser.add_argument("--detectors", choices=["none", "all"], default="none")
    asked = parser.parse_args()
    command = [sys.executable, "-c", START, str(asked.port), asked.detectors]
    server = subprocess.Popen(command)
    try:
        while True:
            try:
                if httpx.get(f"http://127.0.0.1:{asked.port}/ready").status_code == 200:
                    break
            except httpx.TransportError:
                assert server.poll() is None
            time.sleep(0.2)
        asyncio.run(load(asked.port, 4, 4))
        before, start = memory_mb(server.pid), time.perf_counter()
        seen = asyncio.run(load(asked.port, asked.clients, asked.requests))
        wall, after = time.perf_counter() - start, memory_mb(server.pid)
        asyncio.run(load(asked.port, asked.clients, asked.requests))
        again = memory_mb(server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
    cuts = statistics.quantiles(seen.seconds, n=100)
    print(
        f"{asked.clients} clients, {len(seen.seconds)} requests answered in {wall:.1f} s "
        f"({len(seen.seconds) / wall:.1f} a second); {seen.retries} times told to come back"
    )
    print(f"median {cuts[49]:.2f} s, p99 {cuts[98]:.2f} s; statuses {dict(seen.statuses)}")
    print(
        f"memory {before:.0f} MB before, {after:.0f} MB after, {again:.0f} MB after another round"
    )
    print(f"wrong or lost: {len(seen.wrong)} {seen.wrong[:5]}")
    raise SystemExit(bool(seen.wrong) or len(seen.seconds) != asked.clients * asked.requests)


if __name__ == "__main__":
    main()
