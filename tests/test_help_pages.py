"""The help as it is written: its form, its length, its links, and that each cause and action has its page."""

from __future__ import annotations

import re

import pytest

from mailbox_desk.adapters.csv_formats import COLUMNS
from mailbox_desk.adapters.help_pages import load_help
from mailbox_desk.model.cause import CAUSES, Action, Actor, Cause, RetryKind
from mailbox_desk.model.help_page import HelpPage
from mailbox_desk.model.verdict import VeilReason
from mailbox_desk.paths import resources_dir
from mailbox_desk.wording.catalogue import Catalogue

LIBRARY = load_help()
WORDS = Catalogue.load([], strict=True)
OF_CAUSES = [page for page in LIBRARY if page.causes]
GUIDES = [page for page in LIBRARY if not page.causes]
HEADINGS = [
    "What happened",
    "How we know",
    "Whose move",
    "Do this",
    "What the desk does meanwhile",
    "What not to do",
    "After it works again",
    "Stop it from happening",
]
WHOSE = {
    Actor.YOU: "**Yours.**",
    Actor.ADMIN: "**Your admin’s.**",
    Actor.PROVIDER: "**The provider’s.**",
    Actor.DESK: "**The desk’s.**",
    Actor.NOBODY: "**Nobody’s.**",
}
TOLD_WAITS = {
    "weather": "within seconds at first, then more and more seldom, but at least once in half an hour",
    "hourly": "once an hour",
    "limit": "half an hour, then one, two and four hours",
    "gentle": "after half an hour, then after one, three and six hours",
}
MOST_WORDS = 350
LONGEST_SENTENCE = 26
# What makes a link a tracked one: campaign tags, click ids, referrers, shorteners.
TRACKED = re.compile(
    r"[?&](?:utm_\w+|gclid|fbclid|mc_\w+|srsltid|ref|source|cbid)=|//(?:bit\.ly|t\.co|goo\.gl|lnkd\.in)/"
)

each_page = pytest.mark.parametrize("page", LIBRARY.pages, ids=lambda page: page.id)
each_page_of_a_cause = pytest.mark.parametrize("page", OF_CAUSES, ids=lambda page: page.id)


def links(page: HelpPage) -> list[str]:
    return re.findall(r"\]\(([^)]*)\)", page.markdown)


def sections(page: HelpPage) -> dict[str, str]:
    """Heading -> what stands under it."""
    parts = re.split(r"^## (.+)$", page.markdown, flags=re.MULTILINE)
    return dict(zip(parts[1::2], (part.strip() for part in parts[2::2]), strict=True))


@pytest.mark.parametrize("cause", Cause)
def test_each_cause_has_one_page_of_its_own(cause: Cause) -> None:
    pages = [page for page in LIBRARY if cause in page.causes]
    assert [page.id for page in pages] == [cause.value]
    assert pages[0].causes == {cause}


@pytest.mark.parametrize("action", Action)
def test_each_action_has_one_page(action: Action) -> None:
    assert len([page for page in LIBRARY if action in page.actions]) == 1


def test_the_guides_are_there_and_no_page_is_left_over() -> None:
    asked_for = {"app_passwords", "how_the_desk_judges", "import_and_export", "privacy", "keyboard"}
    assert asked_for <= {page.id for page in GUIDES}
    files = {file.stem for file in (resources_dir() / "help" / "en").glob("*.md")}
    assert files == {page.id for page in LIBRARY}
    assert len({page.title for page in LIBRARY}) == len(LIBRARY.pages)


@each_page_of_a_cause
def test_a_page_of_a_cause_has_the_one_form(page: HelpPage) -> None:
    assert page.markdown.startswith(f"# {page.title}\n\n## {HEADINGS[0]}\n")
    assert list(sections(page)) == HEADINGS
    assert all(sections(page).values())


@each_page_of_a_cause
def test_it_says_what_to_do_in_numbered_steps(page: HelpPage) -> None:
    numbers = re.findall(r"^(\d+)\. ", sections(page)["Do this"], re.MULTILINE)
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
    assert len(numbers) >= 3


@each_page_of_a_cause
def test_it_names_whoever_acts_by_the_table_of_causes(page: HelpPage) -> None:
    (cause,) = page.causes
    assert sections(page)["Whose move"].startswith(WHOSE[CAUSES[cause].who])


@each_page_of_a_cause
def test_it_says_what_not_to_do(page: HelpPage) -> None:
    points = re.findall(r"^- (.+)$", sections(page)["What not to do"], re.MULTILINE)
    assert len(points) >= 2


@each_page_of_a_cause
def test_it_tells_the_waits_that_the_desk_really_keeps(page: HelpPage) -> None:
    (cause,) = page.causes
    said = sections(page)["What the desk does meanwhile"]
    told = [plan for plan, words in TOLD_WAITS.items() if words in said]
    assert told in ([], [CAUSES[cause].retry.name])
    assert told or isinstance(CAUSES[cause].then, VeilReason) or CAUSES[cause].retry.name in ("gentle", "hourly")


def test_the_waits_told_are_those_of_the_table() -> None:
    plans = {facts.retry.name: facts.retry.waits for facts in CAUSES.values()}
    assert plans == {
        "weather": (),
        "hourly": (3600,),
        "limit": (1800, 3600, 7200, 14400),
        "gentle": (1800, 3600, 10800, 21600),
        "none": (),
    }
    weather = CAUSES[Cause.SERVER_BUSY].retry
    assert (weather.kind, weather.base, weather.cap) == (RetryKind.FULL_JITTER, 5, 1800)


@each_page
def test_no_page_is_long(page: HelpPage) -> None:
    assert len(page.markdown.split()) <= MOST_WORDS


@each_page
def test_sentences_are_short(page: HelpPage) -> None:
    plain = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", page.markdown)
    prose = [line for line in plain.splitlines() if not line.startswith(("|", "#"))]
    sentences = [each for line in prose for each in re.split(r"(?<=[.!?:])\s|\s·\s", line)]
    assert {each for each in sentences if len(each.split()) > LONGEST_SENTENCE} == set()


@each_page
def test_links_are_safe_and_lead_somewhere(page: HelpPage) -> None:
    for link in links(page):
        if link.endswith(".md"):
            assert LIBRARY.page(link.removesuffix(".md")) is not None, link
            assert link != f"{page.id}.md"
        else:
            assert re.fullmatch(r"https://[a-z0-9.-]+\.[a-z]{2,}(/[^\s<>\"]*)?", link), link
            assert not TRACKED.search(link), link


@each_page
def test_nothing_is_loaded_and_no_markup_is_hidden(page: HelpPage) -> None:
    assert "![" not in page.markdown
    assert not re.search(r"<[a-zA-Z/!]", page.markdown)
    assert "'" not in page.markdown  # the house writes ’


@each_page
def test_every_section_of_the_list_has_words(page: HelpPage) -> None:
    assert WORDS.has(f"help.section.{page.section}")


def test_pages_of_a_section_stand_together() -> None:
    order = [page.section for page in LIBRARY]
    changes = [section for place, section in enumerate(order) if place == 0 or order[place - 1] != section]
    assert len(changes) == len(set(changes))


def test_the_columns_told_are_those_that_are_read() -> None:
    page = LIBRARY.page("import_and_export")
    assert page is not None
    told = re.search(r"^`(address, .*)`$", page.markdown, re.MULTILINE)
    assert told is not None
    assert tuple(told[1].split(", ")) == COLUMNS
