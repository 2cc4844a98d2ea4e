"""A server's certificate (DER) as the few facts that a person is shown."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from cryptography import x509

from mailbox_desk.model.check import Certificate


@lru_cache(maxsize=256)
def certificate_of(der: bytes) -> Certificate:
    """The facts of a certificate; one that can't be read has a fingerprint only. Cached: many mailboxes, few hosts."""
    sha256 = hashlib.sha256(der).hexdigest()
    try:
        found = x509.load_der_x509_certificate(der)
        return Certificate(
            sha256=sha256,
            not_after=found.not_valid_after_utc.timestamp(),
            subject=found.subject.rfc4514_string(),
            issuer=found.issuer.rfc4514_string(),
        )
    except ValueError:
        return Certificate(sha256=sha256)
