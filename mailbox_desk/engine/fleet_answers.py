"""What a refusal of an admin connection is about: one mailbox alone, or the connection with all its mailboxes. Pure."""

from __future__ import annotations

import re
from typing import Final

from mailbox_desk.model.check import Failure

# https://developers.google.com/identity/protocols/oauth2/service-account#error-codes, read 2026-11-24: "Invalid email
# or User ID" is about the `sub` of the assertion, the mailbox; "invalid_grant" with other words about the key or clock.
_OF_ONE: Final = re.compile(r"(invalid|not a valid) e-?mail( address)? or user|invalid impersonation", re.IGNORECASE)


def is_of_one_mailbox(failure: Failure) -> bool:
    return _OF_ONE.search(failure.text) is not None
