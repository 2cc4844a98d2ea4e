from __future__ import annotations

import csv

import pytest

from mailbox_desk.adapters.csv_reading import read_sheet


@pytest.mark.parametrize(
    ("content", "encoding", "separator"),
    [
        ("a,ä".encode(), "utf_8", ","),
        ("a;ä".encode("utf-8-sig"), "utf_8", ";"),
        ("a\tä".encode("utf-16"), "utf_16", "\t"),
        ("a,ä€".encode("cp1252"), "windows_1252", ","),
        (b"a,\xe4\x81", "windows_1252", ","),
    ],
)
def test_encoding_and_separator_are_recognised(content: bytes, encoding: str, separator: str) -> None:
    sheet = read_sheet(content)
    assert (sheet.encoding, sheet.separator) == (encoding, separator)
    assert [cell[:1] for cell in sheet.header] == ["a", "ä"]


def test_rows_have_the_numbers_of_their_first_lines() -> None:
    sheet = read_sheet(b'\na,b\n\n1,"x\ny"\n"open,2\n3,4\n')
    numbered = list(sheet.rows())
    assert [number for number, _ in numbered] == [4, 6, 7]
    assert numbered[0][1] == ["1", "x\ny"]
    assert isinstance(numbered[1][1], csv.Error)
    assert numbered[2][1] == ["3", "4"]


def test_nothing_is_no_header() -> None:
    assert read_sheet(b"").header == []
    assert list(read_sheet(b" \n \n").rows()) == []
