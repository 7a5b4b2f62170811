"""Environment of the test run, set before Django reads its settings (a pytest plugin)."""

import os

os.environ.setdefault("SECRET_KEY", "only-for-the-tests")
os.environ.setdefault("THROTTLE_RATE", "1000000/min")
