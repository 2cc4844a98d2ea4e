from __future__ import annotations

from pathlib import Path

import pytest

from mailbox_desk.adapters.mailbox_csv import (
    COLUMNS,
    CsvMailbox,
    CsvProblem,
    CsvReason,
    mailbox_id_for,
    parse_mailbox_csv,
    read_mailbox_csv,
)
from mailbox_desk.model.mailbox import Endpoint, Security
from mailbox_desk.model.verdict import Half

HEADER = ",".join(COLUMNS)
SHORT = "address,password,imap_host"


def rows(text: str | bytes, *, allow_plain: bool = False) -> list[CsvMailbox | CsvProblem]:
    content = text.encode() if isinstance(text, str) else text
    return list(parse_mailbox_csv(content, allow_plain=allow_plain))


def one(text: str | bytes, *, allow_plain: bool = False) -> CsvMailbox:
    (row,) = rows(text, allow_plain=allow_plain)
    assert isinstance(row, CsvMailbox), row
    return row


def test_a_whole_row() -> None:
    row = one(
        f"{HEADER}\nann@example.org,Ann,ann,pw,imap.example.org,1993,tls,"
        'smtp.example.org,1587,ann-out,pw2,starttls,"sales, eu",hello\n'
    )
    assert row.line_number == 2
    box = row.mailbox
    assert (box.address, box.name, box.tags, box.note) == ("ann@example.org", "Ann", ("sales", "eu"), "hello")
    assert box.receiving == Endpoint("imap.example.org", 1993, Security.TLS, "ann")
    assert box.sending == Endpoint("smtp.example.org", 1587, Security.STARTTLS, "ann-out")
    assert row.credential.secret(Half.RECEIVING).reveal() == "pw"
    assert row.credential.secret(Half.SENDING).reveal() == "pw2"
    assert box.provider == "generic"
    assert box.id == mailbox_id_for(" ANN@example.org")


def test_little_is_enough() -> None:
    row = one(f"{SHORT}\nann@example.org,pw,imap.example.org")
    assert row.mailbox.receiving == Endpoint("imap.example.org", 993, Security.TLS, "ann@example.org")
    assert row.mailbox.sending is None
    assert row.credential.is_shared


def test_sending_alone_with_a_password_of_either_column() -> None:
    for column in ("password", "smtp_password"):
        row = one(f"address,{column},smtp_host\nann@example.org,pw,smtp.example.org")
        assert row.mailbox.receiving is None
        assert row.mailbox.sending == Endpoint("smtp.example.org", 465, Security.TLS, "ann@example.org")
        assert row.credential.secret(Half.SENDING).reveal() == "pw"


@pytest.mark.parametrize(
    ("port", "security", "expected_port", "expected"),
    [
        ("", "", 993, Security.TLS),
        ("143", "", 143, Security.STARTTLS),
        ("993", "", 993, Security.TLS),
        ("10993", "", 10993, Security.AUTO),
        ("", "starttls", 143, Security.STARTTLS),
        ("", " TLS ", 993, Security.TLS),
        ("143", "SSL", 143, Security.TLS),
    ],
)
def test_what_is_missing_follows_from_what_is_there(
    port: str, security: str, expected_port: int, expected: Security
) -> None:
    row = one(f"{SHORT},imap_port,imap_security\na@example.org,pw,imap.example.org,{port},{security}")
    assert row.mailbox.receiving == Endpoint("imap.example.org", expected_port, expected, "a@example.org")


def test_plain_needs_loopback_or_a_yes() -> None:
    text = f"{SHORT},imap_security\na@example.org,pw,{{}},none"
    assert one(text.format("127.0.0.1")).mailbox.receiving == Endpoint("127.0.0.1", 143, Security.NONE, "a@example.org")
    assert rows(text.format("mail.example.org")) == [CsvProblem(2, CsvReason.PLAIN_NOT_ALLOWED, "imap_security")]
    allowed = one(text.format("mail.example.org"), allow_plain=True).mailbox.receiving
    assert allowed is not None
    assert allowed.plain_allowed
    secured = one(f"{SHORT}\na@example.org,pw,h.example.org", allow_plain=True).mailbox.receiving
    assert secured is not None
    assert not secured.plain_allowed


@pytest.mark.parametrize(
    ("cells", "reason", "detail"),
    [
        (",pw,imap.example.org,,", CsvReason.NO_ADDRESS, "address"),
        ("ann,pw,imap.example.org,,", CsvReason.BAD_ADDRESS, "address"),
        ("a b@example.org,pw,imap.example.org,,", CsvReason.BAD_ADDRESS, "address"),
        ("b@example.org,,imap.example.org,,", CsvReason.NO_PASSWORD, "password"),
        ("b@example.org,pw,,,", CsvReason.NO_SERVER, "imap_host"),
        ("b@example.org,pw,https://imap.example.org,,", CsvReason.BAD_HOST, "imap_host"),
        ("b@example.org,pw,imap.example.org,0,", CsvReason.BAD_PORT, "imap_port"),
        ("b@example.org,pw,imap.example.org,99999,", CsvReason.BAD_PORT, "imap_port"),
        ("b@example.org,pw,imap.example.org,x,", CsvReason.BAD_PORT, "imap_port"),
        ("b@example.org,pw,imap.example.org,,maybe", CsvReason.BAD_SECURITY, "imap_security"),
        ("A@example.org,pw,imap.example.org,,", CsvReason.DUPLICATE_ADDRESS, "A@example.org"),
        ("b@example.org,pw,imap.example.org,,,,more", CsvReason.BROKEN_ROW, "7 > 5"),
        ('b@example.org,"pw,imap.example.org,,', CsvReason.BROKEN_ROW, "unexpected end of data"),
        ('b@example.org,"pw"x,imap.example.org,,', CsvReason.BROKEN_ROW, "',' expected after '\"'"),
    ],
)
def test_a_bad_row_is_told_and_stops_no_other(cells: str, reason: CsvReason, detail: str) -> None:
    good = "{}@example.org,pw,imap.example.org,,"
    text = f"{SHORT},imap_port,imap_security\n{good.format('a')}\n{cells}\n\n{good.format('z')}\n"
    first, bad, last = rows(text)
    assert isinstance(first, CsvMailbox)
    assert bad == CsvProblem(3, reason, detail)
    assert isinstance(last, CsvMailbox)
    assert last.line_number == 5


def test_a_row_that_has_slipped_tells_nobody_the_password() -> None:
    for text in ("b@example.org,hun,ter2 secret,993", "b@example.org,hun,ter2@secret,imap.example.org"):
        for row in rows(f"{SHORT},imap_port\n{text}"):
            assert isinstance(row, CsvProblem)
            assert "ter2" not in repr(row)
    assert "hunter2" not in repr(one(f"{SHORT}\nb@example.org,hunter2,imap.example.org"))


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffaddress,password,imap_host\r\nä@example.org,pä,imap.example.org\r\n".encode(),
        "address;password;imap_host\nä@example.org;pä;imap.example.org\n".encode(),
        "address\tpassword\timap_host\rä@example.org\tpä\timap.example.org\r".encode(),
        "\n\n Address , PASSWORD , IMAP host \nä@example.org, pä , imap.example.org ".replace("pä ", "pä").encode(),
        "address,password,imap_host\nä@example.org,pä,imap.example.org".encode("latin-1"),
        "address,password,imap_host\nä@example.org,pä,imap.example.org".encode("utf-16"),
        'address,"password","imap_host"\n"ä@example.org", "pä","imap.example.org"'.encode(),
    ],
)
def test_files_as_the_world_writes_them(content: bytes) -> None:
    row = one(content)
    assert row.mailbox.address == "ä@example.org"
    assert row.credential.receiving.reveal() == "pä"


def test_a_password_may_hold_what_csv_can() -> None:
    row = one(f'{SHORT},note\nb@example.org," a,;""b "" ",imap.example.org,"two\nlines"')
    assert row.credential.receiving.reveal() == ' a,;"b " '
    assert row.mailbox.note == "two\nlines"


@pytest.mark.parametrize("content", [b"", b"\n\n", b"a@example.org,pw,host\n", b'"address\n', b"\x00\xff\xfe"])
def test_a_file_without_our_header_is_one_problem(content: bytes) -> None:
    assert rows(content) == [CsvProblem(1, CsvReason.NO_HEADER, "address")]


def test_a_missing_file_is_one_problem(tmp_path: Path) -> None:
    (row,) = read_mailbox_csv(tmp_path / "none.csv")
    assert isinstance(row, CsvProblem)
    assert (row.line_number, row.reason_key) == (0, CsvReason.NOT_READABLE)


def test_the_provider_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "boxes.csv"
    path.write_text(f"{SHORT}\na@example.org,pw,imap.example.org\n")
    (row,) = read_mailbox_csv(path, provider_of=lambda address, host: f"{address}/{host}")
    assert isinstance(row, CsvMailbox)
    assert row.mailbox.provider == "a@example.org/imap.example.org"


def test_a_thousand_open_quotes_take_no_long_time() -> None:
    text = SHORT + "\n" + 'b@example.org,"pw,imap.example.org\n' * 5000
    assert {type(row) for row in rows(text)} == {CsvProblem}


def test_only_the_address_is_required_where_the_provider_is_known() -> None:
    known = Endpoint("imap.known.example", 993, Security.TLS, "a@known.example")
    text = "address,username,password\na@known.example,login,pw\nb@strange.example,,pw\n"
    first, second = parse_mailbox_csv(text.encode(), receives_at=lambda address: known if "known" in address else None)
    assert isinstance(first, CsvMailbox)
    assert first.mailbox.receiving == Endpoint("imap.known.example", 993, Security.TLS, "login")
    assert first.mailbox.sending is None
    assert isinstance(second, CsvProblem)
    assert second.reason_key is CsvReason.NO_SERVER
