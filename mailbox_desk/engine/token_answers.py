"""What an answer of a token endpoint is to the engine: weather or a verdict, and which witness the judge hears. Pure.

What it means for a person is the judge's affair.
"""

from __future__ import annotations

import re
from typing import Final

from mailbox_desk.model.check import Failure, FailureKind
from mailbox_desk.model.diagnosis import TokenAnswer

_WORDS: Final = (
    (
        TokenAnswer.PERSON_WANTED,
        # OpenID Connect Core 3.1.2.6; Google's invalid_rapt comes as a sub-error of invalid_grant
        "interaction_required|login_required|consent_required|account_selection_required|invalid_rapt|mfa_required",
    ),
    # RFC 6749 section 5.2; "invalid_refresh_token" is Yahoo's word for it
    (TokenAnswer.GRANT_REFUSED, "invalid_grant|invalid_refresh_token|bad_refresh_token"),
    (
        TokenAnswer.APP_REFUSED,
        "invalid_client|unauthorized_client|unsupported_grant_type|invalid_scope|invalid_request|access_denied"
        "|deleted_client|disabled_client|invalid_client_secret",
    ),
)


def is_verdict(failure: Failure) -> bool:
    """A final no. All else (busy, unreachable, out of time, garbage) is weather: asked again later."""
    return failure.kind is FailureKind.REFUSED


def token_answer(failure: Failure) -> TokenAnswer | None:
    """What the endpoint said; None where it said nothing that can be read."""
    if failure.kind is FailureKind.TEMPORARY:
        return TokenAnswer.BUSY
    if not is_verdict(failure):
        return None
    told = f"{failure.code} {failure.text}".lower()
    found = (answer for answer, words in _WORDS if re.search(rf"(?<![a-z_])({words})(?![a-z_])", told))
    return next(found, TokenAnswer.GRANT_REFUSED)
