"""An OIDC issuer of a test's own: its keys can be changed, and it can fall silent."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

AUDIENCE = "casefold"


class Issuer:
    """`keys` are those that it publishes, by `kid`; `fetches` counts how often they were asked for."""

    def __init__(self) -> None:
        self.keys: dict[str, RSAPrivateKey] = {"one": new_key()}
        self.answers = True
        self.fetches = 0
        self.url = ""

    def document(self, path: str) -> Mapping[str, Any] | None:
        if not self.answers:
            return None
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.url, "jwks_uri": f"{self.url}/jwks"}
        self.fetches += 1
        return {
            "keys": [
                {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig", "alg": "RS256"}
                for kid, key in self.keys.items()
            ]
        }

    def claims(self, **other: object) -> dict[str, object]:
        now = int(time.time())
        said = {"iss": self.url, "aud": AUDIENCE, "sub": "ada", "role": "agent", "iat": now, "exp": now + 600}
        return {name: value for name, value in {**said, **other}.items() if value is not None}

    def token(self, kid: str = "one", key: RSAPrivateKey | None = None, **other: object) -> str:
        return jwt.encode(self.claims(**other), key or self.keys[kid], "RS256", headers={"kid": kid})


def new_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


@contextmanager
def issuing() -> Iterator[Issuer]:
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            document = issuer.document(self.path)
            body = json.dumps(document).encode()
            self.send_response(503 if document is None else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
