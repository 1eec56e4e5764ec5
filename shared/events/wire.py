"""CloudEvents 1.0 in Kafka binary mode: the envelope in `ce_` headers, the data as the JSON value.

Source: CloudEvents, Kafka Protocol Binding 1.0.2, section 3.2; attribute names are lower-case letters and
digits, so `conversation_version` is `ce_conversationversion`. The trace is W3C `traceparent`, unprefixed.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from shared.events.catalogue import Catalogue, Undecodable
from shared.events.envelope import NOTHING_EXPECTED, Actor, ActorKind, Command, Event, Expected, Origin

DataT = TypeVar("DataT")

Headers = list[tuple[str, bytes]]
RawHeaders = Iterable[tuple[str, bytes | str | None]] | None

_ACTOR_KINDS = {kind.value: kind for kind in ActorKind}
_ORIGINS = {origin.value: origin for origin in Origin}
"""Looked up in a third of the time that the enumeration takes, which is asked for what is not here."""

_SPECVERSION = ("ce_specversion", b"1.0")
_CONTENT_TYPE = ("content-type", b"application/json")


def event_headers(event: Event[DataT], type_name: str, source: bytes) -> Headers:
    """`source` names the writer, for example `/casefold/intake-processor`."""
    recorded_at = event.recorded_at.isoformat().encode()
    now = event.occurred_at is event.recorded_at
    headers: Headers = [
        _SPECVERSION,
        _CONTENT_TYPE,
        ("ce_id", str(event.id).encode()),
        ("ce_source", source),
        ("ce_type", type_name.encode()),
        ("ce_time", recorded_at if now else event.occurred_at.isoformat().encode()),
        ("ce_subject", event.subject.encode()),
        ("ce_version", str(event.version).encode()),
        ("ce_conversationversion", str(event.conversation_version).encode()),
        ("ce_recordedat", recorded_at),
        ("ce_actorkind", event.actor.kind.encode()),
        ("ce_actorid", event.actor.id.encode()),
        ("ce_commandid", str(event.command_id).encode()),
        ("ce_correlationid", str(event.correlation_id).encode()),
        ("ce_origin", event.origin.encode()),
    ]
    if event.cause_id is not None:
        headers.append(("ce_causeid", str(event.cause_id).encode()))
    if event.implied:
        headers.append(("ce_implied", b"true"))
    if event.trace is not None:
        headers.append(("traceparent", event.trace.encode()))
    return headers


def decode_event(catalogue: Catalogue[DataT], headers: RawHeaders, value: bytes | None) -> Event[DataT]:
    """Raise `Undecodable`, naming the header or field at fault."""
    found = read_headers(headers)
    try:
        return Event(
            id=UUID(found["ce_id"]),
            subject=found["ce_subject"],
            version=int(found["ce_version"]),
            conversation_version=int(found["ce_conversationversion"]),
            occurred_at=_moment(found["ce_time"]),
            recorded_at=_moment(found["ce_recordedat"]),
            actor=Actor(_actor_kind(found["ce_actorkind"]), found["ce_actorid"]),
            command_id=UUID(found["ce_commandid"]),
            correlation_id=UUID(found["ce_correlationid"]),
            data=catalogue.decode(found["ce_type"], value or b""),
            cause_id=_uuid(found.get("ce_causeid")),
            origin=_origin(found["ce_origin"]),
            implied=found.get("ce_implied") == "true",
            trace=found.get("traceparent"),
        )
    except (KeyError, ValueError) as fault:
        raise _undecodable(fault, found) from fault


def command_headers(command: Command[DataT], type_name: str, source: bytes) -> Headers:
    headers: Headers = [
        _SPECVERSION,
        _CONTENT_TYPE,
        ("ce_id", str(command.id).encode()),
        ("ce_source", source),
        ("ce_type", type_name.encode()),
        ("ce_time", (command.occurred_at or command.now).isoformat().encode()),
        ("ce_subject", command.subject.encode()),
        ("ce_actorkind", command.actor.kind.encode()),
        ("ce_actorid", command.actor.id.encode()),
        ("ce_correlationid", str(command.correlation_id).encode()),
        ("ce_origin", command.origin.encode()),
    ]
    if command.occurred_at is not None:
        headers.append(("ce_occurredat", command.occurred_at.isoformat().encode()))
    if command.cause_id is not None:
        headers.append(("ce_causeid", str(command.cause_id).encode()))
    if command.expected is not NOTHING_EXPECTED:
        wanted = command.expected
        for name, number in (
            ("ce_expectedversion", wanted.version),
            ("ce_expectedconversation", wanted.conversation_version),
            ("ce_ifmatch", wanted.if_match),
        ):
            if number is not None:
                headers.append((name, str(number).encode()))
    if command.reply_to is not None:
        headers.append(("ce_replyto", str(command.reply_to).encode()))
    if command.fingerprint is not None:
        headers.append(("ce_fingerprint", command.fingerprint.encode()))
    if command.trace is not None:
        headers.append(("traceparent", command.trace.encode()))
    return headers


def decode_command(
    catalogue: Catalogue[DataT], found: Mapping[str, str], value: bytes | None, now: datetime
) -> Command[DataT]:
    """`found` is what `read_headers` gave. Raise `Undecodable`, naming the header or field at fault."""
    try:
        occurred_at = found.get("ce_occurredat")
        return Command(
            id=UUID(found["ce_id"]),
            subject=found["ce_subject"],
            actor=Actor(_actor_kind(found["ce_actorkind"]), found["ce_actorid"]),
            now=now,
            correlation_id=UUID(found["ce_correlationid"]),
            data=catalogue.decode(found["ce_type"], value or b""),
            occurred_at=None if occurred_at is None else _moment(occurred_at),
            cause_id=_uuid(found.get("ce_causeid")),
            origin=_origin(found["ce_origin"]),
            expected=_expected(found),
            reply_to=_int(found.get("ce_replyto")),
            fingerprint=found.get("ce_fingerprint"),
            trace=found.get("traceparent"),
        )
    except (KeyError, ValueError) as fault:
        raise _undecodable(fault, found) from fault


def read_headers(headers: RawHeaders) -> dict[str, str]:
    """Text of each header; of a repeated one the last. Raise `Undecodable`, naming it, where one is not UTF-8."""
    name = ""
    found: dict[str, str] = {}
    try:
        for name, raw in headers or ():
            found[name] = raw.decode() if isinstance(raw, bytes) else (raw or "")
    except UnicodeDecodeError as fault:
        raise Undecodable(f"the header {name!r} is not UTF-8 text") from fault
    return found


def _expected(found: Mapping[str, str]) -> Expected:
    version = _int(found.get("ce_expectedversion"))
    conversation_version = _int(found.get("ce_expectedconversation"))
    if_match = _int(found.get("ce_ifmatch"))
    if version is None and conversation_version is None and if_match is None:
        return NOTHING_EXPECTED
    return Expected(version, conversation_version, if_match)


def _actor_kind(text: str) -> ActorKind:
    return _ACTOR_KINDS.get(text) or ActorKind(text)


def _origin(text: str) -> Origin:
    return _ORIGINS.get(text) or Origin(text)


def _uuid(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)


def _int(text: str | None) -> int | None:
    return None if text is None else int(text)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without an offset")
    return moment


_READERS: Mapping[str, Callable[[str], object]] = {
    "ce_id": UUID,
    "ce_version": int,
    "ce_conversationversion": int,
    "ce_time": _moment,
    "ce_recordedat": _moment,
    "ce_occurredat": _moment,
    "ce_actorkind": ActorKind,
    "ce_commandid": UUID,
    "ce_correlationid": UUID,
    "ce_causeid": UUID,
    "ce_origin": Origin,
    "ce_expectedversion": int,
    "ce_expectedconversation": int,
    "ce_ifmatch": int,
    "ce_replyto": int,
}


def _undecodable(fault: KeyError | ValueError, found: Mapping[str, str]) -> Undecodable:
    """Reading stops at the first fault without saying where, so that good records cost nothing; this looks."""
    if isinstance(fault, KeyError):
        return Undecodable(f"the header {fault.args[0]!r} is missing")
    for name, read in _READERS.items():
        if name in found and not _reads(read, found[name]):
            return Undecodable(f"the header {name!r} does not hold what it should")
    return Undecodable(f"a header does not hold what it should: {fault}")


def _reads(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True
