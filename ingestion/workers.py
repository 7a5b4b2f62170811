"""Processes that load batches side by side: they parse at the same time, and write in turn.

Python takes as long for a batch as PostgreSQL does, so a large file is through in half the time
if neither waits for the other.
"""

import multiprocessing
import os
import signal
import traceback
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Semaphore

import django
from django.apps import apps

if not apps.ready:  # in a worker, which begins with this module
    django.setup()

from django.db import connection

from config.processes import end_with_parent
from ingestion.batches import BatchLoader, Loaded
from ingestion.context import Context
from ingestion.rows.base import EventRow
from ingestion.source import Batch

MOST_WORKERS = 4  # more would only wait for their turn to write


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass
class Worker:
    """A process, and the pipe that leads to it."""

    process: BaseProcess
    pipe: Connection


class Workers:
    """Batches go to the workers one by one, round and round, and are written in that order.

    Each worker holds one batch, so memory does not grow with the file. To start them takes
    about a second. Their database is that of the caller's thread.
    """

    def __init__(self, context: Context) -> None:
        # Unlike forked ones, these processes share no connection and no lock with this one;
        # unlike spawned ones, they load Django once for all of them.
        processes = multiprocessing.get_context("forkserver")
        processes.set_forkserver_preload([__name__])
        count = min(cores(), MOST_WORKERS)
        # Kept, because a semaphore that its maker forgets is gone before the workers open it.
        self._turns = [processes.Semaphore(0) for _ in range(count)]
        self._turns[0].release()
        self._idle: deque[Worker] = deque()
        self._busy: deque[Worker] = deque()
        # Ctrl-C is for the parent, which sees to the others: these inherit that it is held back.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._start(processes, context)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _start(self, processes: ForkServerContext, context: Context) -> None:
        count = len(self._turns)
        for number, turn in enumerate(self._turns):
            pipe, theirs = processes.Pipe()
            arguments = theirs, turn, self._turns[(number + 1) % count]
            process = processes.Process(target=work, args=arguments, daemon=True)
            process.start()
            theirs.close()
            pipe.send((connection.settings_dict, context))
            self._idle.append(Worker(process, pipe))

    def load(self, row_type: type[EventRow], batch: Batch) -> Loaded | None:
        """Hand a batch over. Returns the result of an earlier one, if it had to wait for it."""
        done = None if self._idle else self.finish_one()
        worker = self._idle.popleft()
        self._busy.append(worker)
        with suppress(ConnectionError):  # finish_one finds out that the worker is gone
            worker.pipe.send((row_type, batch))
        return done

    def finish_one(self) -> Loaded | None:
        """Wait for the earliest batch that was handed over; None if there is none left.

        Raises what its worker raised. No later batch is written then.
        """
        if not self._busy:
            return None
        try:
            done: Loaded | Exception = self._busy[0].pipe.recv()
        except (EOFError, ConnectionError):
            done = ChildProcessError("one that was loading rows was ended")
        if isinstance(done, Exception):
            self.end()
            raise done
        self._idle.append(self._busy.popleft())
        return done

    def end(self) -> None:
        """End the workers. What a busy one was writing is rolled back."""
        for worker in self._busy:
            worker.process.terminate()
        for worker in (*self._busy, *self._idle):
            worker.pipe.close()
            worker.process.join()
        self._busy.clear()
        self._idle.clear()


def work(pipe: Connection, turn: Semaphore, next_turn: Semaphore) -> None:
    """Load batches until the pipe is closed: the main function of a worker."""
    end_with_parent()  # whoever kills it expects that nothing is written any more
    settings, context = pipe.recv()
    connection.settings_dict.update(settings)
    loaders: dict[type[EventRow], BatchLoader] = {}
    try:
        while True:
            row_type, batch = pipe.recv()
            if row_type not in loaders:
                loaders[row_type] = BatchLoader(row_type, context)
            loader = loaders[row_type]
            parsed = loader.parse(batch)
            turn.acquire()
            done = loader.write(parsed)
            next_turn.release()
            pipe.send(done)
    except EOFError:
        connection.close()
    except Exception as error:  # noqa: BLE001 - all of them are the parent's to judge
        error.add_note(traceback.format_exc())
        pipe.send(error)
