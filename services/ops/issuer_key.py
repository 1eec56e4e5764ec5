"""The local issuer's signing key: made at first use, kept below `Settings.home`, readable by its owner only."""

import base64
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import RSAAlgorithm

from services.ops.trouble import Trouble
from shared.runtime.settings import Settings

ALGORITHM = "RS256"
"""Verified at every new token: 58 µs where ES256 takes 101 µs."""
_BITS = 2048


class OidcConfigured(Trouble):
    """Tokens come from the configured issuer; the local one must not exist beside it."""


class NoKey(Trouble):
    """The local issuer has not made its key yet."""


def issuer_url(settings: Settings) -> str:
    if settings.oidc_issuer is not None:
        raise OidcConfigured(
            f"tokens come from {settings.oidc_issuer}: the local issuer is off where CASEFOLD_OIDC_ISSUER is set"
        )
    return f"http://127.0.0.1:{settings.local_issuer_port}"


def make_key(settings: Settings) -> RSAPrivateKey:
    """The key that is there, else a new one; of several that make one at once, the first one's holds."""
    path = _path(settings)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        pem = generate_private_key(65537, _BITS).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        mine = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(pem)
        try:
            os.link(mine, path)
        except FileExistsError:
            pass
        finally:
            mine.unlink()
    return read_key(settings)


def read_key(settings: Settings) -> RSAPrivateKey:
    path = _path(settings)
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        raise NoKey(
            f"the local issuer has no key at {path}: run `casefold up` first, or set CASEFOLD_HOME"
        ) from None
    except ValueError as failure:
        raise NoKey(f"the local issuer's key at {path} cannot be read ({failure}): remove it") from failure
    if not isinstance(key, RSAPrivateKey):
        raise NoKey(f"the local issuer's key at {path} is not an RSA key: remove it")
    return key


def public_jwk(key: RSAPrivateKey) -> dict[str, Any]:
    """RFC 7517, named by its RFC 7638 thumbprint."""
    jwk = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    named = json.dumps({name: jwk[name] for name in ("e", "kty", "n")}, separators=(",", ":"), sort_keys=True)
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(named.encode()).digest()).rstrip(b"=").decode()
    return {"kty": jwk["kty"], "n": jwk["n"], "e": jwk["e"], "kid": thumbprint, "alg": ALGORITHM, "use": "sig"}


def _path(settings: Settings) -> Path:
    return settings.home / "issuer" / "key.pem"
