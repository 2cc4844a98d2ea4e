"""What a refusal of an admin connection is about: one mailbox alone, or the connection with all its mailboxes. Pure."""

from __future__ import annotations

import re
from typing import Final

from mailbox_desk.model.check import Failure

# https://developers.google.com/identity/protocols/oauth2/service-account (JWT error codes; its copy of 2026-03-23, read
# 2026-11-24): "Not a valid email" and "Invalid email or User ID" are about the `sub` of the assertion, the mailbox;
# "invalid_grant" with other words about the key or the clock. "Invalid impersonation": not on that page, not confirmed.
_OF_ONE: Final = re.compile(
    r"not a valid e-?mail|invalid e-?mail( address)? or user|invalid impersonation", re.IGNORECASE
)


def is_of_one_mailbox(failure: Failure) -> bool:
    return _OF_ONE.search(failure.text) is not None
