"""The catalogues: current, complete, and every key that the program asks for is there."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from gettext import NullTranslations
from pathlib import Path

import pytest

from mailbox_desk.model.cause import Action, Actor, Cause
from mailbox_desk.model.check import Step
from mailbox_desk.model.diagnosis import Certainty
from mailbox_desk.model.told import Told
from mailbox_desk.model.verdict import Half, Shown, VeilReason
from mailbox_desk.paths import resources_dir
from mailbox_desk.wording.catalogue import Catalogue, MissingWords, languages_of

PACKAGE = Path(__file__).resolve().parents[2] / "mailbox_desk"
WORDS = Catalogue.load([], strict=True)


def test_the_compiled_catalogues_are_current() -> None:
    script = resources_dir() / "locale" / "compile.py"
    run = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "")


def keys_in_code() -> Iterator[tuple[str, str]]:
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
                continue
            key = node.args[0]
            if node.func.attr in ("text", "plural") and isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, f"{file.name}:{node.lineno}"


def test_every_key_in_the_code_has_words() -> None:
    asked = dict(keys_in_code())
    assert len(asked) > 50
    assert {key: place for key, place in asked.items() if not WORDS.has(key)} == {}


@pytest.mark.parametrize("cause", Cause)
@pytest.mark.parametrize("what", ["phrase", "headline", "next_step"])
def test_every_cause_has_words(cause: Cause, what: str) -> None:
    assert WORDS.has(f"cause.{cause.value}.{what}")


@pytest.mark.parametrize(
    "key",
    [
        *(f"status.{each.value}" for each in Shown),
        *(f"half.{each.value}" for each in Half),
        *(f"protocol.{each}" for each in (*Half, "either")),
        *(f"actor.{each.value}" for each in Actor),
        *(f"action.{each.value}" for each in Action),
        *(f"certainty.{each.value}" for each in Certainty),
        *(f"step.{each.value}" for each in Step),
        *(f"fact.{each.value}" for each in Told),
        *(
            f"veil.{each.value}.{what}"
            for each in VeilReason
            for what in ("phrase", "headline", "next_step", "meanwhile")
        ),
        *(f"headline.{each.value.lower()}" for each in Shown if each.value not in ("CONNECTED", "BLIND", "PAUSED")),
        *(f"next_step.{each}.{when}" for each in ("checking", "suspect", "reconnecting") for when in ("soon", "at")),
        *(f"time.day.{number}" for number in range(1, 8)),
        *(f"time.month.{number}" for number in range(1, 13)),
    ],
)
def test_every_enum_has_words(key: str) -> None:
    assert WORDS.has(key)


def test_phrases_stand_alone_and_are_short() -> None:
    for cause in Cause:
        assert len(WORDS.text(f"cause.{cause.value}.phrase")) <= 36


def test_a_missing_key_raises_in_tests_and_is_shown_at_run_time() -> None:
    with pytest.raises(MissingWords, match=r"no\.such\.key"):
        WORDS.text("no.such.key")
    assert Catalogue.load([]).text("no.such.key") == "no.such.key"


def test_a_missing_value_raises_in_tests_and_shows_the_key_at_run_time() -> None:
    with pytest.raises(MissingWords, match=r"time\.ago"):
        WORDS.text("time.ago")
    assert Catalogue.load([]).text("time.ago") == "time.ago"


def test_values_are_never_read_as_forms() -> None:
    assert WORDS.text("time.ago", time="{0.__class__}") == "{0.__class__} ago"


@pytest.mark.parametrize(("count", "said"), [(1, "1 day"), (2, "2 days"), (0, "0 days")])
def test_plurals(count: int, said: str) -> None:
    assert WORDS.plural("time.days", count) == said


def test_an_unknown_language_falls_back_to_english() -> None:
    assert Catalogue.load(["xx_YY"], strict=True).text("status.CONNECTED") == "Connected"


def test_without_catalogues_keys_are_shown(tmp_path: Path) -> None:
    assert Catalogue.load([], folder=tmp_path).text("status.CONNECTED") == "status.CONNECTED"
    assert Catalogue([NullTranslations()]).has("status.CONNECTED") is False


@pytest.mark.parametrize(
    ("environment", "languages"),
    [
        ({}, []),
        ({"LANG": "de_DE.UTF-8"}, ["de_DE.UTF-8"]),
        ({"LANGUAGE": "de:fr", "LANG": "en_GB"}, ["de", "fr"]),
        ({"LANGUAGE": "", "LC_ALL": "C"}, ["C"]),
    ],
)
def test_the_languages_of_a_person(environment: dict[str, str], languages: list[str]) -> None:
    assert languages_of(environment) == languages
