"""`casefold directory` in a terminal, on real servers: a file applied and written again, and the first admin."""

import os
from pathlib import Path

import httpx

from shared.runtime.settings import Settings
from tests.casefold import casefold
from tests.suite import on_free_ports, running

SERVING = (("services.ops.issuer",), ("services.intake", "processor"), ("services.ops.origin",))
ADMIN = ("--as", "admin:root")

FILE = """\
teams:
  support: {name: Support, leads: [lea]}
  sales: {name: Sales}
agents:
  lea: {name: Lea, team_id: support, tier: lead}
  ada: {name: Ada, team_id: support, manager_id: lea, languages: [no]}
categories:
  hardware/printer: {team_id: support}
policies:
  routing: {leads_after: PT1H}
"""


WEEK = """\
calendars:
  week:
    hours:
      timezone: Europe/Berlin
      spans:
      - day: monday
        begins: 09:00
        ends: '17:00'
    country: DE
    days_off:
    - day: '2026-12-24'
""".splitlines()


class Terminal:
    """What a person types, and reads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def says(self, *words: str) -> list[str]:
        done = casefold(self._settings, "directory", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def asked(self, answer: str, *words: str) -> tuple[int, str]:
        """The exit code and what is said of a person at a terminal, who answers so when they are asked."""
        own, theirs = os.openpty()
        try:
            os.write(own, f"{answer}\n".encode())
            done = casefold(self._settings, "directory", *words, stdin=theirs)
        finally:
            os.close(theirs)
            os.close(own)
        return done.returncode, done.stdout.splitlines()[-1]

    def refuses(self, *words: str) -> str:
        done = casefold(self._settings, "directory", *words)
        assert done.returncode == 1, done.stdout
        return done.stderr


def test_a_directory_is_brought_to_what_a_file_says(settings: Settings, tmp_path: Path) -> None:
    mine = on_free_ports(settings)
    terminal, file, written = Terminal(mine), tmp_path / "directory.yaml", tmp_path / "written.yaml"
    file.write_text(FILE)
    with running(mine, SERVING):
        dry = terminal.says("apply", str(file), "--dry-run", *ADMIN)
        assert (dry[0], dry[-1]) == (
            "+ teams/support",
            "6 would be added, 0 would be changed, 0 would be removed.",
        )
        assert terminal.says("export", *ADMIN) == ["{}"]

        assert terminal.asked("n", "apply", str(file), *ADMIN) == (1, "Change it so? [y/N]: ")
        assert terminal.says("export", *ADMIN) == ["{}"]
        done_so = (0, "Change it so? [y/N]: 6 added, 0 changed, 0 removed.")
        assert terminal.asked("y", "apply", str(file), *ADMIN) == done_so
        assert terminal.asked("", "apply", str(file), *ADMIN) == (0, "0 added, 0 changed, 0 removed.")
        assert terminal.says("apply", str(file), *ADMIN) == ["0 added, 0 changed, 0 removed."]
        done = casefold(mine, "directory", "apply", str(file), *ADMIN)
        assert done.stderr == (
            "warning: teams.sales: it has no leads, so nobody is asked when its tickets wait too long\n"
        )

        exported = terminal.says("export", *ADMIN)
        written.write_text("\n".join(exported) + "\n")
        assert terminal.says("apply", str(written), "--prune", *ADMIN) == ["0 added, 0 changed, 0 removed."]
        assert terminal.says("export", *ADMIN) == exported

        other = FILE.replace("leads: [lea]", "leads: [zoe]").replace("  lea: {name: Lea", "  zoe: {name: Zoë")
        file.write_text(other.replace("manager_id: lea", "max_load: 0"))
        assert terminal.says("apply", str(file), "--prune", *ADMIN) == [
            "~ teams/support",
            '    leads: ["lea"] -> ["zoe"]',
            "+ agents/zoe",
            '    name: "Zoë"',
            '    team_id: "support"',
            '    tier: "lead"',
            "~ agents/ada",
            "    max_load: 5 -> 0",
            '    manager_id: "lea" -> nothing',
            "- agents/lea",
            "1 added, 2 changed, 1 removed.",
        ]

        file.write_text(FILE.replace("team_id: support}", "team_id: nowhere}"))
        assert terminal.refuses("apply", str(file), *ADMIN) == (
            f"error: {file} is no directory:\n"
            "  categories.hardware/printer.team_id: there is no teams/nowhere in the directory\n"
        )
        file.write_text(FILE)
        assert "error: agents/lea: Leads write keyword rules" in terminal.refuses(
            "apply", str(file), "--as", "lead:lea"
        )
        assert terminal.refuses("export", "--as", "requester:rita") == (
            "error: This is not for the role requester.\n"
        )
        assert terminal.refuses("bootstrap").startswith("error: An admin is at work here already:")


def test_a_preset_is_applied_changed_and_applied_again(settings: Settings, tmp_path: Path) -> None:
    mine = on_free_ports(settings)
    terminal, file = Terminal(mine), tmp_path / "promises.yaml"
    promises = "\n".join([*WEEK, *terminal.says("preset", "strict")]) + "\n"
    file.write_text(promises)
    with running(mine, SERVING):
        assert terminal.says("apply", str(file), *ADMIN)[-1] == "5 added, 0 changed, 0 removed."
        exported = terminal.says("export", *ADMIN)
        assert "\n".join(exported) + "\n" == promises
        changed = promises.replace("- page\n", "- page\n    - call_webhook\n").replace(
            "      resolution_minutes: 240\n", "      resolution_minutes: 480\n      business_hours_only: true\n"
        )
        file.write_text(changed + "    calendar_id: week\n")
        dry = terminal.says("apply", str(file), "--dry-run", *ADMIN)
        assert dry[:2] == ["~ rules/page-p1", '    steps: ["page"] -> ["page", "call_webhook"]']
        assert (dry[2], dry[-2:]) == (
            "~ policies/strict",
            [
                '    calendar_id: nothing -> "week"',
                "0 would be added, 2 would be changed, 0 would be removed.",
            ],
        )
        assert terminal.says("apply", str(file), *ADMIN)[-1] == "0 added, 2 changed, 0 removed."
        assert terminal.says("apply", str(file), *ADMIN) == ["0 added, 0 changed, 0 removed."]


def test_the_first_admin(settings: Settings, tmp_path: Path) -> None:
    mine = on_free_ports(settings)
    terminal, file = Terminal(mine), tmp_path / "directory.yaml"
    file.write_text(FILE)
    with running(mine, SERVING):
        assert terminal.refuses("bootstrap", "--name", "Root!").startswith("error: 'Root!' is no name of a key")
        done = casefold(mine, "directory", "bootstrap")
        key, said = done.stdout.strip(), done.stderr
        assert (done.returncode, key.startswith("cfk_")) == (0, True)
        assert terminal.refuses("bootstrap").startswith("error: An admin is at work here already:")

        assert terminal.says("apply", str(file), "--token", key)[-1] == "6 added, 0 changed, 0 removed."
        key_id = said.split()[2]
        assert casefold(mine, "key", "revoke", key_id, "--token", key).returncode == 0
        address, headers = f"http://127.0.0.1:{mine.port}/v1/directory/teams", {"Authorization": f"Bearer {key}"}
        assert httpx.get(address, headers=headers).status_code == 401
        assert terminal.refuses("bootstrap").startswith("error: An admin is at work here already:")
