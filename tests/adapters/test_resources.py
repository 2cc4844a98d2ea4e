import gc
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from mailbox_desk.adapters.resources import BadResource, load_providers, load_rules
from mailbox_desk.diagnosis.rules import BadRule
from mailbox_desk.paths import resources_dir


@pytest.mark.parametrize(("folder", "load"), [("rules", load_rules), ("providers", load_providers)])
def test_loading_is_cheap_enough_for_every_start(folder: str, load: Callable[[], object]) -> None:
    texts = [file.read_text(encoding="utf-8") for file in (resources_dir() / folder).glob("*.toml")]

    def spent(work: Callable[[], object]) -> float:
        began = time.process_time()
        work()
        return time.process_time() - began

    gc.freeze()  # what the other tests left in memory is no part of a start
    try:
        loading = min(spent(load) for _ in range(9))
        parsing = min(spent(lambda: [tomllib.loads(text) for text in texts]) for _ in range(9))
    finally:
        gc.unfreeze()
    assert loading < max(0.030, 2 * parsing)  # on a slow machine: hardly more than reading the files


def test_rules_come_by_file_name_then_order() -> None:
    ids = [rule.id for rule in load_rules().rules]
    assert ids.index("own-network-down") < ids.index("words-app-password") < ids.index("code-limit")
    assert ids.index("code-limit") < ids.index("only-this-protocol-refuses") < ids.index("code-refused")


def test_a_rule_has_the_date_of_its_file_unless_it_has_its_own(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(
        "date = 2026-02-03\n"
        "[[rule]]\nid='x'\nwhen={}\nthen={unknown=0.5}\nsource='me'\n"
        "[[rule]]\nid='y'\nwhen={}\nthen={unknown=0.5}\nsource='me'\ndate=2026-03-04\n"
    )
    assert [f"{rule.date}" for rule in load_rules(tmp_path).rules] == ["2026-02-03", "2026-03-04"]


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_text("rule = [")
    for load in (load_rules, load_providers):
        with pytest.raises(BadResource, match=r"odd\.toml"):
            load(tmp_path)


def test_a_bad_rule_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("[[rule]]\nid='x'\nwhen={}\nthen={unknown=0.5}\nsource='me'\n")
    with pytest.raises(BadRule, match="rule x: date"):
        load_rules(tmp_path)
