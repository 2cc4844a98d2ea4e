"""The collected answers keep their form, stand apart from the earlier set, and are split as the script splits them."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import Stage
from mailbox_desk.model.mailbox import AuthKind
from tests.cases.reading import COLLECTED, HELD_OUT, Answer, read_answers, read_lines
from tests.cases.set_aside import SHARE, held_out, set_aside

EARLIER = Path(__file__).parent / "responses.jsonl"
OPEN = read_answers(COLLECTED)
ASIDE = read_answers(HELD_OUT)
ALL = OPEN + ASIDE
STRENGTHS = {"vendor_doc", "resolved_in_thread", "inferred_from_text"}
BY_THE_DESK_ITSELF = {Cause.LOCAL_NETWORK, Cause.CAPTIVE_PORTAL, Cause.PROTECTIVE_PAUSE, Cause.VAULT_LOCKED}
ANSWERABLE = {cause.value for cause in Cause if cause not in BY_THE_DESK_ITSELF}


@pytest.mark.parametrize("answer", ALL, ids=[answer.id for answer in ALL])
def test_the_form(answer: Answer) -> None:
    assert re.fullmatch(r"c-\d+-[a-z0-9-]+", answer.id)
    assert re.fullmatch(r"[a-z0-9_]+", answer.provider)
    assert answer.stage in {stage.value for stage in Stage}
    assert answer.auth in {kind.value for kind in AuthKind} | {"unknown"}
    assert answer.cause in ANSWERABLE
    assert set(answer.also) <= ANSWERABLE - {answer.cause}
    assert len(set(answer.also)) == len(answer.also) <= 4
    assert answer.strength in STRENGTHS
    assert answer.raw.strip() and answer.evidence.endswith((".", "?"))


@pytest.mark.parametrize("answer", ALL, ids=[answer.id for answer in ALL])
def test_the_source_is_a_public_address(answer: Answer) -> None:
    assert re.fullmatch(r"https://[\w.-]+\.[a-z]+/\S+", answer.source)


@pytest.mark.parametrize("answer", ALL, ids=[answer.id for answer in ALL])
def test_it_names_nobody(answer: Answer) -> None:
    """Mail addresses are made up; addresses of machines are those kept for documents, or the provider's own."""
    addresses = re.findall(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)", answer.raw)
    assert {name for name in addresses if not re.search(r"\bexample\.(com|net|org)$", name)} <= {"corp.mail.ru"}


def test_ids_are_unique() -> None:
    assert [name for name, times in Counter(answer.id for answer in ALL).items() if times > 1] == []


def test_no_answer_is_there_twice() -> None:
    """Said to the same provider at the same stage, with nothing but ids and numbers apart."""
    met = Counter((answer.provider, answer.stage, answer.gist) for answer in ALL)
    assert [place for place, times in met.items() if times > 1] == []


def test_no_text_is_held_out_and_open_at_once() -> None:
    assert {answer.gist for answer in OPEN} & {answer.gist for answer in ASIDE} == set()


@pytest.mark.skipif(not EARLIER.is_file(), reason="the earlier set is not in this tree")
def test_no_text_is_of_the_earlier_set() -> None:
    earlier = {answer.gist for answer in read_answers(EARLIER)}
    assert [answer.id for answer in ALL if answer.gist in earlier] == []


def test_the_split_is_what_the_script_gives() -> None:
    assert {answer.id for answer in ASIDE} == held_out(ALL)


def test_about_three_of_ten_are_held_out() -> None:
    assert abs(len(ASIDE) / len(ALL) - SHARE) < 0.05


def test_running_the_script_again_changes_nothing(tmp_path: Path) -> None:
    collected, aside = tmp_path / "collected.jsonl", tmp_path / "held_out.jsonl"
    collected.write_bytes(COLLECTED.read_bytes())
    aside.write_bytes(HELD_OUT.read_bytes())
    set_aside(collected, aside)
    assert (read_lines(collected), read_lines(aside)) == (read_lines(COLLECTED), read_lines(HELD_OUT))


def test_the_split_comes_out_the_same_from_one_file(tmp_path: Path) -> None:
    collected, aside = tmp_path / "collected.jsonl", tmp_path / "held_out.jsonl"
    collected.write_bytes(HELD_OUT.read_bytes() + COLLECTED.read_bytes())
    set_aside(collected, aside)
    assert (read_lines(collected), read_lines(aside)) == (read_lines(COLLECTED), read_lines(HELD_OUT))


def test_a_later_batch_leaves_the_earlier_split_alone() -> None:
    later = [Answer(**json.loads(line) | {"id": f"c-99-{at}"}) for at, line in enumerate(read_lines(COLLECTED))]
    assert held_out(ALL) < held_out(ALL + later)
    assert {name for name in held_out(ALL + later) if not name.startswith("c-99-")} == held_out(ALL)
