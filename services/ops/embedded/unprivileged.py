"""PostgreSQL refuses to run as root: where this process is root, a user of its own runs it."""

import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

from services.ops.embedded.server import ServerFailed

_USER = "pgserver"
"""The name that the package itself takes."""
_READ = stat.S_IROTH
_PASS = stat.S_IXOTH


def unprivileged_user() -> str | None:
    """None where this process is not root, and can run the server itself. Makes the user where it is missing."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(_USER)
    except KeyError:
        useradd = shutil.which("useradd")
        if useradd is None:
            raise ServerFailed(
                "PostgreSQL does not run as root, and this machine has no `useradd` to make a user for it: "
                "run this as an ordinary user, or set DATABASE_URL to a server that is already there"
            ) from None
        subprocess.run([useradd, "--system", "--no-create-home", _USER], check=True)  # noqa: S603 # found above
    return _USER


def give(folder: Path, user: str, *, programs: Path) -> None:
    """Let the user own the folder, reach it, and run the programs."""
    entry = pwd.getpwnam(user)
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    for path in (programs, *programs.rglob("*")):
        _allow(path, _READ | (_PASS if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0))
    for place in (folder, programs):
        for parent in place.resolve().parents:
            _allow(parent, _PASS)  # may pass through, not look around


def _allow(path: Path, bits: int) -> None:
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(mode | bits)
