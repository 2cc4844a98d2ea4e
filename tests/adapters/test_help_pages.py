from __future__ import annotations

from pathlib import Path

import pytest

from mailbox_desk import wiring
from mailbox_desk.adapters.help_pages import help_page, load_help
from mailbox_desk.adapters.resources import BadResource
from mailbox_desk.model.cause import Action, Cause

INDEX = """
[[page]]
id = "b"
section = "desk"
actions = ["wait"]
keywords = ["two words", "535"]
[[page]]
id = "a"
section = "desk"
causes = ["over_quota"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "index.toml").write_text(INDEX)
    for language, name, text in (("en", "a", "# Full\n\ntext\n"), ("en", "b", "# Wait\n"), ("de", "a", "# Voll\n")):
        (tmp_path / language).mkdir(exist_ok=True)
        (tmp_path / language / f"{name}.md").write_text(text)
    return tmp_path


def test_pages_come_in_the_order_of_the_index_with_their_own_title(folder: Path) -> None:
    library = load_help(folder=folder)
    assert [(page.id, page.title) for page in library] == [("b", "Wait"), ("a", "Full")]
    assert library.pages[1].markdown == "# Full\n\ntext\n"
    assert library.pages[0].keywords == ("two words", "535")


def test_a_page_stands_for_its_causes_and_actions(folder: Path) -> None:
    library = load_help(folder=folder)
    of_cause, of_action = library.of_cause(Cause.OVER_QUOTA), library.of_action(Action.WAIT)
    assert of_cause is not None and of_cause.id == "a"
    assert of_action is not None and of_action.id == "b"
    assert library.of_cause(Cause.UNKNOWN) is None
    assert library.page("c") is None


def test_a_language_is_filled_up_with_english(folder: Path) -> None:
    assert [page.title for page in load_help("de_AT", folder=folder)] == ["Wait", "Voll"]
    assert [page.title for page in load_help("xx", folder=folder)] == ["Wait", "Full"]


@pytest.mark.parametrize(
    ("index", "said"),
    [
        ("page = [", "index.toml can't be understood"),
        ("", "'page'"),
        ("[[page]]\nid = 'a'", "'section'"),
        ("[[page]]\nid = 'a'\nsection = 'x'\ncauses = ['no_such_cause']", "no_such_cause"),
        ("[[page]]\nid = 'gone'\nsection = 'x'", r"gone\.md can't be read"),
    ],
)
def test_a_broken_index_says_what_is_wrong(folder: Path, index: str, said: str) -> None:
    (folder / "index.toml").write_text(index)
    with pytest.raises(BadResource, match=said):
        load_help(folder=folder)


def test_without_an_index_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadResource, match=r"index\.toml can't be read"):
        load_help(folder=tmp_path)


def test_a_page_by_itself_names_other_pages_and_links_none() -> None:
    page = help_page(Cause.CREDENTIALS_REJECTED)
    assert "*App passwords*" in page
    assert ".md)" not in page
    assert "](https://" in page


def test_english_where_a_language_has_no_page() -> None:
    assert help_page(Cause.OVER_QUOTA, "xx_YY") == help_page(Cause.OVER_QUOTA)


async def test_the_window_gets_them_off_its_thread() -> None:
    assert await wiring.read_help() == load_help()
