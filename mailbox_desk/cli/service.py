"""`service`: the systemd service of this user that watches in the background; installed, removed, or told of."""

from __future__ import annotations

import argparse
from pathlib import Path

from mailbox_desk import wiring
from mailbox_desk.cli.console import Console
from mailbox_desk.wording.report import COULD_NOT_RUN


def service(told: argparse.Namespace, console: Console) -> int:
    """Does what was told; 0 where it is done, 1 where a person has to run a line, or where it is not there, 2 where it
    could not be done."""
    unit = wiring.UserService()
    try:
        match told.act:
            case "install":
                state = unit.install(_words(told))
            case "remove":
                state = unit.remove()
            case _:
                state = unit.state()
    except OSError as error:
        console.warn("cli.home_failed", reason=error.strerror or str(error))
        return COULD_NOT_RUN
    except wiring.ServiceFailed as failed:
        console.warn("service.failed", reason=str(failed))
        return COULD_NOT_RUN
    return _tell_removed(state, console) if told.act == "remove" else _tell(state, console)


def _words(told: argparse.Namespace) -> list[str]:
    """What of this command line the watcher is to be started with, so that it does not hang on a current folder."""
    words = []
    for option, value in (("--home", told.home), ("--passphrase-file", told.passphrase_file)):
        if value:
            words += [option, str(Path(value).expanduser().absolute())]
    if told.metrics is not None:
        words += ["--metrics", str(told.metrics)]
    return words


def _tell(state: wiring.ServiceState, console: Console) -> int:
    key = "installed" if state.is_installed else "none"
    console.say(console.wording.text(f"service.{key}", unit=state.unit))
    if state.says and state.is_installed:
        console.say(console.wording.text("service.stands", state=state.says))
    _tell_lines(state, console)
    return 1 if state.lines or (not state.is_installed) else 0


def _tell_removed(state: wiring.ServiceState, console: Console) -> int:
    console.say(console.wording.text("service.removed", unit=state.unit))
    _tell_lines(state, console)
    return 1 if state.lines else 0


def _tell_lines(state: wiring.ServiceState, console: Console) -> None:
    """What a person has to run, where systemd can't be reached from here."""
    if state.lines:
        console.say(console.wording.text("service.run"))
        for line in state.lines:
            console.say(f"    {line}")
