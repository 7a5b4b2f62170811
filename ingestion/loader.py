"""Loading one file after another."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from ingestion.batches import BatchLoader, Loaded
from ingestion.context import Context
from ingestion.rejects import RejectsFile
from ingestion.rows.base import EventRow
from ingestion.source import Source, UnreadableSourceError
from ingestion.workers import Workers, cores

# From this size on, or after so many batches of a stream, workers are worth their start.
LARGE_BYTES = 32 * 2**20
LARGE_BATCHES = 4


@dataclass
class Counts:
    """What became of the rows of a file. Blank lines are not rows."""

    loaded: int = 0
    skipped: int = 0
    rejected: int = 0

    @property
    def rows(self) -> int:
        return self.loaded + self.skipped + self.rejected


class Loader:
    """Loads files batch by batch: small ones by itself, large ones with workers.

    While the workers start, it goes on by itself. A file is written to its end before the next
    begins, since that may refer to it.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._starter = ThreadPoolExecutor(max_workers=1)
        self._starting: Future[Workers] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._starting is not None:
            self._starting.result().end()
        self._starter.shutdown()

    def load(
        self,
        source: Source,
        row_type: type[EventRow],
        rejects: RejectsFile,
        counts: Counts,
        advanced: Callable[[], None],
    ) -> None:
        """Load a file, adding to `counts`; `advanced` is called after each batch.

        Raises UnreadableSourceError (what was readable is loaded then) and database errors.
        """

        def count(done: Loaded | None) -> bool:
            if done is None:
                return False
            counts.loaded += done.loaded
            counts.skipped += done.skipped
            counts.rejected += len(done.rejected)
            rejects.write(done.rejected, source.name)
            return True

        def finish(workers: Workers | None) -> None:
            while workers is not None and count(workers.finish_one()):
                pass
            advanced()

        alone = BatchLoader(row_type, self._context)
        workers = None
        try:
            for number, batch in enumerate(source.batches(), start=1):
                workers = workers or self._workers(source, number)
                if workers is None:
                    count(alone.write(alone.parse(batch)))
                else:
                    count(workers.load(row_type, batch))
                advanced()
        except UnreadableSourceError:
            finish(workers)
            raise
        finish(workers)

    def _workers(self, source: Source, batches: int) -> Workers | None:
        """The workers, if they are of use for this file and have started."""
        large = (source.size or 0) >= LARGE_BYTES or batches > LARGE_BATCHES
        if not large or cores() == 1:
            return None
        if self._starting is None:
            self._starting = self._starter.submit(Workers, self._context)
        return self._starting.result() if self._starting.done() else None
