"""Finding the event files that a command line names."""

import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.core.management import CommandError

from decisions.ingestion.source import Source
from segments.ingestion import ENTITIES

SUFFIXES = (".ndjson", ".ndjson.gz")
REJECTED = ".rejected"
STANDARD_INPUT = "-"


@dataclass(frozen=True)
class EventFile:
    """A file of one entity, or standard input (`path` is None; `spool` then holds a copy)."""

    entity: str
    path: Path | None
    spool: IO[bytes] | None = None

    @property
    def name(self) -> str:
        """How messages name it."""
        return str(self.path) if self.path else "standard input"

    def open(self) -> Source:
        """Open it for reading from the start."""
        if self.path:
            return Source.of_path(self.path)
        if self.spool:
            self.spool.seek(0)
            return Source(self.name, self.spool, None)
        return Source(self.name, sys.stdin.buffer, None)

    def rejects_path(self, directory: Path | None) -> Path:
        """Where its rejected rows go: `directory`, or beside it."""
        beside = self.path.parent if self.path else Path.cwd()
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
            files.append(_standard_input(entity, read_twice=read_twice))
            continue
        path = Path(given)
        if path.is_dir():
            found, strange = _in_directory(path)
            files += found
            unknown += strange
        elif path.exists():
            files.append(EventFile(entity or _entity_of_file(path), path))
        else:
            raise CommandError(f"{given} does not exist; name a directory of event files, or one.")
    order = list(ENTITIES)
    return sorted(files, key=lambda file: order.index(file.entity)), unknown


def _standard_input(entity: str | None, *, read_twice: bool) -> EventFile:
    if entity is None:
        raise CommandError(f"- reads one entity; say which with --entity {_accepted()}.")
    if not read_twice:
        return EventFile(entity, None)
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the run
    shutil.copyfileobj(sys.stdin.buffer, spool)
    return EventFile(entity, None, spool)


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
