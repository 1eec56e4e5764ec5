"""The demo directory, as it ships, and how an empty suite begins with it."""

from importlib.resources import files

from services.ops.client import ApiClient
from services.ops.directory.applying import change_to
from services.ops.directory.file import parse
from services.ops.directory.remote import read_remote

_NAME = "demo.yaml"


def demo_text() -> str:
    return files(__package__).joinpath(_NAME).read_text(encoding="utf-8")


def begin_with_demo(api: ApiClient) -> int | None:
    """How many records were saved; None where the directory has some already, and is left as it is."""
    remote = read_remote(api)
    if remote.bodies:
        return None
    change = change_to(parse(demo_text(), _NAME), {}, _NAME, prune=False)
    for step in change.steps():
        remote.take(step)
    return change.added
