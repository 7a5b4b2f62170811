"""Where the benchmark runs: on the product's own PostgreSQL, in a directory for each size.

Import this before anything of Django's.
"""

import json
import os
import secrets
from pathlib import Path
from typing import Any

import django

SIZES = {"2m": 2_000_000, "20m": 20_000_000, "200m": 200_000_000}
RESULTS = Path(__file__).parent / "results"
_KEPT = RESULTS / "results.json"


def kept() -> dict[str, Any]:
    """What has been measured: of "ingestion", and of "sizes" by their names."""
    found: dict[str, Any] = {"ingestion": {}, "sizes": {}}
    return found | json.loads(_KEPT.read_text()) if _KEPT.exists() else found


def keep(results: dict[str, Any]) -> None:
    """Write down what has been measured."""
    RESULTS.mkdir(exist_ok=True)
    _KEPT.write_text(json.dumps(results, indent=1) + "\n")


def set_up(directory: Path) -> None:
    """Use the database in the directory, from here and in every process that is started."""
    os.environ.pop("DATABASE_URL", None)
    os.environ.pop("DATABASE_REPLICA_URL", None)
    os.environ |= {
        "DATA_DIR": str(directory),
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DEBUG": "0",
        "HTTPS": "0",
        "LOG_LEVEL": "WARNING",
        # As often as we like: the throttle counts all the same.
        "THROTTLE_RATE": "1000000/sec",
        # The raw queries of the comparison take longer than an answer may.
        "REPORTING_TIME_ZONE": "UTC",
    }
    django.setup()
