"""How a ticket's clocks are kept in a row: as JSON, without what is as it is by default."""

from pydantic import TypeAdapter

from services.sla.domain.ticket import TicketClocks

_ADAPTER = TypeAdapter(TicketClocks)
_encode, _decode = _ADAPTER.serializer.to_json, _ADAPTER.validator.validate_json


def encode_state(state: TicketClocks) -> str:
    return _encode(state, exclude_defaults=True).decode()


def decode_state(kept: str) -> TicketClocks:
    state: TicketClocks = _decode(kept)
    return state
