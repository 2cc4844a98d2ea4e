"""A server's words made comparable: unwrapped, decoded where they came garbled, folded to plain lower case.

Pure text in, text out; never raises, never slow: what is longer than a server's answer can be is cut in the middle.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from typing import Final

from mailbox_desk.diagnosis.garbled import reread

LONGEST = 8_192  # characters looked at; the longest genuine answers (OAuth JSON, Microsoft bounces) have some 3,000

_USUAL: Final = 700
_OFTEN: Final = 6
_WORD: Final = 160
_NUMBERS: Final = "#"
_MANY_NUMBERS: Final = 60
_SHORT: Final = 6
_MOSTLY: Final = 0.7
_CUT: Final = " […] "
_PLAIN: Final = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\x00": " "}
    | {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "ı": "i"}
)
_ESCAPED_BREAKS: Final = re.compile(r"\\r\\n|\\n|\\r|\\t|\\\"")
_ESCAPED_BYTES: Final = re.compile(r"\\x([0-9a-fA-F]{2})")
_ESCAPED_CODES: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_QUOTED_PRINTABLE: Final = re.compile(r"(?:=[0-9A-F]{2}){2,}")
_CHALLENGE: Final = re.compile(r"(?:eyJ|eyA|ewo|ew0K)[A-Za-z0-9+/_-]{8,}={0,2}")
_HTML: Final = re.compile(r"<(?:!doctype|html|head|body|title|h1|p|div)\b[^<>]{0,200}>", re.IGNORECASE)
_TAG: Final = re.compile(r"<(?!(?:!doctype|html)\b)/?[a-z!][^<>]{0,400}>", re.IGNORECASE)
_LOG_PREFIX: Final = re.compile(
    r"^\s*(?:[\[(]?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d(?::\d\d)?[^\s\]]*[\])]?\s+"
    r"|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+\s+|\d\d:\d\d:\d\d[.,\d]*\s+)?"
    r"(?:[\[(<]?(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|CRITICAL|SEVERE)[\])>]?[:\s]\s*)?"
    r"(?:(?:S|Server|SERVER -> CLIENT|<<<?|<-|<=)\s?[:>]?\s+(?=[*+2-5A-Za-z]))?"
)
_BOUNCE_TYPE: Final = re.compile(r"^\s*(?:diagnostic-code:\s*)?(?:smtp|x-[\w-]{1,30})\s?;\s*", re.IGNORECASE)
_OWN_COMMAND: Final = re.compile(r"^\s*(?:C:|CLIENT -> SERVER:|>>>|->|=>)\s")
_STACK_LINE: Final = re.compile(r"^\s*(?:at [\w.$<>/\[\] ]+\(|File \"[^\"]*\", line \d+|\.\.\. \d+ more|Traceback \()")
_INLINE_FRAME: Final = re.compile(r"\s+at (?:new )?[\w.$<>]+ \([^()]{0,200}\)")
_CONTINUED: Final = re.compile(r"^\s*([2-5]\d\d)-")
_CODED: Final = re.compile(r"^\s*[2-5]\d\d[ -]\s*([2-5]\.\d{1,3}\.\d{1,3}(?=\s|$))?\s*")
_ACCENTS: Final = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f]"
)
_SPACES: Final = re.compile(r"\s+")


def normalised(raw: str) -> str:
    """One line of lower-case words without accents: what rules are matched against."""
    text = clipped(raw)
    for repair in _REPAIRS:
        text = repair(text)
    text = _without_frames(text)
    return folded(_SPACES.sub(" ", " ".join(_joined(text.splitlines()))).strip())


def thinned(text: str) -> str:
    """The text as rules search it: of a long one, words that come again and again, endless words and noise are left
    out, so that no expression has to try a thousand beginnings. An answer of usual length is left as it is."""
    if len(text) <= _USUAL:
        return text
    seen: Counter[str] = Counter()
    kept = []
    for word in text.split(" "):
        kind = word if any(map(str.isalpha, word)) else _NUMBERS
        seen[kind] += 1
        if seen[kind] <= (_MANY_NUMBERS if kind is _NUMBERS else _OFTEN) and _is_word(word):
            kept.append(word if len(word) <= _WORD else f"{word[:_WORD]}{_CUT}")
    return " ".join(kept)


def _is_word(word: str) -> bool:
    """Noise of a binary answer is mostly signs; a word, an address or a code is mostly letters and digits."""
    return len(word) <= _SHORT or sum(map(str.isalnum, word)) >= _MOSTLY * len(word)


def folded(text: str) -> str:
    """Plain quotes and dashes, no accents, compatibility forms resolved. Case is left to the matching."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return unicodedata.normalize("NFC", _ACCENTS.sub("", apart))


def clipped(text: str) -> str:
    """At most LONGEST characters: the beginning and, since the last line tells most, the end."""
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]}{_CUT}{text[-half:]}"


def _unescaped(text: str) -> str:
    """Undo how programs print answers: escaped line breaks, bytes and code points, HTML entities; JSON within JSON."""
    if "\\\\" in text:
        text = text.replace("\\\\", "\\")
    text = _ESCAPED_BREAKS.sub(lambda found: '"' if found.group() == '\\"' else "\n", text)
    text = _ESCAPED_CODES.sub(lambda found: _code_point(int(found.group(1), 16)), text)
    if _ESCAPED_BYTES.search(text):
        text = _ESCAPED_BYTES.sub(lambda found: chr(int(found.group(1), 16)), text)
    return html.unescape(text) if "&" in text else text


def _code_point(number: int) -> str:
    return " " if 0xD800 <= number <= 0xDFFF else chr(number)


def _quoted_printable_decoded(text: str) -> str:
    return _QUOTED_PRINTABLE.sub(lambda found: bytes.fromhex(found.group().replace("=", "")).decode("latin-1"), text)


def _challenge_decoded(text: str) -> str:
    """A SASL challenge is JSON in base64 (XOAUTH2): put what it says behind it."""
    return _CHALLENGE.sub(lambda found: f"{found.group()} {_json_of(found.group())}", text)


def _json_of(encoded: str) -> str:
    padded = encoded.rstrip("=") + "=" * (-len(encoded.rstrip("=")) % 4)
    try:
        value = json.loads(base64.urlsafe_b64decode(padded.replace("+", "-").replace("/", "_")))
    except (binascii.Error, ValueError, RecursionError):
        return ""
    return clipped(json.dumps(value, ensure_ascii=False)) if isinstance(value, dict) else ""


def _tags_dropped(text: str) -> str:
    """An error page is read as its words; "<html" stays, since a page where mail is spoken is a fact of its own."""
    return _TAG.sub(" ", text) if _HTML.search(text) else text


def _without_frames(text: str) -> str:
    """What a program wrote around the answer goes: its log's prefixes, its own commands, the frames of its stack."""
    lines, kept, in_frame = text.splitlines(), [], False
    for line in lines:
        is_source, in_frame = in_frame and line.startswith("    "), _STACK_LINE.match(line) is not None
        if in_frame or is_source or (len(lines) > 1 and _OWN_COMMAND.match(line)):
            continue
        kept.append(_INLINE_FRAME.sub("", _BOUNCE_TYPE.sub("", _LOG_PREFIX.sub("", line, count=1))))
    return "\n".join(kept) if any(line.strip() for line in kept) else text


def _joined(lines: list[str]) -> list[str]:
    """Lines of one SMTP reply run on: `550-5.4.5 Daily` + `550 5.4.5 limit` is one sentence; a new code stays."""
    joined: list[str] = []
    said: str | None = None
    continues = False
    for line in lines:
        found = _CODED.match(line)
        status = found.group(1) if found else None
        if continues and found is not None:
            rest = line[found.end() :]
            joined.append(f"{status} {rest}" if status and status != said else rest)
        else:
            joined.append(line)
        said = status or said
        continues = _CONTINUED.match(line) is not None
    return joined


_REPAIRS: Final[tuple[Callable[[str], str], ...]] = (
    _unescaped,
    _quoted_printable_decoded,
    reread,
    _tags_dropped,
    _challenge_decoded,
)
