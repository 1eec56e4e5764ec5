"""The `casefold` command: one line here for each of its commands."""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

from services.ops.trouble import Trouble

COMMANDS: Mapping[str, tuple[str, str]] = {
    "up": ("services.ops.up", "Start the servers and the suite on this machine."),
    "ticket": ("services.ops.ticket", "Open, read and work tickets."),
    "import": ("services.ops.importing.command", "Import tickets from an export of another system."),
    "directory": ("services.ops.directory.command", "Apply and export the directory; make the first admin."),
    "route": ("services.ops.routing.command", "Explain where tickets went; try another directory on the record."),
    "escalation": ("services.ops.escalation.command", "Try escalation rules on recorded tickets."),
    "sla": ("services.ops.sla.command", "Explain a ticket's clocks; try and apply policies on open tickets."),
    "dead-letters": ("services.ops.dead_letters", "List, show and redrive what could not be handled."),
    "groups": ("services.ops.groups", "Show where the groups that send commands stand, and start one."),
    "transactions": ("services.ops.transactions", "List and end what holds readers of a partition for ever."),
    "key": ("services.ops.keys", "Issue, list and revoke the API keys of services."),
    "token": ("services.ops.token", "Print a bearer token of the local issuer."),
}
"""Name: the module whose `app`, a `typer.Typer`, it is, and what it does. Imported only when it is used."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code, where the command does not end the process itself."""
    name, *rest = (sys.argv[1:] if arguments is None else arguments) or ["--help"]
    if name in {"--help", "-h", "help"}:
        sys.stdout.write(_overview())
        return 0
    if name not in COMMANDS:
        sys.stderr.write(f"error: there is no command {name!r}\n\n{_overview()}")
        return 2
    module, _ = COMMANDS[name]
    command = import_module(module).app
    from pydantic import ValidationError

    try:
        command(args=rest, prog_name=f"casefold {name}")
    except ValidationError as wrong:
        for fault in wrong.errors():
            if fault["type"] == "default_factory_not_called":
                continue  # it follows from another fault, which is said
            setting = ".".join(map(str, fault["loc"]))
            sys.stderr.write(f"error: the setting {setting} does not hold: {fault['msg']}\n")
        return 1
    except Trouble as trouble:
        sys.stderr.write(f"error: {trouble}\n")
        return 1
    return 0


def _overview() -> str:
    lines = [f"  {name:<14} {purpose}" for name, (_, purpose) in COMMANDS.items()]
    return "\n".join(
        ["Usage: casefold COMMAND [OPTIONS]", "", *lines, "", "casefold COMMAND --help says more.", ""]
    )


if __name__ == "__main__":
    sys.exit(main())
