"""Names of the reasons that a diagnosis tells a person. The sentence for each is in the catalogues."""

from __future__ import annotations

from enum import StrEnum


class Told(StrEnum):
    """The facts that a person is told as reasons. The sentences are in the catalogues, as "fact.<value>"."""

    SERVER_SAYS_SO = "server_says_so"
    WORKED_UNTIL = "worked_until"
    NEVER_WORKED = "never_worked"
    OTHER_HALF_ACCEPTS = "other_half_accepts"
    OTHER_HALF_REFUSES = "other_half_refuses"
    REFUSED_TIMES = "refused_times"
    NEIGHBOURS_PASS = "neighbours_pass"
    NEIGHBOURS_FAIL = "neighbours_fail"
    LOCAL_NETWORK_DOWN = "local_network_down"
    NETWORK_IS_FINE = "network_is_fine"
    ENCRYPTION_IS_FINE = "encryption_is_fine"
    CERTIFICATE_ENDED = "certificate_ended"
    TEMPORARY = "temporary"
    SERVER_WAIT = "server_wait"
