"""The `casefold` command finds its commands, says what they do, and says what it does not know."""

import subprocess
import sys
from importlib import import_module

import pytest
import typer

from services.ops.__main__ import COMMANDS, main


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_is_a_typer_app(name: str) -> None:
    module, purpose = COMMANDS[name]
    assert isinstance(import_module(module).app, typer.Typer)
    assert purpose.endswith(".")


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(f"  {name:<14} {purpose}\n" in said for name, (_, purpose) in COMMANDS.items())


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sing"]) == 2
    assert capsys.readouterr().err.startswith("error: there is no command 'sing'\n")


def test_trouble_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", "--role", "boss", "--subject", "ada"]) == 1
    assert capsys.readouterr().err == (
        "error: there is no role 'boss': it is one of requester, agent, lead, admin, analyst, importer, service\n"
    )


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert f"casefold {name}" in capsys.readouterr().out


def test_a_setting_that_does_not_hold_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CASEFOLD_LOCAL_ISSUER_PORT", "99999")
    assert main(["token", "--role", "agent", "--subject", "ada"]) == 1
    assert capsys.readouterr().err == (
        "error: the setting local_issuer_port does not hold: Input should be less than or equal to 65535\n"
    )


def test_help_imports_nothing_that_is_slow() -> None:
    code = "import sys; from services.ops.__main__ import main; main(['--help']); print(len(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert int(said.splitlines()[-1]) < 120
