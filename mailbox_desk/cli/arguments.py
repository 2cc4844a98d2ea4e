"""What may be said on the command line. Standard library only: the window starts through here too."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version


def version_text() -> str:
    """The program's name and version."""
    try:
        return f"mailbox-desk {version('mailbox-desk')}"
    except PackageNotFoundError:
        return "mailbox-desk (unpacked)"


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """`command` is None for the window, else check, watch or explain. Exits with 2 on words it does not know."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--home", metavar="DIR", default=argparse.SUPPRESS, help="keep everything in this folder")
    common.add_argument(
        "--passphrase-file",
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="unlock the vault with the first line of this file, where there is no keyring",
    )
    parser = argparse.ArgumentParser(
        prog="mailbox-desk",
        description="Watches many mailboxes, says why one dropped, and brings it back. Without a command: the window.",
        parents=[common],
    )
    parser.add_argument("--version", action="version", version=version_text())
    _add_window(parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add_check(commands, common)
    _add_watch(commands, common)
    explain = commands.add_parser("explain", parents=[common], help="say what server responses on stdin mean")
    explain.add_argument("--json", action="store_true", help="one JSON object a line, in and out")
    told = parser.parse_args(argv)
    told.home = getattr(told, "home", None)
    told.passphrase_file = getattr(told, "passphrase_file", None)
    return told


def _add_window(parser: argparse.ArgumentParser) -> None:
    """For the window alone; where the desk is open already, it does them there."""
    parser.add_argument("--show", metavar="ADDRESS", default="", help="show this mailbox")
    parser.add_argument("--reconnect", metavar="ADDRESS", default="", help="begin the next step of this mailbox")
    parser.add_argument("--add", metavar="ADDRESS", default="", help="add this mailbox")
    parser.add_argument("--hidden", action="store_true", help="start in the tray, where there is one")


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    check = commands.add_parser("check", parents=[common], help="one full round, a line as each mailbox ends")
    _add_source(check)


def _add_watch(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    watch = commands.add_parser("watch", parents=[common], help="a line at each change, until interrupted")
    _add_source(watch)
    watch.add_argument("--interval", metavar="SECONDS", type=_seconds, help="look again this often")


def _add_source(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="JSON lines")
    command.add_argument("--csv", metavar="FILE", help="mailboxes and passwords of this file; nothing is stored")
    command.add_argument("--allow-plain", action="store_true", help="allow security none beyond this computer (--csv)")


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0.1 <= seconds <= 7 * 86400:
        raise argparse.ArgumentTypeError("between 0.1 seconds and a week")
    return seconds
