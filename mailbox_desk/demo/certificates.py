"""A throw-away authority and the certificates of the rehearsal's servers. Its key never leaves this process's memory
but for the moment in which the ssl module reads it."""

from __future__ import annotations

import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from mailbox_desk.demo.fleet import Shown

_DAY: Final = timedelta(days=1)
_NAMES: Final = (x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1")))


@dataclass(frozen=True, slots=True)
class _Issuer:
    name: x509.Name
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


class Certificates:
    """`authority`: the certificate (PEM) that the rehearsal's desk, and nobody else, is to trust."""

    def __init__(self) -> None:
        now = datetime.now(UTC)
        issuer, stranger = _issuer("Mailbox Desk rehearsal", now), _issuer("Own Server", now)
        self.authority = issuer.certificate.public_bytes(Encoding.PEM).decode("ascii")
        self._contexts = {
            Shown.TRUSTED: _context(issuer, now - _DAY, now + 30 * _DAY),
            Shown.OWN: _context(stranger, now - _DAY, now + 300 * _DAY),
            Shown.EXPIRED: _context(issuer, now - 90 * _DAY, now - 2 * _DAY),
        }

    def context(self, shown: Shown) -> ssl.SSLContext:
        """What a server that shows this certificate shakes hands with."""
        return self._contexts[shown]


def _issuer(name: str, now: datetime) -> _Issuer:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _named(name)
    made = (
        _blank(subject, subject, key.public_key(), now - 100 * _DAY, now + 365 * _DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_usage(signs=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return _Issuer(subject, key, made)


def _context(issuer: _Issuer, begins: datetime, ends: datetime) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        _blank(_named("localhost"), issuer.name, key.public_key(), begins, ends)
        .add_extension(x509.SubjectAlternativeName(_NAMES), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(issuer.key, hashes.SHA256())
    )
    own = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made.public_bytes(Encoding.PEM)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:  # ssl reads keys from files alone
        file = Path(folder) / "server.pem"
        file.write_bytes(own)
        context.load_cert_chain(file)
    return context


def _blank(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    return builder.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(ends)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
