"""Secrets blotted out of a text that somebody pasted: passwords, tokens, SASL answers. Pure; too much rather than less.

The adapters know the secret they sent and blot out just that (adapters/redaction.py); here nobody knows it, so whatever
stands where a secret would stand goes.
"""

from __future__ import annotations

import re
from typing import Final

HIDDEN: Final = "•••"

_SECRET_KEYS: Final = (
    r"access_?token|refresh_?token|id_?token|client_?secret|client_?assertion|assertion|device_?code|code_?verifier"
    r"|auth(?:orization)?_?code|api_?key|secret|credential|sasl[-_ ]?response"
)
_PASSWORD_KEYS: Final = r"passw(?:or)?d|passphrase|passwort|kennwort|pass|pwd"
_VALUE: Final = r"(?:\\?\"(?:[^\"\\]|\\(?!\")[^\"])*\\?\"|\\?'[^']*\\?'|[^\s,;&})\]\"']+)"
_ENDS: Final = r"[\"']?\s{0,3}(?:=>|:=|[:=])\s{0,3}"
# a password may hold blanks, quotes and commas: what stands there goes, up to the end of the field or the line
_PHRASE: Final = r"(?:\\?\"(?:[^\"\\]|\\(?!\")[^\"])*\\?\"|\\?'[^']*\\?'|(?:[^,;&}\r\n]|[,;}](?=[^\s\"']))+)"
_PATTERNS: Final = (
    # a key and its value: JSON (escaped or not), form, header, log
    re.compile(rf"(?i)(\b(?:{_SECRET_KEYS})\b\\?{_ENDS}){_VALUE}"),
    re.compile(rf"(?i)(\b(?:{_PASSWORD_KEYS})\b\\?{_ENDS}){_PHRASE}"),
    re.compile(r"(?i)(\bbearer\s{1,3})(?!token\b|auth|realm|error)[A-Za-z0-9._~+/=-]{6,}"),
    re.compile(r"(?i)(\bbasic\s{1,3})(?!auth|realm)[A-Za-z0-9+/=_-]{8,}"),
    # IMAP LOGIN user pass, SMTP and IMAP AUTH with an initial response, POP3 PASS
    re.compile(
        r"(?i)^(?![^\n]{0,200}\b(?:NO|BAD|OK|BYE)\b)([^\n]{0,200}?\bLOGIN[ \t]{1,2}(?:\"[^\"\n]*\"|[^\s\"]+)[ \t]{1,2})"
        r"(\"(?:[^\"\\\n]|\\.)*\"|\S+)(?=[ \t\r]*$)",
        re.M,
    ),
    re.compile(r"(?i)((?:^|\s)LOGIN\s{1,2}\"?[^\s\"]+@[^\s\"]+\"?\s{1,2})(\"(?:[^\"\\\n]|\\.)*\"|\S+)"),
    re.compile(
        r"(?i)(\bAUTH(?:ENTICATE)?\s{1,2}(?:PLAIN|LOGIN|XOAUTH2?|OAUTHBEARER|CRAM-MD5|NTLM|EXTERNAL)\s{1,2})"
        r"(?!failed|error|not\b|is\b|mech)[A-Za-z0-9+/=_-]{4,}"
    ),
    re.compile(r"((?:^|>>>?\s|C:\s)PASS\s{1,2})\S+", re.M),
    # a SASL answer on a line of its own, with or without who said it
    re.compile(
        r"(?m)(^[ \t]*(?:C(?:\[\w+\])?:|>>>?|CLIENT(?: -> SERVER)?:|[~=]>)[ \t]*)"
        r"[A-Za-z0-9+/_-]{12,}={0,2}(?=[ \t\r]*$)"
    ),
    re.compile(r"(?m)(^[ \t]*)(?=[A-Za-z+/_-]*[0-9=])[A-Za-z0-9+/_-]{12,}={0,2}(?=[ \t\r]*$)"),
    # whatever answers a challenge (RFC 4954 section 4: 334), however short
    re.compile(
        r"(?m)(^[^\n]{0,20}\b334[^\n]{0,200}\n[ \t]*(?:C:[ \t]*|>{1,3}[ \t]*)?)[A-Za-z0-9+/=_-]{4,}(?=[ \t\r]*$)"
    ),
)
# user=...^Aauth=Bearer in base64 begins with these; JWT, Google and Microsoft tokens by their shapes
_TOKENS: Final = re.compile(
    r"(?:dXNlcj[0-9A-Za-z+/_-]{8,}={0,2}|bixhP[0-9A-Za-z+/_-]{8,}={0,2}|AG[A-Za-z0-9+/]{14,}={0,2}(?![\w.])"
    r"|eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*|ya29\.[\w-]{6,}|1//[\w-]{10,}|GOCSPX-[\w-]{8,}"
    r"|0\.A[\w-]{20,}(?:\.[\w-]+)*|M\.[A-Z]\d{2,3}_[\w!*.$-]{20,}|EwB[A-Za-z0-9+/=]{30,})"
)
_URL_SECRET: Final = re.compile(r"(\b[a-z][a-z0-9+.-]{1,12}://[^\s:/@]{1,80}:)[^\s@/]{1,200}(?=@)")


def blotted(text: str) -> str:
    """The text with "•••" in place of whatever looks like a secret."""
    for pattern in _PATTERNS:
        text = pattern.sub(lambda found: found.group(1) + HIDDEN, text)
    return _URL_SECRET.sub(lambda found: found.group(1) + HIDDEN, _TOKENS.sub(HIDDEN, text))
