"""Builds the engine from the real adapters: the only room that knows all the parts. It decides nothing.

What ui and cli may use of the adapters, they get from here.
"""

from mailbox_desk.adapters.door import NobodyAnswers, knock
from mailbox_desk.adapters.help_pages import help_page
from mailbox_desk.adapters.home_lock import HomeTaken
from mailbox_desk.adapters.mailbox_files import MailboxFiles
from mailbox_desk.adapters.metrics_page import MetricsPage
from mailbox_desk.adapters.passphrase_file import NoPassphrase, passphrase_credential, read_passphrase
from mailbox_desk.adapters.pipes import discard_stdout
from mailbox_desk.adapters.service_manager import ServiceManager, service_manager
from mailbox_desk.adapters.user_service import ServiceFailed, ServiceState, UserService
from mailbox_desk.demo.child import NoServers, RehearsalWindow
from mailbox_desk.demo.rehearsal import Rehearsal
from mailbox_desk.model.import_plan import CsvMailbox, CsvProblem
from mailbox_desk.wiring.house import Desktop, House, csv_house, open_house
from mailbox_desk.wiring.reading import bare_judge, read_csv, read_help, stored_mailboxes
from mailbox_desk.wiring.rehearsing import Rehearsals, rehearsal_house
from mailbox_desk.wiring.watching import Watching, ask_to_leave, watcher_of

__all__ = [
    "CsvMailbox",
    "CsvProblem",
    "Desktop",
    "HomeTaken",
    "House",
    "MailboxFiles",
    "MetricsPage",
    "NoPassphrase",
    "NoServers",
    "NobodyAnswers",
    "Rehearsal",
    "RehearsalWindow",
    "Rehearsals",
    "ServiceFailed",
    "ServiceManager",
    "ServiceState",
    "UserService",
    "Watching",
    "ask_to_leave",
    "bare_judge",
    "csv_house",
    "discard_stdout",
    "help_page",
    "knock",
    "open_house",
    "passphrase_credential",
    "read_csv",
    "read_help",
    "read_passphrase",
    "rehearsal_house",
    "service_manager",
    "stored_mailboxes",
    "watcher_of",
]
