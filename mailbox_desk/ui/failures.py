"""What to tell a person when a wish failed on our own side. Pure: an error in, a sentence out."""

from __future__ import annotations

from mailbox_desk.model.history import ArchiveFailed
from mailbox_desk.model.vault_state import SecretMissing, SecretUnreadable, VaultClosed, VaultFailed
from mailbox_desk.wording import Wording


class NotSignedOut(Exception):
    """The mailbox is gone from the desk, but its provider did not take the grant back."""


def in_words(error: BaseException, words: Wording) -> str:
    """One sentence; never the text of a foreign error alone, which says nothing to most people."""
    match error:
        case VaultClosed():
            return words.text(f"ui.failed.vault.{error.state.value}")
        case SecretMissing() | SecretUnreadable():
            return words.text("ui.failed.secret_missing")
        case VaultFailed():
            return words.text("ui.failed.vault_write")
        case ArchiveFailed():
            return words.text("ui.failed.archive", detail=str(error))
        case NotSignedOut():
            return words.text("signout.failed")
        case TimeoutError():
            return words.text("ui.failed.timeout")
        case _:
            return words.text("ui.failed.other", kind=type(error).__name__)
