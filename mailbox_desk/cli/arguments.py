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
    """`command` is None for the window, else the command's name. Exits with 2 on words it does not know."""
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
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add_check(commands, common)
    _add_watch(commands, common)
    explain = commands.add_parser("explain", parents=[common], help="say what server responses on stdin mean")
    explain.add_argument("--json", action="store_true", help="one JSON object a line, in and out")
    _add_import(commands, common)
    _add_export(commands, common)
    told = parser.parse_args(argv)
    told.home = getattr(told, "home", None)
    told.passphrase_file = getattr(told, "passphrase_file", None)
    return told


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    check = commands.add_parser("check", parents=[common], help="one full round, a line as each mailbox ends")
    _add_source(check)


def _add_watch(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    watch = commands.add_parser("watch", parents=[common], help="a line at each change, until interrupted")
    _add_source(watch)
    watch.add_argument("--interval", metavar="SECONDS", type=_seconds, help="look again this often")


def _add_import(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    take = commands.add_parser(
        "import",
        parents=[common],
        help="add the mailboxes of a CSV file; exit 0: all are here, 1: some can't be taken, 2: none, or no file",
    )
    take.add_argument("file", metavar="FILE", help="CSV of Mailbox Desk, Instantly, Smartlead and others")
    take.add_argument("--dry-run", action="store_true", help="say what would happen to each row; nothing is stored")
    take.add_argument("--json", action="store_true", help="JSON lines")
    take.add_argument("--new-passwords", action="store_true", help="mailboxes here already take the file's passwords")
    take.add_argument("--exactly", action="store_true", help="passwords as they stand, blanks around them included")
    take.add_argument("--allow-plain", action="store_true", help="allow security none beyond this computer")


def _add_export(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    give = commands.add_parser("export", parents=[common], help="write all mailboxes as CSV, without passwords")
    give.add_argument("file", metavar="FILE", help="where to; - for stdout. A file of that name is replaced")
    give.add_argument("--format", choices=("ours", "instantly", "smartlead"), default="ours", help="whose columns")


def _add_source(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="JSON lines")
    command.add_argument("--csv", metavar="FILE", help="mailboxes and passwords of this file; nothing is stored")
    command.add_argument("--allow-plain", action="store_true", help="allow security none beyond this computer (--csv)")


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0.1 <= seconds <= 7 * 86400:
        raise argparse.ArgumentTypeError("between 0.1 seconds and a week")
    return seconds
