"""The models behind the service: one document at a time, a bounded queue before them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

from pipeline.errors import JianbaoError

T = TypeVar("T")


class BusyError(JianbaoError):
    """Everything that may wait is waiting."""


class SlowError(JianbaoError):
    """It took longer than a request may take."""


class Engine:
    """Runs calls in a thread of its own, one after the other; onnxruntime keeps the cores busy by itself."""

    def __init__(self, *, queue: int, seconds: float) -> None:
        """Takes how many requests may be in work or wait, and how long a call may take, its wait included."""
        self._queue, self._seconds = queue, seconds
        self._executor: ThreadPoolExecutor | None = None
        self.inside = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        """While calls are taken; at the end, what has begun is finished."""
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jianbao")
        try:
            yield
        finally:
            self._executor.shutdown(wait=True, cancel_futures=True)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place in the queue, for a request with any number of calls.

        Raises:
            BusyError: All are taken.
        """
        if self.inside >= self._queue:
            raise BusyError(f"{self.inside} requests are waiting already: try again in a moment")
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1

    async def call(self, function: Callable[[], T]) -> T:
        """What the function gives.

        Raises:
            SlowError: It took too long; what is being computed is finished and thrown away.
        """
        future = asyncio.get_running_loop().run_in_executor(self._executor, function)
        try:
            return await asyncio.wait_for(future, self._seconds)
        except TimeoutError:
            raise SlowError(f"took more than {self._seconds:g} seconds: send a shorter text") from None
