"""The jars of Kafka: which they are, with their digests, stands in `kafka_jars.json`; `jgo` fetches them.

They are kept in the user's Maven repository folder, where a second start finds them without any network.
"""

import contextlib
import fcntl
import hashlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from services.ops.trouble import Trouble

if TYPE_CHECKING:
    from jgo.maven import MavenContext

_PARALLEL = 8


class ClassPathMissing(Trouble):
    """A jar is not on this machine and could not be fetched, or is not the one that was locked."""


def class_path(progress: Callable[[int, int], None] = lambda _done, _missing: None) -> list[Path]:
    """Every jar, in the order of the lock file. `progress`: so many are fetched of so many that were missing."""
    locked: dict[str, str] = json.loads(files(__package__).joinpath("kafka_jars.json").read_text())
    context = maven()
    context.repo_cache.mkdir(parents=True, exist_ok=True)
    with _alone(context.repo_cache / ".casefold-lock"), ThreadPoolExecutor(_PARALLEL) as fetchers:
        found = {name: _path(context, name) for name in locked}
        missing = [name for name, path in found.items() if not path.exists() or digest_of(path) != locked[name]]
        fetched = {fetchers.submit(_fetch, context, name, found[name], locked[name]) for name in missing}
        try:
            for count, done in enumerate(as_completed(fetched), start=1):
                done.result()
                progress(count, len(missing))
        finally:
            fetchers.shutdown(cancel_futures=True)
    return list(found.values())


def maven() -> "MavenContext":
    """As the user has configured jgo: another repository folder, a mirror."""
    from jgo.config import GlobalSettings
    from jgo.maven import MavenContext

    configured = GlobalSettings.load()
    context = MavenContext(repo_cache=configured.repo_cache)
    context.remote_repos = {**configured.repositories, **context.remote_repos}
    return context


def digest_of(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _path(context: "MavenContext", coordinate: str) -> Path:
    """Where jgo keeps it."""
    artifact = context.create_dependency(coordinate).artifact
    return context.repo_cache / artifact.component.path_prefix / artifact.filename


def _fetch(context: "MavenContext", coordinate: str, path: Path, digest: str) -> None:
    path.unlink(missing_ok=True)  # cut short by an earlier end, or tampered with
    try:
        context.create_dependency(coordinate).artifact.resolve()
    except (OSError, RuntimeError) as failure:
        path.unlink(missing_ok=True)
        raise ClassPathMissing(
            f"Kafka needs the jar {coordinate}, which is not in {context.repo_cache} and could not be fetched "
            f"({type(failure).__name__}): check that this machine reaches its Maven repository, or set "
            "KAFKA_BOOTSTRAP_SERVERS to a Kafka that is already there"
        ) from failure
    if digest_of(path) != digest:
        path.unlink()
        raise ClassPathMissing(
            f"the jar {coordinate} that was fetched is not the one that is locked: it was removed"
        )


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time fetches, another waits and then finds everything there."""
    with path.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
