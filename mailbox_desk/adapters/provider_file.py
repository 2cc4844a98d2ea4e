"""The shape of a provider file: what resources/providers/*.toml may hold, checked, and handed on as a Provider.

A source is written once, under [sources.NAME], and named by every value that was read there; a value without one has
no place in the shape. What no shape can say (a source that is there and used, the length of a quote) is checked here
too. Nothing is decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct, field

from mailbox_desk.adapters.provider_oauth import OAuthShape
from mailbox_desk.diagnosis.provider import (
    BadProvider,
    Limit,
    LimitKind,
    Limits,
    Provider,
    Region,
    Server,
    Source,
    TokenLifetimes,
    UsernameForm,
)
from mailbox_desk.model.mailbox import AuthKind, Security

Claim: TypeAlias = tuple[str, str]
"""(key of a value, name of its source)"""

_EARLIEST: Final = date(2026, 1, 1)
_MOST_WORDS: Final = 15
_LARGE_INTERVAL: Final = 1800.0
_USUAL_INTERVAL: Final = 300.0

_Word = Annotated[str, Meta(pattern=r"\A[a-z0-9_]+\Z")]
_Key = Annotated[str, Meta(pattern=r"\A[a-z0-9_]*\Z")]
_Text = Annotated[str, Meta(pattern=r"\A\S(.*\S)?\Z", max_length=80)]
_Quote = Annotated[str, Meta(pattern=r"\A\S(.*\S)?\Z", max_length=300)]
_Url = Annotated[str, Meta(pattern=r"\Ahttps://[a-z0-9.-]+\.[a-z]+(/\S*)?\Z")]
_Host = Annotated[str, Meta(pattern=r"\A([a-z0-9_]([a-z0-9_-]*[a-z0-9])?\.)+[a-z0-9-]+\Z", max_length=253)]
_Names = Annotated[list[_Host], Meta(min_length=1)]
_Port = Annotated[int, Meta(ge=1, le=65535)]
_Count = Annotated[int, Meta(ge=1)]


class _Shape(Struct, forbid_unknown_fields=True):
    """Keys that nobody knows are refused."""


class _Source(_Shape):
    url: _Url
    read: date
    quote: _Quote


class _Sourced(_Shape):
    source: _Word


class _NameList(_Sourced):
    names: _Names


class _Server(_Sourced):
    host: _Host
    port: _Port
    security: Literal["tls", "starttls"]
    username: UsernameForm = UsernameForm.ADDRESS

    @property
    def value(self) -> Server:
        return Server(self.host, self.port, Security(self.security), self.username)


class _Region(_Shape):
    receiving: _Server
    sending: _Server
    domains: list[_NameList] = []
    mx: list[_NameList] = []

    @property
    def value(self) -> Region:
        return Region(self.receiving.value, self.sending.value, _names(self.domains), _names(self.mx))


class _Auth(_Sourced):
    kinds: Annotated[list[AuthKind], Meta(min_length=1)]
    hint: _Key = ""


class _Page(_Sourced):
    url: _Url


class _Pages(_Shape):
    app_password: _Page | None = None
    help: _Page | None = None
    account: _Page | None = None
    status: _Page | None = None


class _Limit(_Sourced):
    value: _Count
    plan: str = ""


class _Amount(_Sourced):
    value: _Count


class _Tokens(_Shape):
    access_minutes: _Amount | None = None
    refresh_unused_days: _Amount | None = None
    refresh_testing_days: _Amount | None = None
    refresh_per_account: _Amount | None = None

    @property
    def value(self) -> TokenLifetimes:
        given = {name: getattr(self, name) for name in self.__struct_fields__}
        return TokenLifetimes(**{name: each.value for name, each in given.items() if each is not None})


class _Quirk(_Sourced):
    id: _Word


class _File(_Shape):
    id: _Word
    name: _Text
    family: _Key = ""
    large: bool = False
    sources: dict[_Word, _Source] = {}
    domains: list[_NameList] = []
    hosts: list[_NameList] = []
    mx: list[_NameList] = []
    auth: _Auth | None = None
    no_imap: _Sourced | None = None
    receiving: _Server | None = None
    sending: _Server | None = None
    regions: list[_Region] = []
    pages: _Pages = field(default_factory=_Pages)
    limits: dict[LimitKind, Annotated[list[_Limit], Meta(min_length=1)]] = {}
    tokens: _Tokens = field(default_factory=_Tokens)
    oauth: OAuthShape | None = None
    quirks: list[_Quirk] = []


def provider_from(table: Mapping[str, Any], file_name: str) -> Provider:
    """A provider from a parsed file. `file_name` is what a fault is reported under. Raises BadProvider."""
    try:
        file = msgspec.convert(table, _File, builtin_types=(date,))
    except msgspec.ValidationError as error:
        raise BadProvider(file_name, _named(error, table)) from error
    claims = tuple(_claims(table))
    if fault := next(_faults(file, claims, file_name), None):
        raise BadProvider(file_name, fault)
    return _provider(file, claims)


def _named(error: msgspec.ValidationError, table: Mapping[str, Any]) -> str:
    """msgspec says `sources[...]` of a table whose keys are free; this finds the one."""
    for key, shape in (("sources", _Source), ("limits", list[_Limit])):
        free = table.get(key)
        for name, each in free.items() if isinstance(free, dict) else ():
            try:
                msgspec.convert(each, shape, builtin_types=(date,))
            except msgspec.ValidationError as narrower:
                return f"{key}.{name}: {narrower}"
    return str(error)


def _provider(file: _File, claims: tuple[Claim, ...]) -> Provider:
    regions = tuple(region.value for region in file.regions)
    sources = {name: Source(each.url, each.read, each.quote) for name, each in file.sources.items()}
    pages = file.pages
    return Provider(
        id=file.id,
        name=file.name,
        family=file.family or file.id,
        domains=_names(file.domains) + tuple(name for region in regions for name in region.domains),
        hosts=_names(file.hosts),
        mx=_names(file.mx) + tuple(name for region in regions for name in region.mx),
        large=file.large,
        interval_seconds=_LARGE_INTERVAL if file.large else _USUAL_INTERVAL,
        has_imap=file.no_imap is None,
        auth_kinds=tuple(file.auth.kinds) if file.auth else (),
        receiving=file.receiving.value if file.receiving else None,
        sending=file.sending.value if file.sending else None,
        regions=regions,
        app_password_page=_address(pages.app_password),
        help_page=_address(pages.help),
        account_page=_address(pages.account),
        status_page=_address(pages.status),
        limits=Limits(tuple(Limit(kind, row.value, row.plan) for kind, rows in file.limits.items() for row in rows)),
        tokens=file.tokens.value,
        oauth=file.oauth.service(file.id) if file.oauth else None,
        hint=_hint(file),
        quirks=tuple(f"provider.quirk.{quirk.id}" for quirk in file.quirks),
        proof=tuple((key, sources[name]) for key, name in claims),
    )


def _faults(file: _File, claims: tuple[Claim, ...], file_name: str) -> Iterator[str]:
    """What the shape can't say, in words, each with its key."""
    if file_name.removesuffix(".toml") != file.id:
        yield f"id: {file.id!r} is not the name of the file"
    for name, source in file.sources.items():
        if source.read < _EARLIEST:
            yield f"sources.{name}.read: {source.read} is before {_EARLIEST}"
        if len(source.quote.split()) > _MOST_WORDS:
            yield f"sources.{name}.quote: more than {_MOST_WORDS} words"
    yield from (f"{key}.source: no [sources.{name}]" for key, name in claims if name not in file.sources)
    yield from (f"sources.{name}: nothing names it" for name in file.sources.keys() - {name for _, name in claims})
    for key, lists in (("domains", file.domains), ("hosts", file.hosts), ("mx", file.mx)):
        names = _names(lists)
        if len(set(names)) < len(names):
            yield f"{key}: {next(name for name in names if names.count(name) > 1)} stands twice"


def _claims(table: Mapping[str, Any], path: str = "") -> Iterator[Claim]:
    """Every value of the file that names a source. No `match`: it is slow on tables, and all files pass here."""
    for key, value in table.items():
        place = f"{path}{key}"
        for each in value if isinstance(value, list) else (value,):
            if isinstance(each, dict) and place != "sources":
                if (source := each.get("source")) is not None:
                    yield place, source
                yield from _claims(each, f"{place}.")


def _hint(file: _File) -> str:
    if file.no_imap is not None:
        return "provider.hint.no_imap"
    return f"provider.hint.{file.auth.hint}" if file.auth and file.auth.hint else ""


def _address(page: _Page | None) -> str:
    return page.url if page else ""


def _names(lists: Iterable[_NameList]) -> tuple[str, ...]:
    return tuple(name for each in lists for name in each.names)
