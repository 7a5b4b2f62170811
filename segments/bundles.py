"""Finding the event files that a command line names."""

import io
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from django.core.management import CommandError

from decisions.ingestion.source import Source
from segments.ingestion import ENTITIES

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
        return str(self.path) if self.path else "standard input"

    @property
    def short_name(self) -> str:
        """Its name without the directory, which tells it from the others of a bundle."""
        return self.path.name if self.path and self.path.is_file() else self.name

    def open(self) -> Source:
        """Open it for reading from the start."""
        if self.spool:
            self.spool.seek(0)
            return Source(self.name, os.fdopen(os.dup(self.spool.fileno()), "rb"))
        return Source(self.name, self.path.open("rb") if self.path else _standard_input())

    def rejects_path(self, directory: Path | None) -> Path:
        """Where its rejected rows go: `directory`, or beside it."""
        beside = self.path.parent if self.path and self.path.is_file() else Path.cwd()
        return (directory or beside) / f"{self.entity}{REJECTED}.ndjson"


def find_files(
    paths: Sequence[str], entity: str | None, *, read_twice: bool
) -> tuple[list[EventFile], list[Path]]:
    """The event files of all `paths`, in the order of ENTITIES, and files that name no entity.

    Raises CommandError for a path that does not exist or holds nothing to ingest.
    """
    files: list[EventFile] = []
    unknown: list[Path] = []
    for given in paths:
        if given == STANDARD_INPUT:
            if entity is None:
                raise CommandError(f"- reads one entity; say which with --entity {_accepted()}.")
            spool = _spooled(_standard_input()) if read_twice else None
            files.append(EventFile(entity, None, spool))
            continue
        path = Path(given)
        if path.is_dir():
            found, strange = _in_directory(path)
            files += found
            unknown += strange
        elif path.exists():
            stream = read_twice and not path.is_file()
            spool = _spooled(path.open("rb")) if stream else None
            files.append(EventFile(entity or _entity_of_file(path), path, spool))
        else:
            raise CommandError(f"{given} does not exist; name a directory of event files, or one.")
    order = list(ENTITIES)
    return sorted(files, key=lambda file: order.index(file.entity)), unknown


def _standard_input() -> io.BufferedReader:
    return io.BufferedReader(cast("io.RawIOBase", sys.stdin.buffer))


def _spooled(stream: io.BufferedReader) -> IO[bytes]:
    """A copy of the stream, which vanishes with the process."""
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the run
    with stream:
        shutil.copyfileobj(stream, spool)
    return spool


def _in_directory(directory: Path) -> tuple[list[EventFile], list[Path]]:
    """Its event files, and those that look like one but name no entity."""
    files, unknown = [], []
    for path in sorted(directory.iterdir()):
        stem = _stem(path)
        if stem is None or stem.endswith(REJECTED):
            continue
        if stem in ENTITIES:
            files.append(EventFile(stem, path))
        else:
            unknown.append(path)
    if not files:
        raise CommandError(
            f"{directory} holds no event file; they are named ENTITY.ndjson or "
            f"ENTITY.ndjson.gz, where ENTITY is one of {_accepted()}."
        )
    return files, unknown


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
            f"The name of {path} does not say what it holds; add --entity {_accepted()}."
        )
    return stem


def _accepted() -> str:
    return ", ".join(ENTITIES)
