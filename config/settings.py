"""Settings, all of them from the environment (the README lists them)."""

import math
import re
import warnings
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from psycopg import IsolationLevel

from config import __version__

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def _number(read: Any, variable: str, *, default: float, least: float, most: float) -> Any:
    """Read a number from `variable`. Raises ImproperlyConfigured beyond the limits."""
    try:
        number = read(variable, default=default)
    except ValueError:
        number = math.nan
    if not least <= number <= most:
        kind = "whole number" if read == env.int else "number"
        raise ImproperlyConfigured(
            f"{variable} is {env.str(variable)!r}; it must be a {kind} from {least:,} to {most:,}."
        )
    return number


# ---------------------------------------------------------------- safety

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="not-secret-because-debugging" if DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Set it to a long random string that stays the same between "
        "starts (it signs the sessions), or set DEBUG=1 on a developer's machine."
    )
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Behind TLS: cookies only over HTTPS, plain requests redirected, browsers told to stay there.
HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
# A promise for other servers too, and one that browsers are slow to forget: only if asked for.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # which ask for it
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "style-src": [SELF, "'unsafe-inline'"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"

# ---------------------------------------------------------------- time

REPORTING_TIME_ZONE = env.str("REPORTING_TIME_ZONE", default="UTC")
try:
    ZoneInfo(REPORTING_TIME_ZONE)
except (ZoneInfoNotFoundError, ValueError, OSError) as error:
    raise ImproperlyConfigured(
        f"REPORTING_TIME_ZONE is {REPORTING_TIME_ZONE!r}, which is not a time zone. "
        "Use a name of the IANA database, such as UTC or Europe/Berlin."
    ) from error
USE_TZ = True
TIME_ZONE = REPORTING_TIME_ZONE
LANGUAGE_CODE = "en"

# ---------------------------------------------------------------- database

DATA_DIR = env.path("DATA_DIR", default=str(BASE_DIR / ".data"))


def _database(variable: str) -> dict[str, Any]:
    """The connection that `variable` names."""
    try:
        with warnings.catch_warnings(action="ignore"):  # the error below says it better
            url = env.db_url(variable)
    except (ValueError, KeyError, ImproperlyConfigured):
        url = {}
    if not url.get("ENGINE", "").endswith("postgresql") or not url.get("NAME"):
        raise ImproperlyConfigured(
            f"{variable} must name a database of a PostgreSQL server (15 or newer), "
            "such as postgres://user:password@host:5432/name."
        )
    # An option in the URL wins.
    return {**url, **_CONNECTION, "OPTIONS": {**_CONNECTION["OPTIONS"], **url.get("OPTIONS", {})}}


_CONNECTION: dict[str, Any] = {
    "ENGINE": "config.database",
    # The session's time zone is the reporting time zone, so that a cast to date is the day.
    "TIME_ZONE": REPORTING_TIME_ZONE,
    "CONN_MAX_AGE": _number(env.int, "CONN_MAX_AGE", default=600, least=0, most=86_400),
    "CONN_HEALTH_CHECKS": True,
    # A host that swallows packets is away after this many seconds, not after minutes; one that
    # vanishes in the middle of a command's query, after two minutes and not after hours.
    "OPTIONS": {
        "connect_timeout": 10,
        "keepalives_idle": 60,
        "keepalives_interval": 15,
        "keepalives_count": 4,
    },
}
DATABASES: dict[str, dict[str, Any]] = {
    "default": _database("DATABASE_URL")
    if env.str("DATABASE_URL", default="")
    else {**_CONNECTION, "NAME": "dashboard", "EMBEDDED_DATA_DIR": Path(DATA_DIR)}
}
# What a request may wait for the database, on whatever connection (config/database/deadline.py).
ANSWER_TIMEOUT_SECONDS = _number(
    env.float, "ANSWER_TIMEOUT_SECONDS", default=10.0, least=0.1, most=600
)
# Answers have connections of their own, which cannot write, read one snapshot a transaction and
# give up after a while. They may lead to a streaming replica.
_ANSWERS = (
    _database("DATABASE_REPLICA_URL")
    if env.str("DATABASE_REPLICA_URL", default="")
    else DATABASES["default"]
)
DATABASES["answers"] = {
    **_ANSWERS,
    "OPTIONS": {
        **_ANSWERS.get("OPTIONS", {}),
        "isolation_level": IsolationLevel.REPEATABLE_READ,
        # Answers take milliseconds: compiling a query or starting workers would cost more.
        "options": "-c default_transaction_read_only=on -c jit=off "
        "-c max_parallel_workers_per_gather=0 "
        f"-c statement_timeout={round(ANSWER_TIMEOUT_SECONDS * 1000)}",
    },
    "TEST": {"MIRROR": "default"},
}
DATABASE_ROUTERS = ["dashboard.snapshot.SnapshotRouter"]
# Catalogues are small and their keys stand in every log row: four bytes each, not eight.
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"

# ---------------------------------------------------------------- applications

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "knox",
    "csp",
    "django_prometheus",
    "django_structlog",
    "config",
    "accounts",
    "offers",
    "decisions",
    "segments",
    "summaries",
    "ingestion",
    "dashboard",
    "fixtures",
]
MIDDLEWARE = [
    "config.health.middleware",
    "config.database.deadline.middleware",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.csp.AdminAwareCSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
    # Last, so that the others see a response, not an exception.
    "accounts.refusals.SignInRefusedMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"  # of `runserver`; make serve runs config.asgi
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "config.static.StaticFilesStorage"
    },
}
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "dashboard"

# ---------------------------------------------------------------- signing in

AUTHENTICATION_BACKENDS = ["accounts.backend.PasswordBackend"]
PASSWORD_HASHERS = [
    "accounts.passwords.Argon2Hasher",
    # Hashes of older versions, which signing in renews.
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    *(
        {"NAME": f"django.contrib.auth.password_validation.{name}"}
        for name in (
            "UserAttributeSimilarityValidator",
            "MinimumLengthValidator",
            "CommonPasswordValidator",
            "NumericPasswordValidator",
        )
    ),
    {"NAME": "accounts.passwords.RevokesTokens"},
]


def _failures(variable: str, default: str) -> str:
    """The rate of failures that `variable` allows."""
    rate: str = env.str(variable, default=default)
    if not re.fullmatch(r"[1-9][0-9]{0,8}/([1-9][0-9]{0,3})?(sec|min|hour|day)", rate):
        raise ImproperlyConfigured(
            f"{variable} is {rate!r}; use NUMBER/PERIOD with a period of sec, min, hour or day or "
            "a number of them, such as 5/15min."
        )
    return rate


# How many wrong passwords and tokens are taken. Right ones and refused ones do not count; after a
# right password its pair of name and address starts again.
FAILURE_RATES = {
    # One name from one address: enough to find a typo. Strangers elsewhere do not lock out the
    # owner of the name.
    "sign_in": _failures("SIGN_IN_FAILURES", "5/15min"),
    # One address, whatever the names: more than an office behind one address mistypes. A success
    # does not reset it, or an account of one's own would let one try all others.
    "sign_in_client": _failures("SIGN_IN_FAILURES_PER_ADDRESS", "50/15min"),
    # One name, whatever the addresses, against attackers who have many. This can lock out the
    # owner, but takes ten addresses, and thirty to last for longer than the few minutes.
    "sign_in_name": _failures("SIGN_IN_FAILURES_PER_NAME", "50/5min"),
    # Tokens are too long to be guessed; this ends futile tries. A right token is let in always.
    "token": _failures("TOKEN_FAILURES_PER_ADDRESS", "50/15min"),
}

# Where the counts above and the log take the client's address from: what the outermost trusted
# proxy wrote into X-Forwarded-For. Entries to the left of that may be forged.
_PROXIES = _number(env.int, "TRUSTED_PROXIES", default=1 if HTTPS else 0, least=0, most=9)
IPWARE_META_PRECEDENCE_ORDER = ("HTTP_X_FORWARDED_FOR",) if _PROXIES else ("REMOTE_ADDR",)
IPWARE_META_PROXY_COUNT = max(0, _PROXIES - 1)
IPWARE_STRICT = False

# ---------------------------------------------------------------- the server

BIND_ADDRESS = env.str("BIND_ADDRESS", default="127.0.0.1")
PORT = _number(env.int, "PORT", default=8000, least=1, most=65_535)
SERVER_THREADS = _number(env.int, "SERVER_THREADS", default=8, least=1, most=1_000)
READ_TIMEOUT_SECONDS = _number(env.int, "READ_TIMEOUT_SECONDS", default=30, least=1, most=60)
MAX_BODY_BYTES = _number(env.int, "MAX_BODY_BYTES", default=10 * 2**20, least=2**16, most=2**30)

# ---------------------------------------------------------------- the endpoint

THROTTLE_RATE = env.str("THROTTLE_RATE", default="600/min")
if not re.fullmatch(r"[1-9][0-9]*/(s|sec|second|m|min|minute|h|hour|d|day)", THROTTLE_RATE):
    raise ImproperlyConfigured(
        f"THROTTLE_RATE is {THROTTLE_RATE!r}; use NUMBER/PERIOD with a period of "
        "sec, min, hour or day, such as 600/min."
    )
# The throttle counts here, in each server process. Its default of 300 entries would forget users
# who are many, and with them what they have used up.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.BearerTokenAuthentication",
        "accounts.authentication.SafeSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.permissions.IsViewer"],
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": THROTTLE_RATE, **FAILURE_RATES},
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "dashboard.errors.AnswerExceptionHandler",
    "EXCEPTION_FORMATTER_CLASS": "dashboard.errors.ContractFormatter",
    # No error shows a traceback, nor does it while debugging: that is in the log.
    "ENABLE_IN_DEBUG_FOR_UNHANDLED_EXCEPTIONS": True,
}
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer", "TOKEN_TTL": None}
SPECTACULAR_SETTINGS = {
    "TITLE": "Decision dashboard",
    "VERSION": __version__,
    "DESCRIPTION": "What a next-best-action engine does, exactly and now: which offers are shown, "
    "accepted and left out, what they earn, and how healthy the scoring is.",
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": ["dashboard.schema.answers.add_answers"],
    "SORT_OPERATION_PARAMETERS": False,
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Without this, the page asks a service on the internet whether the schema is valid.
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
}

# ---------------------------------------------------------------- logs

# To know the user it would ask the database, in a middleware: where the endpoint cannot answer
# for a database that is away.
DJANGO_STRUCTLOG_USER_ID_FIELD = None
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
if LOG_LEVEL not in _LEVELS:
    raise ImproperlyConfigured(f"LOG_LEVEL is {LOG_LEVEL!r}; use one of {', '.join(_LEVELS)}.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.dev.ConsoleRenderer(colors=False)
            if DEBUG
            else structlog.processors.JSONRenderer(),
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.processors.TimeStamper(fmt="iso"),
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
                structlog.processors.format_exc_info,
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # Django's own handlers would print each line twice, or mail it.
    "loggers": {"django": {"handlers": [], "level": LOG_LEVEL, "propagate": True}},
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)

UNFOLD = {
    "SITE_TITLE": "Decision dashboard",
    "SITE_HEADER": "Decision dashboard",
    "SIDEBAR": {"show_search": True, "navigation": "dashboard.navigation.navigation"},
}
