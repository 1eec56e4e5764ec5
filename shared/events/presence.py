"""Stream `presence.events`: whether agents are there; key: agent id; sole writer: the router."""

from shared.events.catalogue import Catalogue
from shared.events.routing import PresenceChanged

PRESENCE_EVENTS: Catalogue[PresenceChanged] = Catalogue({"casefold.presence.changed.v1": PresenceChanged})
