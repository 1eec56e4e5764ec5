"""Personal values: the one form in which names, addresses, subjects, bodies, notes and comments are written.

A personal value is a JSON object whose `alg` says how to read it. `none` is the text itself; `A256GCM` is
reserved for values sealed under a key of their person. The form is storage format: a new way of sealing is a
new `alg`, and old values stay readable.
"""

from dataclasses import dataclass
from typing import Annotated, Literal, Protocol
from uuid import UUID

from pydantic import Discriminator


@dataclass(frozen=True, slots=True)
class Plain:
    value: str
    alg: Literal["none"] = "none"


@dataclass(frozen=True, slots=True)
class Sealed:
    """AES-256-GCM: `nonce` and `ciphertext` are base64url without padding."""

    key_id: UUID
    nonce: str
    ciphertext: str
    alg: Literal["A256GCM"] = "A256GCM"


Personal = Annotated[Plain | Sealed, Discriminator("alg")]


class Unreadable(Exception):
    """The value is sealed and this codec holds no key for it."""


class PersonalCodec(Protocol):
    """Seals where a value enters (API, gateway, importer) and opens where a person may read it."""

    def seal(self, text: str, *, person: str, place: str) -> Plain | Sealed:
        """`person` is the requester whose value it is; `place` is `<ticket id>/<field>`."""

    def open(self, value: Plain | Sealed, *, place: str) -> str:
        """Raise `Unreadable` where the key is gone."""


class IdentityCodec:
    """Writes the text as it is."""

    def seal(self, text: str, *, person: str, place: str) -> Plain | Sealed:  # noqa: ARG002 - the protocol's signature
        return Plain(text)

    def open(self, value: Plain | Sealed, *, place: str) -> str:
        if isinstance(value, Plain):
            return value.value
        raise Unreadable(f"the value at {place} is sealed under key {value.key_id}, which is not at hand")
