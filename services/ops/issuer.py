"""The local OIDC issuer, for this machine alone: `python -m services.ops.issuer`.

It serves its discovery document and its public key; `casefold token` signs with the private one.
"""

import json
import signal
import sys
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from services.ops.issuer_key import ALGORITHM, issuer_url, make_key, public_jwk
from services.ops.trouble import Trouble
from shared.runtime.ready import announce_ready
from shared.runtime.settings import Settings

_LOOPBACK = "127.0.0.1"


def documents(settings: Settings) -> Mapping[str, bytes]:
    """What is served, by path. Makes the key where there is none."""
    issuer = issuer_url(settings)
    discovery = {
        "issuer": issuer,
        "jwks_uri": f"{issuer}/jwks",
        "response_types_supported": [],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
    }
    keys = {"keys": [public_jwk(make_key(settings))]}
    return {
        "/.well-known/openid-configuration": json.dumps(discovery).encode(),
        "/jwks": json.dumps(keys).encode(),
    }


class IssuerServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, settings: Settings) -> None:
        self.documents = documents(settings)
        super().__init__((_LOOPBACK, settings.local_issuer_port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: IssuerServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.server.documents.get(self.path)
        if body is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> int:
    settings = Settings()
    try:
        server = IssuerServer(settings)
    except (Trouble, OSError) as trouble:
        sys.stderr.write(f"error: {trouble}\n")
        return 1
    for number in (signal.SIGTERM, signal.SIGINT):
        # from another thread, since `shutdown` waits for the loop that this one runs
        signal.signal(number, lambda _number, _frame: Thread(target=server.shutdown).start())
    announce_ready()
    with server:
        server.serve_forever(poll_interval=0.1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
