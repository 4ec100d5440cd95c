"""Bounds on what a service takes on: places in the queue, workers, time."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from clues.limits import MAX_BYTES

Result = TypeVar("Result")
_SMOOTHING = 0.2
# A connection stays open longer than a client waits that was told to come back: if both moved at
# the same moment, its request would be lost.
KEEP_ALIVE_S = 75


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """How a service behaves.

    Attributes
    ----------
    workers
        Requests worked on at once; each takes about one CPU core.
    queue
        Requests that may wait; one more is told to come back later.
    timeout_s
        A request that takes longer is answered with 504.
    upload_s
        A body that takes longer to arrive is answered with 408.
    max_bytes
        Of a body.
    api_key
        What clients must show; None for an open service.
    """

    workers: int = 1
    queue: int = 16
    timeout_s: float = 60.0
    upload_s: float = 20.0
    max_bytes: int = MAX_BYTES
    api_key: str | None = None


class BusyError(Exception):
    """The queue is full; carries the seconds after which to try again."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"all places in the queue are taken; try again in {retry_after_s} s.")
        self.retry_after_s = retry_after_s


class Desk:
    """Lets in as many requests as there are places, and works on as many as there are workers.

    A place is taken before the body is read, so that memory is bounded by the number of places.
    A worker that runs past the time limit keeps its thread and its place until it is done: the
    machine is truly busy until then.
    """

    def __init__(self, settings: ServiceSettings) -> None:
        self.settings = settings
        self._taken = 0
        self._work_s = 1.0  # what a request has taken of late, without the wait
        self._pool = ThreadPoolExecutor(settings.workers, thread_name_prefix="clues")

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold a place for a request.

        Raises
        ------
        BusyError
            At once, if there is none, or if the wait would outlast the time limit.
        """
        full = self._taken >= self.settings.workers + self.settings.queue
        late = self._taken * self._work_s / self.settings.workers > self.settings.timeout_s
        if full or (late and self._taken > 0):
            raise BusyError(self._retry_after_s())
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1

    async def work(self, task: Callable[[], Result]) -> Result:
        """Run a task on a worker.

        Raises
        ------
        TimeoutError
            If it is not done within the time limit, waiting included.
        """
        loop = asyncio.get_running_loop()
        job = self._pool.submit(self._timed, task)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(job), self.settings.timeout_s)
        except TimeoutError:
            if job.running():
                self._taken += 1  # until the worker is done
                job.add_done_callback(lambda _: loop.call_soon_threadsafe(self._give_back))
            raise

    def close(self) -> None:
        """Let workers finish and take nothing new."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _give_back(self) -> None:
        self._taken -= 1

    def _timed(self, task: Callable[[], Result]) -> Result:
        start = time.monotonic()
        try:
            return task()
        finally:
            self._work_s += _SMOOTHING * (time.monotonic() - start - self._work_s)

    def _retry_after_s(self) -> int:
        """Return when about half of those who wait now will be done."""
        return max(1, min(120, math.ceil(self._taken * self._work_s / self.settings.workers / 2)))
