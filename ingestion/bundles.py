"""Finding the event files that a command line names."""

import io
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, cast

from django.core.management import CommandError

from config.terminal import printable
from ingestion.entities import ENTITIES
from ingestion.source import Source

SUFFIXES = (".ndjson", ".ndjson.gz")
REJECTED = ".rejected"
STANDARD_INPUT = "-"


@dataclass(frozen=True)
class EventFile:
    """A file of one entity, or standard input (`path` is None).

    `spool` is a copy of a stream, which by itself can be read only once.
    """

    entity: str
    path: Path | None
    spool: IO[bytes] | None = None

    @property
    def name(self) -> str:
        """How messages name it."""
        return printable(self.path) if self.path else "standard input"

    @property
    def short_name(self) -> str:
        """Its name without the directory, which tells it from the others of a bundle."""
        return printable(self.path.name) if self.path and is_ordinary(self.path) else self.name

    def open(self) -> Source:
        """Open it for reading from the start."""
        if self.spool:
            self.spool.seek(0)
            return Source(self.name, os.fdopen(os.dup(self.spool.fileno()), "rb"))
        return Source(self.name, self.path.open("rb") if self.path else _standard_input())

    def rejects_path(self, directory: Path | None) -> Path:
        """Where its rejected rows go: `directory`, or beside it."""
        beside = self.path.parent if self.path and is_ordinary(self.path) else Path.cwd()
        return (directory or beside) / f"{self.entity}{REJECTED}.ndjson"


@dataclass
class Found:
    """Event files, in the order of ENTITIES; files that name no entity; what cannot be read."""

    files: list[EventFile] = field(default_factory=list)
    unknown: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def find_files(paths: Sequence[str], entity: str | None, *, read_twice: bool) -> Found:
    """The event files of all `paths`.

    Raises CommandError for a path that does not exist or holds nothing to ingest.
    """
    found = Found()
    for given in paths:
        if given == STANDARD_INPUT:
            if entity is None:
                raise CommandError(f"- reads one entity; say which with --entity {_accepted()}.")
            spool = _spooled(_standard_input()) if read_twice else None
            found.files.append(EventFile(entity, None, spool))
            continue
        try:
            _find_at(Path(given), entity, found, read_twice=read_twice)
        except FileNotFoundError:
            raise CommandError(
                f"{printable(given)} does not exist; name a directory of event files, or one."
            ) from None
        except OSError as error:
            found.problems.append(f"{printable(given)} cannot be read: {error.strerror}.")
    order = list(ENTITIES)
    found.files.sort(key=lambda file: order.index(file.entity))
    return found


def _find_at(path: Path, entity: str | None, found: Found, *, read_twice: bool) -> None:
    """Add what there is at the path. Raises OSError."""
    kind = path.stat().st_mode
    if stat.S_ISDIR(kind):
        _find_in(path, found)
    else:
        file = EventFile(entity or _entity_of_file(path), path)
        if read_twice and not stat.S_ISREG(kind):
            file = replace(file, spool=_spooled(path.open("rb")))
        found.files.append(file)


def is_ordinary(path: Path) -> bool:
    """Whether it is a file, neither a stream nor something that cannot be looked at."""
    try:
        return path.is_file()
    except OSError:
        return False


def _standard_input() -> io.BufferedReader:
    return io.BufferedReader(cast("io.RawIOBase", sys.stdin.buffer))


def _spooled(stream: io.BufferedReader) -> IO[bytes]:
    """A copy of the stream, which vanishes with the process."""
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the run
    with stream:
        shutil.copyfileobj(stream, spool)
    return spool


def _find_in(directory: Path, found: Found) -> None:
    """Add its event files, and those that look like one but name no entity."""
    files = []
    for path in sorted(directory.iterdir()):
        stem = _stem(path)
        if stem is None or stem.endswith(REJECTED):
            continue
        if stem in ENTITIES:
            files.append(EventFile(stem, path))
        else:
            found.unknown.append(path)
    if not files:
        raise CommandError(
            f"{printable(directory)} holds no event file; they are named ENTITY.ndjson or "
            f"ENTITY.ndjson.gz, where ENTITY is one of {_accepted()}."
        )
    found.files += files


def _stem(path: Path) -> str | None:
    """The name without the suffix of event files, or None if it has no such suffix."""
    for suffix in SUFFIXES:
        if path.name.endswith(suffix):
            return path.name.removesuffix(suffix)
    return None


def _entity_of_file(path: Path) -> str:
    stem = _stem(path) or path.name
    if stem not in ENTITIES:
        raise CommandError(
            f"The name of {printable(path)} does not say what it holds; add --entity {_accepted()}."
        )
    return stem


def _accepted() -> str:
    return ", ".join(ENTITIES)
