"""Names of the reasons that a diagnosis tells a person. The sentence for each is in the catalogues."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Told(StrEnum):
    """The facts that a person is told as reasons. The sentences are in the catalogues, as "fact.<value>"."""

    SERVER_SAYS_SO = "server_says_so"
    WORKED_UNTIL = "worked_until"
    NEVER_WORKED = "never_worked"
    OTHER_HALF_ACCEPTS = "other_half_accepts"
    OTHER_HALF_TAKES_GRANT = "other_half_takes_grant"
    OTHER_HALF_REFUSES = "other_half_refuses"
    REFUSED_TIMES = "refused_times"
    NEIGHBOURS_PASS = "neighbours_pass"
    NEIGHBOURS_FAIL = "neighbours_fail"
    NEIGHBOURS_REFUSED = "neighbours_refused"
    DOMAIN_FAILS = "domain_fails"
    PROVIDER_FAILS = "provider_fails"
    LOCAL_NETWORK_DOWN = "local_network_down"
    NETWORK_IS_FINE = "network_is_fine"
    ENCRYPTION_IS_FINE = "encryption_is_fine"
    STORAGE_IS_FINE = "storage_is_fine"
    CERTIFICATE_ENDED = "certificate_ended"
    TEMPORARY = "temporary"
    SERVER_WAIT = "server_wait"
    TOKEN_ENDPOINT_SAYS_SO = "token_endpoint_says_so"
    TOKEN_ENDPOINT_GRANTS = "token_endpoint_grants"
    GRANT_WORKED_UNTIL = "grant_worked_until"
    TOKEN_AGE = "token_age"
    SECRET_AGE = "secret_age"
    JUST_WOKE = "just_woke"
    SIGN_IN_NOT_OFFERED = "sign_in_not_offered"


RULES_OUT: Final = frozenset(
    {
        Told.NETWORK_IS_FINE,
        Told.ENCRYPTION_IS_FINE,
        Told.STORAGE_IS_FINE,
        Told.OTHER_HALF_ACCEPTS,
        Told.OTHER_HALF_TAKES_GRANT,
        Told.NEIGHBOURS_PASS,
        Told.TOKEN_ENDPOINT_GRANTS,
    }
)
"""What it is not: these facts speak for a diagnosis only by taking others away."""
