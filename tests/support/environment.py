"""Environment of the test run, set before Django reads its settings (a pytest plugin)."""

import os

os.environ.setdefault("SECRET_KEY", "only-for-the-tests")
os.environ.setdefault("THROTTLE_RATE", "1000000/min")
# All tests come from one address, and fail to sign in more often than anybody should.
os.environ.setdefault("SIGN_IN_FAILURES_PER_ADDRESS", "1000000/min")
os.environ.setdefault("TOKEN_FAILURES_PER_ADDRESS", "1000000/min")
