"""Whether a mail server answers at a host and port: connect, TLS where it comes at once, greeting. Nothing is sent."""

from __future__ import annotations

import re
import ssl
from collections.abc import Sequence
from typing import Final

from mailbox_desk.adapters.cutoff import Cutoff, LineShut, TotalTimedOut
from mailbox_desk.adapters.dial import Address, ConnectTimedOut, connect
from mailbox_desk.adapters.line import Line, LineEnded, LineLost, PlainAnswer, StepTimedOut, TooMuchData
from mailbox_desk.adapters.trust import Trust
from mailbox_desk.model.discovery import Miss, NotFound, ServerOffer
from mailbox_desk.model.mailbox import Security
from mailbox_desk.model.verdict import Half

_LONGEST_GREETING: Final = 2048
_GREETINGS: Final = {
    Half.RECEIVING: re.compile(rb"\* (OK|PREAUTH)\b", re.IGNORECASE),
    Half.SENDING: re.compile(rb"220[ -]"),
}


def knock(offer: ServerOffer, addresses: Sequence[Address], trust: Trust, cutoff: Cutoff, seconds: float) -> None:
    """Return where a server of this kind greets. Blocks; `cutoff` ends it. Raises NotFound."""
    where = f"{offer.host}:{offer.port}"
    try:
        line = Line(connect(addresses, cutoff, seconds), cutoff)
        try:
            line.allow(seconds)
            if offer.security is Security.TLS:
                line.start_tls(trust.verifying, offer.host)
            greeting = line.reader.readline(_LONGEST_GREETING)
        finally:
            line.close()
    except ssl.SSLCertVerificationError as error:
        raise NotFound(Miss.UNTRUSTED, f"{where}: {error.verify_message}") from error
    except (ConnectTimedOut, StepTimedOut, TotalTimedOut, LineShut) as error:
        raise NotFound(Miss.NO_ANSWER, where) from error
    except (OSError, LineEnded, LineLost, PlainAnswer, TooMuchData) as error:
        raise NotFound(Miss.NOTHING, f"{where}: {error!r}") from error
    if not _GREETINGS[offer.half].match(greeting):
        raise NotFound(Miss.UNUSABLE, f"{where} speaks another language")
