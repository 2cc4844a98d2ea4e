"""Mailbox Desk: watches many mailboxes, says why one dropped, and brings it back."""

__version__ = "0.1.0"
