"""What may be said on the command line. Standard library only: the window starts through here too."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from mailbox_desk import __version__

SERVERS = "rehearsal-servers"


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
    parser.add_argument(
        "--demo", action="store_true", help="a rehearsal: a dozen mailboxes in every state, in a throw-away home"
    )
    parser.add_argument("--version", action="version", version=f"mailbox-desk {__version__}")
    _add_window(parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add_check(commands, common)
    _add_watch(commands, common)
    explain = commands.add_parser("explain", parents=[common], help="say what server responses on stdin mean")
    explain.add_argument("--json", action="store_true", help="one JSON object a line, in and out")
    explain.add_argument("--why", action="store_true", help="tell the facts and the rules that were tried, too")
    _add_import(commands, common)
    _add_export(commands, common)
    _add_service(commands, common)
    _add_demo(commands)
    told = parser.parse_args(argv)
    if told.demo and told.command is not None:
        parser.error("--demo goes without a command")
    if (told.demo or told.command == "demo") and hasattr(told, "home"):
        parser.error("a rehearsal has a home of its own: leave --home out")
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
    watch.add_argument("--metrics", metavar="PORT", type=_port, help="serve metrics for Prometheus on this computer")
    watch.add_argument("--standby", action="store_true", help="leave the desk to a window, and go on once it is closed")


def _add_service(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    service = commands.add_parser(
        "service", parents=[common], help="watch in the background, as a systemd service of this user"
    )
    service.add_argument("act", choices=("install", "remove", "status"), help="what to do with it")
    service.add_argument("--metrics", metavar="PORT", type=_port, help="serve metrics for Prometheus on this computer")


def _add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    demo = commands.add_parser("demo", help="the rehearsal of --demo in the terminal, until interrupted")
    demo.add_argument("--json", action="store_true", help="JSON lines")
    demo.add_argument("--all", dest="whole", action="store_true", help="a mailbox for every cause, not a dozen alone")
    commands.add_parser(SERVERS)  # for the program itself; without help it is not listed


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


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port < 65536:
        raise argparse.ArgumentTypeError("between 0 and 65535")
    return port
