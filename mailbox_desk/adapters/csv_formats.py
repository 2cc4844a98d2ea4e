"""Whose columns are whose: the headings of the desk's own file and of other programs' files, as tables.

Spellings as their makers' pages and exporters have them (read 2026): Instantly, Smartlead, CeyMail
(ceymail.com/docs/bulk-import-export), BrandJet (brandjet.ai/help/articles/bulk-import-inboxes), EmailBison, lemlist,
Winnr. A heading is known whatever its case, blanks, dashes, underscores or camelCase.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mailbox_desk.model.import_plan import Layout

COLUMNS: Final = (
    "address",
    "name",
    "username",
    "password",
    "imap_host",
    "imap_port",
    "imap_security",
    "smtp_host",
    "smtp_port",
    "smtp_username",
    "smtp_password",
    "smtp_security",
    "tags",
    "note",
)

_ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "address": ("address", "email", "emailaddress", "emailaccount", "fromemail", "senderemail", "mailbox"),
    "name": ("name", "fromname", "sendername", "accountname", "displayname", "fullname"),
    "first_name": ("firstname",),
    "last_name": ("lastname",),
    "username": ("username", "user", "login"),
    "password": ("password", "apppassword", "pass", "emailpassword"),
    "imap_host": ("imaphost", "imapserver", "imaphostname", "imap"),
    "imap_port": ("imapport",),
    "imap_username": ("imapusername", "imapuser", "imaplogin"),
    "imap_password": ("imappassword", "imappass"),
    "imap_security": ("imapsecurity", "imaptls", "imapsecure", "imapssl", "imapencryption"),
    "smtp_host": ("smtphost", "smtpserver", "smtphostname", "smtp"),
    "smtp_port": ("smtpport",),
    "smtp_username": ("smtpusername", "smtpuser", "smtplogin"),
    "smtp_password": ("smtppassword", "smtppass"),
    "smtp_security": ("smtpsecurity", "smtptls", "smtpsecure", "smtpssl", "smtpencryption"),
    "tags": ("tags", "tag", "labels"),
    "note": ("note", "notes", "comment"),
}
_COLUMN_OF: Final = {alias: column for column, aliases in _ALIASES.items() for alias in aliases}

# The first of these sets that is there as a whole says whose file it is.
_SIGNS: Final = (
    (Layout.OURS, {"address"}),
    (Layout.SMARTLEAD, {"fromemail", "username"}),
    (Layout.CEYMAIL, {"fromemail"}),
    (Layout.INSTANTLY, {"email", "firstname", "imapusername", "smtpusername"}),
    (Layout.BRANDJET, {"email", "smtptls"}),
    (Layout.BRANDJET, {"email", "imaptls"}),
    (Layout.BRANDJET, {"email", "fromname"}),
    (Layout.EMAILBISON, {"email", "imapserver"}),
    (Layout.EMAILBISON, {"email", "smtpserver"}),
    (Layout.LEMLIST, {"senderemail"}),
    (Layout.LEMLIST, {"email", "firstname", "smtpusername"}),
    (Layout.WINNR, {"email", "apppassword"}),
)

INSTANTLY_COLUMNS: Final = (
    "Email",
    "First Name",
    "Last Name",
    "IMAP Username",
    "IMAP Password",
    "IMAP Host",
    "IMAP Port",
    "SMTP Username",
    "SMTP Password",
    "SMTP Host",
    "SMTP Port",
)
SMARTLEAD_COLUMNS: Final = (
    "from_name",
    "from_email",
    "user_name",
    "password",
    "smtp_host",
    "smtp_port",
    "imap_host",
    "imap_port",
    "max_email_per_day",
    "custom_tracking_url",
    "warmup_enabled",
    "total_warmup_per_day",
    "daily_rampup",
    "reply_rate_percentage",
    "bcc",
    "signature",
    "different_reply_to_address",
    "imap_user_name",
    "imap_password",
)


@dataclass(frozen=True, slots=True)
class Header:
    """`places`: where each of our columns stands, the first of several first; `names`: what the file calls it."""

    layout: Layout
    width: int
    places: Mapping[str, tuple[int, ...]]
    names: Mapping[str, str]
    ignored: tuple[str, ...]

    @property
    def is_ours(self) -> bool:
        return self.layout is Layout.OURS


def header_of(headings: Sequence[str]) -> Header | None:
    """Which column is which. None where no heading says address: then it is no header."""
    keys = [_key(heading) for heading in headings]
    places: dict[str, tuple[int, ...]] = {}
    names: dict[str, str] = {}
    ignored = []
    for place, (key, heading) in enumerate(zip(keys, headings, strict=True)):
        column = _COLUMN_OF.get(key)
        if column is not None:
            places[column] = (*places.get(column, ()), place)
            names.setdefault(column, heading.strip())
        elif heading.strip():
            ignored.append(heading.strip())
    if "address" not in places:
        return None
    there = set(keys)
    layout = next((layout for layout, signs in _SIGNS if signs <= there), Layout.GENERIC)
    return Header(layout, len(headings), places, names, tuple(ignored))


def _key(heading: str) -> str:
    return "".join(mark for mark in heading.lower() if mark.isalnum())
