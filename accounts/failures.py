"""Counts wrong passwords and tokens, as the framework's throttle counts requests.

django-axes has been looked at. It knows one limit for all combinations of name and address, so
either a stranger locks out whoever they name, or a botnet is free; any success clears an address;
it cannot say how long to wait; and it counts after hashing, which is what must not happen.
"""

from hashlib import blake2b
from threading import Lock

from rest_framework.throttling import SimpleRateThrottle

# A count is read, changed and written: one step among the threads of this process.
_counting = Lock()


class Failures(SimpleRateThrottle):
    """Counts the failures of one identity, such as a user name at an address, against a rate.

    Unlike the throttle of requests it counts failures alone. They are kept in the same cache: by
    default each server process counts for itself, and forgets everything when it ends.
    """

    def __init__(self, scope: str, *identity: str) -> None:
        """`scope` is a key of FAILURE_RATES."""
        self.scope = scope
        # A digest: names may be long, and "1" at 1.2.3.4 must not count for 11.2.3.4.
        digest = blake2b(repr(identity).encode(), digest_size=16).hexdigest()
        self._key = f"failures_{scope}_{digest}"
        super().__init__()

    def wait(self) -> float:
        """Return the seconds until another failure is allowed, 0 if it is allowed now."""
        if self.allow_request(None, None):  # type: ignore[arg-type]  # the key depends on neither
            return 0.0
        return super().wait() or 0.0

    def count(self) -> float:
        """Count a failure if the rate allows it. Returns what `wait` said before."""
        with _counting:
            seconds = self.wait()
            if not seconds:
                super().throttle_success()
            return seconds

    def forget(self) -> None:
        """Start again from zero."""
        with _counting:
            self.cache.delete(self._key)

    def get_cache_key(self, *_: object) -> str:
        """The key of the count."""
        return self._key

    def parse_rate(self, rate: str | None) -> tuple[int | None, int | None]:
        """Number and seconds. Several periods are allowed too: `5/15min`."""
        number, _, period = (rate or "").partition("/")
        unit = period.lstrip("0123456789")
        most, seconds = super().parse_rate(f"{number}/{unit}")
        return most, (seconds or 0) * int(period.removesuffix(unit) or 1)

    def throttle_success(self) -> bool:
        """Looking does not count."""
        return True
