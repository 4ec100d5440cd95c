"""Run a batch on one machine or on a Ray cluster; both run `locate_item` on every photo."""

import json
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from clues.batch.row import Row, Settings, locate_item
from clues.batch.source import Item, items
from clues.batch.store import ResultStore
from clues.errors import MissingExtraError
from clues.pipeline import Locator

PART_ROWS = 256
PART_SECONDS = 60.0  # a killed run repeats at most so much work
_RAY_BATCH = 8
_RAY_CHUNK = 50_000

Engine = Callable[[Iterable[Item], Settings], Iterator[Row]]


@dataclass
class Summary:
    """What a run did.

    Attributes
    ----------
    done_before
        Photos that an earlier run had finished.
    failures
        Photos without an answer, by kind; and detectors that failed, as ``detector NAME``.
    """

    done_before: int = 0
    photos: int = 0
    seconds: float = 0.0
    failures: Counter[str] = field(default_factory=Counter)


def run(
    source: str,
    store: ResultStore,
    settings: Settings,
    engine: Engine,
    progress: Callable[[Row], None] = lambda row: None,
) -> Summary:
    """Locate what a source holds and the store does not.

    Killed at any moment, a second run goes on where whole parts end.

    Raises
    ------
    CluesError
        If the source cannot be read or the store not written.
    """
    with store.locked():
        done = store.done()
        summary = Summary(done_before=len(done))
        start = last = time.monotonic()
        waiting: list[Row] = []
        try:
            for row in engine(items(source, done), settings):
                waiting.append(row)
                _count(row, summary)
                progress(row)
                if len(waiting) >= PART_ROWS or time.monotonic() - last > PART_SECONDS:
                    part, waiting = waiting, []
                    store.write(part)
                    last = time.monotonic()
        finally:  # stopped with Ctrl-C: what was located is kept
            store.write(waiting)
        summary.seconds = time.monotonic() - start
    return summary


def _count(row: Row, summary: Summary) -> None:
    summary.photos += 1
    if row.error_kind is not None:
        summary.failures[row.error_kind] += 1
    for detector, _ in json.loads(row.failures):
        summary.failures[f"detector {detector}"] += 1


def local(locator: Locator) -> Engine:
    """Return the engine of this process: one photo after the other, memory flat."""

    def engine(todo: Iterable[Item], settings: Settings) -> Iterator[Row]:
        for item in todo:
            yield locate_item(locator, item, settings)

    return engine


def on_ray(workers: int, gpus: float = 0.0, make: Callable[[], Locator] = Locator) -> Engine:
    """Return the engine of a Ray cluster: actors that load the models once and keep them.

    Rows stream back as they are made; Ray Data holds photos back while actors are busy.

    Parameters
    ----------
    workers
        Actors; each takes one CPU core.
    gpus
        Share of a GPU for each.
    make
        Makes an actor's locator.

    Raises
    ------
    MissingExtraError
        If Ray is not installed.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # no telemetry, of ours or of others
    try:
        import ray
        import ray.data
    except ImportError:
        raise MissingExtraError(
            "the ray engine needs Ray; type: pip install 'clues[scale]'"
        ) from None

    def engine(todo: Iterable[Item], settings: Settings) -> Iterator[Row]:
        if not ray.is_initialized():
            ray.init(include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        for chunk in _chunks(todo, _RAY_CHUNK):
            rows = [{"name": i.name, "address": i.address, "data": i.data or b""} for i in chunk]
            located = ray.data.from_items(rows, override_num_blocks=_blocks(len(rows))).map_batches(
                _Actor,
                fn_constructor_args=(settings, make),
                batch_size=_RAY_BATCH,
                concurrency=workers,
                num_cpus=1,
                num_gpus=gpus or None,
            )
            for row in located.iter_rows():
                yield Row(**json.loads(row["row"]))

    return engine


class _Actor:
    """Locates batches in a process of its own; rows travel as JSON, which has nulls and lists."""

    def __init__(self, settings: Settings, make: Callable[[], Locator]) -> None:
        self.settings, self.locator = settings, make()

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[str]]:
        columns = (batch["name"], batch["address"], batch["data"])
        items_ = [
            Item(str(name), str(address), None if address else bytes(data))
            for name, address, data in zip(*columns, strict=True)
        ]
        found = (locate_item(self.locator, item, self.settings) for item in items_)
        return {"row": [json.dumps(row.as_dict()) for row in found]}


def _blocks(count: int) -> int:
    return max(1, min(count // _RAY_BATCH, 1_000))


def _chunks(todo: Iterable[Item], size: int) -> Iterator[list[Item]]:
    chunk: list[Item] = []
    for item in todo:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
