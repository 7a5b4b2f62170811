"""Settings that come from the environment."""

import json
import os
import subprocess
import sys
from typing import Any

from django.core.cache import cache

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
