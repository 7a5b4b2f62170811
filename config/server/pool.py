"""A thread pool whose queue is bounded, in length and in time."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


class OverloadedError(Exception):
    """The queue is full, or no thread has become free in time."""


class BoundedPool:
    """Threads, and a queue in which work waits for one on the event loop, first in, first out.

    To be used on one event loop.
    """

    def __init__(self, threads: int, longest_queue: int, name: str) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._free = threads
        self._longest_queue = longest_queue
        self._queue: deque[asyncio.Future[None]] = deque()

    async def run(self, work: Callable[[], Result], patience: float) -> Result:
        """Run the work in a thread; waits for one for `patience` s. Raises OverloadedError."""
        if self._free:
            self._free -= 1
        else:
            await self._wait(patience)
        running = asyncio.get_running_loop().run_in_executor(self._threads, work)
        # Also when nobody waits for the result any more, since the thread is still at work.
        running.add_done_callback(lambda _: self._release())
        return await running

    async def _wait(self, patience: float) -> None:
        """Wait for a thread to be handed over."""
        if len(self._queue) >= self._longest_queue:
            raise OverloadedError
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            async with asyncio.timeout(patience):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self._release()  # it came in the same moment
            elif turn in self._queue:
                self._queue.remove(turn)
            if isinstance(error, TimeoutError):
                raise OverloadedError from None
            raise

    def _release(self) -> None:
        """Hand the thread over to whoever has waited longest."""
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
