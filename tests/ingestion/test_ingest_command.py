"""`manage.py ingest`: what it reads, what it says, and where times are moved to."""

import gzip
import json
import os
import signal
import time
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from decisions.models import Interaction, ModelMetric, Run, Suppression
from ingestion.source import BATCH_LINES, Source
from offers.models import Budget, Category, Offer
from segments.models import Customer
from tests.support.ingesting import (
    CATALOGUE,
    INTERACTION,
    METRIC,
    RUN,
    Ingested,
    finish,
    ingest,
    lines_of,
    rejected,
    start_ingest,
    write_bundle,
)
from tests.support.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

GOOD, BAD = b'{"id": "a", "name": "A"}', b'{"id": "a"}'


def names() -> list[str]:
    return [category.external_id for category in Category.objects.order_by("external_id")]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("content", "counts", "lines"),
    [
        (b"", (0, 0, 0), []),
        (b"\n\n", (0, 0, 0), []),
        (GOOD, (1, 0, 0), []),
        (GOOD + b"\n", (1, 0, 0), []),
        (b"\n \t\r\n" + BAD + b"\r\n\r\n" + GOOD + b"\r\n" + BAD, (1, 0, 2), [3, 6]),
        (b"\xef\xbb\xbf" + GOOD + b"\n" + BAD, (1, 0, 1), [2]),
        (GOOD + b"\n\xef\xbb\xbf" + GOOD, (1, 0, 1), [2]),
    ],
)
def test_lines_are_counted_from_1_blank_ones_too(
    *, packed: bool, content: bytes, counts: tuple[int, int, int], lines: list[int], tmp_path: Path
) -> None:
    result = ingest(write_bundle(tmp_path, packed=packed, categories=content))
    name = "categories.ndjson.gz" if packed else "categories.ndjson"
    assert result.counts(name) == counts
    assert result.status == (1 if lines else 0)
    told = rejected(tmp_path / "categories.rejected.ndjson")
    assert list(told) == lines
    assert len(names()) == counts[0]


def test_files_are_loaded_in_the_order_in_which_they_refer_to_each_other(tmp_path: Path) -> None:
    """Whatever the order on the command line, and across bundles."""
    write_bundle(tmp_path / "log", interactions=[INTERACTION])
    catalogue = write_bundle(tmp_path / "catalogue", **CATALOGUE)
    (catalogue / "notes.ndjson").write_text("{}\n")
    (catalogue / "README.md").write_text("")
    result = ingest(tmp_path / "log" / "interactions.ndjson", catalogue)
    assert result.status == 0
    assert result.counts("interactions.ndjson") == (1, 0, 0)
    assert f"{catalogue / 'notes.ndjson'} is left out" in result.output
    assert "README" not in result.output
    total = sum(map(len, CATALOGUE.values())) + 1
    assert result.counts("all") == (total, 0, 0)


def test_rejected_rows_lie_beside_the_source_until_a_run_without_any(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle", categories=GOOD + b"\n" + BAD)
    beside = bundle / "categories.rejected.ndjson"
    for _ in range(2):  # the file of the run before is not taken for a source, and is replaced
        result = ingest(bundle)
        assert (result.status, result.counts("categories.ndjson")) == (1, (1, 0, 1))
        assert f"Rejected rows: {beside}" in result.output
        assert rejected(beside) == {
            2: {"reason": "Object missing required field `name`", "row": {"id": "a"}}
        }
    write_bundle(bundle, categories=GOOD)
    assert ingest(bundle).status == 0
    assert not beside.exists()


def test_rejects_directory_is_made_and_used(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle", categories=BAD)
    target = tmp_path / "new" / "rejects"
    result = ingest(bundle, rejects=target)
    assert result.status == 1
    assert list(rejected(target / "categories.rejected.ndjson")) == [1]
    assert [path.name for path in bundle.iterdir()] == ["categories.ndjson"]


def test_a_source_is_never_overwritten_with_its_rejected_rows(tmp_path: Path) -> None:
    source = tmp_path / "categories.rejected.ndjson"
    source.write_bytes(GOOD)
    result = ingest(source, entity="categories")
    assert result.status == 1
    assert "would be overwritten" in result.output
    assert source.read_bytes() == GOOD
    assert ingest(source, entity="categories", rejects=tmp_path / "rejects").status == 0
    assert names() == ["a"]


def test_entries_of_a_file_that_sources_share_name_theirs(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path, categories=BAD + b"\n" + GOOD)
    write_bundle(bundle, packed=True, categories=GOOD + b"\n" + BAD)
    result = ingest(bundle)
    assert result.counts("categories.ndjson") == (1, 0, 1)
    assert result.counts("categories.ndjson.gz") == (1, 0, 1)
    told = (bundle / "categories.rejected.ndjson").read_text().splitlines()
    entries = [(entry["file"], entry["line"], entry["row"]) for entry in map(json.loads, told)]
    assert entries == [
        (f"{bundle}/categories.ndjson", 1, {"id": "a"}),
        (f"{bundle}/categories.ndjson.gz", 2, {"id": "a"}),
    ]


def test_rejects_that_could_not_be_written_are_noticed_before_anything_is_loaded(
    tmp_path: Path,
) -> None:
    """Not even root can write to this directory, where the good file seems to lie."""
    source = write_bundle(tmp_path, categories=GOOD) / "categories.ndjson"
    with source.open() as opened:
        path = f"/proc/{os.getpid()}/fd/{opened.fileno()}"
        result = ingest(path, entity="categories")
        assert result.status == 1
        assert "Rejected rows cannot be written to /proc/" in result.output
        assert "--rejects DIR" in result.output
        assert names() == []
        assert ingest(path, entity="categories", rejects=tmp_path).status == 0
    assert names() == ["a"]


def test_what_cannot_be_read_is_named_and_all_else_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bundle = write_bundle(Path("bundle"), categories=GOOD)
    (bundle / "channels.ndjson").symlink_to("channels.ndjson")
    (bundle / "offers.ndjson").mkdir()
    (bundle / os.fsdecode(b"strange\xff.ndjson")).write_bytes(GOOD)
    Path("loop").symlink_to("loop")
    stranger = write_bundle(Path(os.fsdecode(b"strange\xff \x1b[31m")), categories=BAD)
    arguments = [bundle, "loop", "bundle/categories.ndjson/x", "y" * 300, stranger]
    result = finish(start_ingest(*arguments))
    assert result.status == 1
    assert names() == ["a"]
    assert "Traceback" not in result.output
    lines = result.output.splitlines()
    for line in (
        "bundle/strange\\udcff.ndjson is left out: its name is no entity's.",
        "Rejected rows: strange\\udcff \\x1b[31m/categories.rejected.ndjson",
        "CommandError: loop cannot be read: Too many levels of symbolic links.",
        "bundle/categories.ndjson/x cannot be read: Not a directory.",
        f"{'y' * 300} cannot be read: File name too long.",
        "bundle/channels.ndjson cannot be read: Too many levels of symbolic links.",
        "bundle/offers.ndjson cannot be read: Is a directory.",
    ):
        assert line in lines


@pytest.mark.parametrize("moment", ["workers start", "workers load"])
def test_interruption_ends_with_one_line(moment: str, tmp_path: Path) -> None:
    """Ctrl-C, which reaches all processes of the terminal."""
    sent = tmp_path / "sent"
    sent.write_bytes(b"x\n" * 1_000_000)
    with sent.open() as stream:
        process = start_ingest(
            "-",
            "--entity",
            "categories",
            stdin=stream,
            cwd=tmp_path,
            start_new_session=True,
        )
    # One that the workers are forked from, and two workers at least.
    wait_until(lambda: forkservers(process.pid) >= {"workers start": 1, "workers load": 3}[moment])
    if moment == "workers load":
        time.sleep(1)
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    result = finish(process)
    again = "Everything before is stored; run the same command again: what is stored is skipped."
    assert result == Ingested(130, f"CommandError: Interrupted. {again}\n")


def forkservers(session: int) -> int:
    """How many processes of a session are workers, or about to be some."""
    count = 0
    for directory in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.getsid(int(directory.name)) == session:
                count += b"forkserver" in (directory / "cmdline").read_bytes()
    return count


def test_batches_are_bounded_by_lines_too(tmp_path: Path) -> None:
    """Rejected lines of a byte each would take hundreds of times the size of their batch."""
    path = tmp_path / "lines"
    content = b"x" * 10 + b"\n" * 200_000 + b"yz\n" * 300_000 + b"\n" + b"last"
    path.write_bytes(content)
    with path.open("rb") as file:
        batches = [*Source("lines", file).batches()]
    assert max(len(batch.lines) for batch in batches) <= BATCH_LINES
    assert [batch.first for batch in batches] == [
        1 + before for before in accumulate((len(batch.lines) for batch in batches), initial=0)
    ][:-1]
    assert b"\n".join(line for batch in batches for line in batch.lines) == content


def test_rejected_rows_that_cannot_be_written_end_the_run_with_advice(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path, categories=GOOD + b"\n" + BAD)
    (bundle / "categories.rejected.ndjson").mkdir()  # not even root can write a file there
    result = ingest(bundle)
    assert result.status == 1
    assert "--rejects DIR" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing"], "missing does not exist"),
        (["empty"], "holds no event file; they are named ENTITY.ndjson"),
        (["strange.json"], "does not say what it holds; add --entity categories, channels"),
        (["-"], "- reads one entity; say which with --entity"),
    ],
)
def test_a_wrong_path_is_named_with_what_would_be_right(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "strange.json").write_bytes(GOOD)
    result = ingest(*arguments)
    assert result.status == 1
    assert message in result.output


def from_standard_input(sent: bytes, *arguments: str, directory: Path) -> Ingested:
    process = start_ingest("-", *arguments, stdin=-1, cwd=directory)
    return finish(process, sent)


@pytest.mark.parametrize("packed", [False, True])
def test_standard_input_holds_the_entity_that_is_named(*, packed: bool, tmp_path: Path) -> None:
    sent = GOOD + b"\n" + BAD
    result = from_standard_input(
        gzip.compress(sent) if packed else sent, "--entity", "categories", directory=tmp_path
    )
    assert result.status == 1, result.output
    assert result.counts("standard input") == (1, 0, 1)
    assert list(rejected(tmp_path / "categories.rejected.ndjson")) == [2]
    assert names() == ["a"]


def test_a_pipe_can_be_given_as_a_path_also_when_it_has_to_be_read_twice(tmp_path: Path) -> None:
    ingest(write_bundle(tmp_path / "catalogue", **CATALOGUE))
    for options in ([], ["--shift-to-now"]):
        reading, writing = os.pipe()
        process = start_ingest(
            f"/dev/fd/{reading}", "--entity", "runs", *options, pass_fds=[reading], cwd=tmp_path
        )
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(lines_of([{**RUN, "id": f"r{options}"}, {"id": "bad"}]))
        result = finish(process)
        assert result.status == 1, result.output
        assert result.counts(f"/dev/fd/{reading}") == (1, 0, 1)
        assert list(rejected(tmp_path / "runs.rejected.ndjson")) == [2]
    assert Run.objects.count() == 2


def test_a_damaged_file_is_loaded_as_far_as_it_can_be_read(tmp_path: Path) -> None:
    lines = [b'{"id": "%d", "attributes": {}}\n' % number for number in range(50_000)]
    whole = gzip.compress(b"".join(lines), 1)
    bundle = write_bundle(tmp_path, categories=GOOD)
    path = bundle / "customers.ndjson.gz"
    path.write_bytes(whole[: len(whole) // 2])
    result = ingest(bundle)
    assert result.status == 1
    assert f"{path} cannot be read to its end" in result.output
    loaded, _, bad = result.counts("customers.ndjson.gz")
    assert 20_000 < loaded < 30_000
    assert bad == 0  # the line that was cut is no row
    assert Customer.objects.count() == loaded
    assert names() == ["a"]
    path.write_bytes(whole)
    assert ingest(bundle).status == 0
    assert Customer.objects.count() == len(lines)


def test_statistics_for_the_planner_follow_a_load_unless_told_not_to(tmp_path: Path) -> None:
    def estimate() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'segments_customer'")
            return int(cursor.fetchone()[0])

    rows = [{"id": f"c{number}", "attributes": {}} for number in range(500)]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE segments_customer")
    assert estimate() in {0, -1}
    bundle = write_bundle(tmp_path, customers=rows)
    ingest(bundle, no_refresh=True)
    assert estimate() in {0, -1}
    ingest(bundle)
    assert estimate() == 500


def test_shift_to_now_moves_every_time_by_one_offset(tmp_path: Path) -> None:
    newest = datetime(2020, 3, 1, 12, tzinfo=UTC)

    def ago(**span: float) -> str:
        return (newest - timedelta(**span)).isoformat()

    deleted = {"id": "gone", "name": "G", "status": "archived", "deletedAt": ago(days=40)}
    budget = {"id": "b", "name": "B", "scope": "global", "allocated": 1}
    suppression = {"customerId": "anna", "policyId": "weekly", "createdAt": ago(days=2)}
    bundle = write_bundle(
        tmp_path,
        **{**CATALOGUE, "offers": [*CATALOGUE["offers"], deleted]},
        budgets=[{**budget, "periodStart": "2020-02-28", "periodEnd": "2020-03-01"}],
        suppressions=[
            {**suppression, "id": "s", "expiresAt": ago(days=-5)},
            {**suppression, "id": "forever"},
        ],
        interactions=[
            {**INTERACTION, "id": "old", "occurredAt": ago(days=400, microseconds=1)},
            {**INTERACTION, "id": "new", "occurredAt": "2020-03-01T14:00:00+02:00"},
            {**INTERACTION, "id": "wrong", "occurredAt": "2029-01-01T00:00:00"},
        ],
        runs=[{**RUN, "startedAt": ago(hours=1)}],
        model_metrics=[{**METRIC, "recordedAt": ago(hours=2)}],
        customers=[{"id": "anna", "attributes": {"joined": "2020-01-01T00:00:00Z"}}],
    )
    before = timezone.now()
    assert ingest(bundle, shift_to_now=True).counts("interactions.ndjson") == (2, 0, 1)
    now = Interaction.objects.get(event_id="new").occurred_at
    assert before <= now <= timezone.now()
    old = Interaction.objects.get(event_id="old").occurred_at
    assert now - old == timedelta(days=400, microseconds=1)
    assert now - Run.objects.get().started_at == timedelta(hours=1)
    assert now - ModelMetric.objects.get().recorded_at == timedelta(hours=2)
    assert Offer.objects.get(external_id="gone").deleted_at == now - timedelta(days=40)
    ends = dict(Suppression.objects.values_list("external_id", "expires_at"))
    assert ends == {"s": now + timedelta(days=5), "forever": None}
    assert {row.created_at for row in Suppression.objects.all()} == {now - timedelta(days=2)}
    today = now.date()
    stored = Budget.objects.get()
    assert (stored.period_start, stored.period_end) == (today - timedelta(days=2), today)
    assert Customer.objects.get().attributes == {"joined": "2020-01-01T00:00:00Z"}

    # Again: the same offset, or the metric would be another one.
    again = ingest(bundle, shift_to_now=True)
    assert again.counts("interactions.ndjson") == (0, 2, 1)
    assert again.counts("model_metrics.ndjson") == (0, 1, 0)
    assert {row.created_at for row in Suppression.objects.all()} == {now - timedelta(days=2)}


def test_dates_move_by_the_days_between_the_newest_event_and_today(
    tmp_path: Path, settings: pytest.MonkeyPatch
) -> None:
    """In the reporting time zone: 23:00 UTC is the next day in Auckland."""
    settings.REPORTING_TIME_ZONE = "Pacific/Auckland"  # type: ignore[attr-defined]
    budget = {"id": "b", "name": "B", "scope": "global", "allocated": 1}
    bundle = write_bundle(
        tmp_path,
        **CATALOGUE,
        budgets=[{**budget, "periodStart": "2020-03-02", "periodEnd": "2020-03-02"}],
        runs=[{**RUN, "startedAt": "2020-03-01T23:00:00Z"}],
    )
    assert ingest(bundle, shift_to_now=True).status == 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (started_at AT TIME ZONE 'Pacific/Auckland')::date FROM decisions_run"
        )
        (there,) = cursor.fetchone()
    assert isinstance(there, date)
    assert Budget.objects.get().period_start == there


def test_shift_without_events_says_that_nothing_moves(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path, **CATALOGUE)
    result = ingest(bundle, shift_to_now=True)
    assert result.status == 0
    assert "there is no event to count from" in result.output


def test_reasons_name_the_row_as_it_was_sent(tmp_path: Path) -> None:
    """Byte for byte, numbers too large for a double included."""
    line = b'{"id" : "a\\u00e9", "name": 1e999, "other": [1.10, 12345678901234567890123]}'
    ingest(write_bundle(tmp_path, categories=line))
    (told,) = (tmp_path / "categories.rejected.ndjson").read_bytes().splitlines()
    assert line in told
    assert json.loads(told)["line"] == 1


def test_a_database_that_is_away_is_said_to_be(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path, categories=GOOD)
    nowhere = "postgres://nobody@127.0.0.1:1/nowhere"
    result = finish(start_ingest(bundle, url=nowhere))
    assert result.status == 1
    assert "The database cannot be reached" in result.output
    assert "Traceback" not in result.output
