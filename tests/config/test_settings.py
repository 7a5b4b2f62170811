"""Settings that come from the environment."""

import json
import os
import re
import runpy
import subprocess
import sys
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured

from accounts.failures import Failures
from tests.support.ingesting import ROOT

URL = "postgres://user@host/name"
SHOW = (
    "import json; from config.settings import DATABASES as found; "
    "print(json.dumps([found[alias]['OPTIONS'] for alias in ('default', 'answers')], default=str))"
)


def options(**environment: str) -> list[dict[str, Any]]:
    """The options of the two connections."""
    found = subprocess.run(
        [sys.executable, "-c", SHOW],
        env={**os.environ, "SECRET_KEY": "x", "DATABASE_REPLICA_URL": "", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    parsed: list[dict[str, Any]] = json.loads(found.stdout)
    return parsed


def test_a_host_that_swallows_packets_is_away_after_ten_seconds_unless_the_url_says_otherwise() -> (
    None
):
    for url in (URL, ""):
        assert [found["connect_timeout"] for found in options(DATABASE_URL=url)] == [10, 10]
    own, replica = options(
        DATABASE_URL=f"{URL}?connect_timeout=3&sslmode=require",
        DATABASE_REPLICA_URL=f"{URL}?connect_timeout=4",
    )
    assert (own["connect_timeout"], own["sslmode"]) == (3, "require")
    assert replica["connect_timeout"] == 4
    assert "default_transaction_read_only=on" in replica["options"]


def test_the_throttle_remembers_more_users_than_a_default_cache_would() -> None:
    cache.clear()
    try:
        for number in range(1000):
            cache.set(f"throttle_user_{number}", [1.0])
        assert all(cache.get(f"throttle_user_{number}") for number in range(1000))
    finally:
        cache.clear()


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("CONN_MAX_AGE", "ten", "CONN_MAX_AGE is 'ten'; it must be a whole number from 0 to"),
        ("CONN_MAX_AGE", "-1", "it must be a whole number from 0 to 86,400"),
        ("ANSWER_TIMEOUT_SECONDS", "nan", "is 'nan'; it must be a number from 0.1 to 600"),
        ("ANSWER_TIMEOUT_SECONDS", "inf", "it must be a number from"),
        ("ANSWER_TIMEOUT_SECONDS", "0", "it must be a number from"),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL is 'LOUD'; use one of DEBUG, INFO, WARNING"),
        ("SERVER_THREADS", "x", "SERVER_THREADS is 'x'; it must be a whole number from 1 to"),
        ("SERVER_THREADS", "0", "it must be a whole number from 1 to"),
        ("PORT", "99999", "PORT is '99999'; it must be a whole number from 1 to 65,535"),
        ("READ_TIMEOUT_SECONDS", "", "READ_TIMEOUT_SECONDS is ''; it must be a whole number"),
        ("DATABASE_URL", "foo", "DATABASE_URL must name a database of a PostgreSQL server"),
        ("DATABASE_URL", "postgres://", "DATABASE_URL must name a database of a PostgreSQL"),
        ("DATABASE_URL", "mysql://u@h/n", "such as postgres://user:password@host:5432/name"),
        ("DATABASE_URL", "postgres://u@h:port/n", "DATABASE_URL must name a database of a"),
        ("DATABASE_REPLICA_URL", "//", "DATABASE_REPLICA_URL must name a database of a"),
        ("REPORTING_TIME_ZONE", "Mars", "REPORTING_TIME_ZONE is 'Mars', which is not a time zone"),
        ("THROTTLE_RATE", "many", "THROTTLE_RATE is 'many'; use NUMBER/PERIOD"),
        ("SIGN_IN_FAILURES", "", "SIGN_IN_FAILURES is ''; use NUMBER/PERIOD"),
        ("SIGN_IN_FAILURES", "0/min", "SIGN_IN_FAILURES is '0/min'; use NUMBER/PERIOD"),
        ("SIGN_IN_FAILURES_PER_ADDRESS", "5/min15", "or a number of them, such as 5/15min"),
        ("SIGN_IN_FAILURES_PER_NAME", "5/0min", "SIGN_IN_FAILURES_PER_NAME is '5/0min'; use"),
        ("TOKEN_FAILURES_PER_ADDRESS", "5/m", "TOKEN_FAILURES_PER_ADDRESS is '5/m'; use NUMBER"),
        ("TRUSTED_PROXIES", "one", "TRUSTED_PROXIES is 'one'; it must be a whole number from 0"),
        ("TRUSTED_PROXIES", "-1", "it must be a whole number from 0 to 9"),
    ],
)
def test_bad_value_is_named_with_what_would_be_right(
    variable: str, value: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ImproperlyConfigured, match=re.escape(told)):
        runpy.run_path(str(ROOT / "config" / "settings.py"))


def test_hosts_beside_this_one_are_promised_nothing_unasked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS", "1")
    promised = runpy.run_path(str(ROOT / "config" / "settings.py"))
    assert promised["SECURE_HSTS_SECONDS"] > 0
    assert not promised["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    assert not promised["SECURE_HSTS_PRELOAD"]


@pytest.mark.parametrize("start", [["manage.py", "refresh_summaries"], ["-m", "config.server"]])
def test_bad_value_ends_a_process_with_one_line(start: list[str]) -> None:
    ended = subprocess.run(
        [sys.executable, *start],
        env={**os.environ, "ANSWER_TIMEOUT_SECONDS": "soon"},
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    (line,) = ended.stderr.splitlines()
    assert "ANSWER_TIMEOUT_SECONDS is 'soon'" in line


@pytest.mark.parametrize(
    ("rate", "expected"),
    [("5/15min", (5, 900)), ("1/sec", (1, 1)), ("20/2hour", (20, 7200)), ("100/day", (100, 86400))],
)
def test_rates_of_failures_mean_what_they_say(rate: str, expected: tuple[int, int]) -> None:
    assert Failures("sign_in").parse_rate(rate) == expected
