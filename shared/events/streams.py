"""How the commands of each stream are written, for those that follow from another stream's."""

from collections.abc import Mapping
from typing import Any

from shared.events.agent import AGENT_COMMANDS
from shared.events.catalogue import Catalogue
from shared.events.directory import DIRECTORY_COMMANDS
from shared.events.ticket_commands import TICKET_COMMANDS

COMMANDS: Mapping[str, Catalogue[Any]] = {
    "ticket": TICKET_COMMANDS,
    "agent": AGENT_COMMANDS,
    "directory": DIRECTORY_COMMANDS,
}
