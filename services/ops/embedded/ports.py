"""TCP ports of this machine's loopback address."""

import socket

from services.ops.trouble import Trouble

LOOPBACK = "127.0.0.1"


class PortTaken(Trouble):
    """A port that a part of the stack needs is in use."""


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def check_free(port: int, wanted_by: str, setting: str) -> None:
    with socket.socket() as probe:
        # as the servers do: a connection that lingers after its server's end does not count
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError:
            raise PortTaken(
                f"port {port} is taken, and {wanted_by} wants it: "
                f"stop what uses it, or set {setting} to a free port"
            ) from None


def accepts(host: str, port: int, patience_s: float = 0.5) -> bool:
    """Whether somebody listens there."""
    try:
        with socket.create_connection((host, port), timeout=patience_s):
            return True
    except OSError:
        return False
