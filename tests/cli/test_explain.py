import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbox_desk.adapters.resources import load_rules
from mailbox_desk.cli.explain import explain
from mailbox_desk.diagnosis.bare import BareJudge
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import Stage
from mailbox_desk.wording import Wording

JUDGE = BareJudge(load_rules())
WORDS = Wording.load([], strict=True)


def asked(*lines: bytes | str) -> tuple[int, list[dict[str, Any]]]:
    out = io.StringIO()
    code = explain(lines, True, JUDGE, WORDS, out)
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


def test_answers_come_in_order() -> None:
    lines = [json.dumps({"id": str(number), "raw": "NO [LIMIT] no"}) for number in range(20)]
    code, told = asked(*lines)
    assert code == 0
    assert [each["id"] for each in told] == [str(number) for number in range(20)]
    assert {each["causes"][0]["id"] for each in told} == {"too_many_logins"}


def test_only_raw_is_required() -> None:
    code, told = asked('{"raw": ""}')
    assert code == 0
    assert told[0]["id"] is None
    assert told[0]["causes"]


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        "3",
        '{"id": "x"}',
        '{"raw": 3}',
        '{"raw": null}',
        '{"raw": "a", "stage": 3}',
        '{"raw": "a", "provider": []}',
        '{"raw": NaN}',
        "[" * 100_000,
        b'{"raw": "\xff"}',
    ],
)
def test_a_bad_line_is_answered_in_its_place(line: bytes | str) -> None:
    code, told = asked('{"id": 1, "raw": "a"}', line, '{"id": 3, "raw": "a"}')
    assert code == 2
    assert [each["id"] for each in told[::2]] == [1, 3]
    assert told[1]["causes"] == [{"id": "unknown", "confidence": 0.0}]
    assert told[1]["error"]
    assert "error" not in told[0]
    assert "error" not in told[2]


def test_a_bad_line_keeps_its_id() -> None:
    assert asked('{"id": "mine"}')[1][0]["id"] == "mine"


def test_an_unlisted_stage_is_guessed_and_null_is_nothing() -> None:
    code, told = asked('{"raw": "535 5.7.8 no", "stage": "pop_auth", "auth": null, "provider": ""}')
    assert (code, told[0]["causes"][0]["id"]) == (0, "credentials_rejected")


def test_blank_lines_ask_nothing() -> None:
    assert asked("\n", b"  \r\n") == (0, [])


def test_a_byte_order_mark_and_half_a_character_do_no_harm() -> None:
    code, told = asked(b'\xef\xbb\xbf{"id": "\\ud800", "raw": "\\ud800 no"}')
    assert code == 0
    assert told[0]["id"] == "\ud800"


def test_each_answer_is_out_before_the_next_question() -> None:
    out = io.StringIO()
    seen: list[int] = []

    def lines() -> Iterator[str]:
        for _ in range(3):
            seen.append(out.getvalue().count("\n"))
            yield '{"raw": "a"}'

    explain(lines(), True, JUDGE, WORDS, out)
    assert seen == [0, 1, 2]


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_no_line_is_too_odd(line: bytes | str) -> None:
    _, told = asked(line)
    for each in told:
        sure = [cause["confidence"] for cause in each["causes"]]
        assert 1 <= len(sure) <= 3
        assert sure == sorted(sure, reverse=True)
        assert all(Cause(cause["id"]) for cause in each["causes"])


def sentences(*lines: bytes | str) -> list[str]:
    out = io.StringIO()
    assert explain(lines, False, JUDGE, WORDS, out) == 0
    return out.getvalue().strip().split("\n\n")


def test_texts_are_split_by_blank_lines_and_answered_in_sentences() -> None:
    told = sentences("550-one\r\n", "550 5.2.2 full\n", "\n", "\n", b"NO [AUTHENTICATIONFAILED] no\xff\n")
    assert len(told) == 2
    assert told[0].startswith("> 550-one\n> 550 5.2.2 full\nThe storage of this mailbox is full.")
    assert "Enter the right password." in told[1]
    assert "Could also be: " in told[1]


def test_a_text_that_says_nothing_is_not_taken_for_a_refusal() -> None:
    assert asked('{"raw": "x"}')[1][0]["causes"][0]["id"] == "unknown"


def test_no_text_no_answer() -> None:
    assert sentences("\n") == [""]


def reasons(line: str) -> dict[str, Any]:
    out = io.StringIO()
    assert explain([line], True, JUDGE, WORDS, out, why=True) == 0
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def test_why_tells_the_facts_and_the_rules() -> None:
    told = reasons('{"id": 7, "raw": "535 5.7.8 Application-specific password required", "stage": "smtp_auth"}')
    assert told["causes"][0]["id"] == "app_password_required"
    assert told["rule"]["id"] == "words-app-password"
    assert told["rule"]["source"].startswith("https://")
    assert told["who"] == "you"
    assert told["facts"]["stage"] == Stage.SMTP_AUTH
    assert {"535", "5.7.8"} <= set(told["facts"]["codes"])
    assert "refused_sign_in" in told["facts"]["names"]
    assert told["tried"]["asked"] > 10
    assert "code-refused" in told["tried"]["runners_up"]


def test_why_names_a_rule_whose_words_fitted_elsewhere() -> None:
    told = reasons('{"raw": "552 5.2.2 mailbox full", "stage": "imap_session"}')
    assert {"rule": "sending-mailbox-full", "key": "stage"} in told["tried"]["near"]


def test_why_adds_nothing_that_is_not_asked_for() -> None:
    assert set(asked('{"raw": "no"}')[1][0]) == {"id", "causes"}


def test_why_in_sentences() -> None:
    out = io.StringIO()
    explain(["NO [LIMIT] no"], False, JUDGE, WORDS, out, why=True)
    said = out.getvalue()
    assert "Decided by rule “code-limit”, known from RFC 5530" in said
    assert "Codes: LIMIT" in said
    assert "Without it would have decided: " in said


SECRET = "hUnter2-Zq9x"
PASTED = [
    f"C: a1 LOGIN bob@example.com {SECRET}\nS: a1 NO [AUTHENTICATIONFAILED] no",
    f'{{"error": "invalid_grant", "refresh_token": "{SECRET}"}}',
    f"Authorization: Bearer {SECRET}\nHTTP 401",
]


@pytest.mark.parametrize("text", PASTED)
@pytest.mark.parametrize("why", [False, True])
@pytest.mark.parametrize("as_json", [False, True])
def test_no_secret_comes_back(text: str, why: bool, as_json: bool) -> None:
    out = io.StringIO()
    lines = [json.dumps({"raw": text})] if as_json else text.splitlines()
    explain(lines, as_json, JUDGE, WORDS, out, why=why)
    assert out.getvalue()
    assert SECRET not in out.getvalue()
