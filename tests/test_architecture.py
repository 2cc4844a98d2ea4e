"""The house rules that no linter knows: read off the source, none of it is run."""

from __future__ import annotations

import ast
import functools
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "mailbox_desk"
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
SKIPPED = {".git", ".venv", "build", "dist", "__pycache__", ".hypothesis", "node_modules"}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def sources(*places: str) -> list[Path]:
    """The Python files of these places, the build helpers among them."""
    found: list[Path] = []
    for place in places:
        path = ROOT / place
        found += [path] if path.is_file() else sorted(path.rglob("*.py"))
    return found


PROGRAM = sources("mailbox_desk")
HELPERS = sources("dev.py", "build.spec", "resources")
EVERYTHING = PROGRAM + HELPERS + sources("tests")


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), relative(path))


def calls(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Each call: its dotted name as written (`Path(x).open` becomes `?.open`) and its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node.lineno


def dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{dotted(value)}.{name}"
        case _:
            return "?"


def is_in(path: Path, *rooms: str) -> bool:
    return path.relative_to(PACKAGE).parts[0] in rooms


def offenders(paths: Iterable[Path], offences: Callable[[ast.Module], list[str]]) -> dict[str, list[str]]:
    """File -> what in it breaks the rule, "what:line" each. Empty where all is well."""
    return {relative(path): found for path in paths if (found := offences(tree_of(path)))}


def functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def calls_of(*names: str) -> Callable[[ast.Module], list[str]]:
    """Finds the calls whose dotted name is one of `names` or ends in `.` and one of them."""

    def find(tree: ast.Module) -> list[str]:
        return [f"{name}:{line}" for name, line in calls(tree) if any(f".{name}".endswith(f".{bad}") for bad in names)]

    return find


def test_no_file_is_too_long() -> None:
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in EVERYTHING}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_too_long() -> None:
    def too_long(tree: ast.Module) -> list[str]:
        lengths = [(node.name, (node.end_lineno or 0) - node.lineno + 1) for node in functions(tree)]
        return [f"{name}: {lines} lines" for name, lines in lengths if lines > LONGEST_FUNCTION]

    assert offenders(PROGRAM + HELPERS, too_long) == {}


def test_every_module_says_what_it_is_for() -> None:
    assert (
        offenders(PROGRAM + HELPERS, lambda tree: ["no docstring"] * bool(tree.body and not ast.get_docstring(tree)))
        == {}
    )


def test_no_module_bears_a_name_that_says_nothing() -> None:
    empty_words = {"utils", "util", "helpers", "common", "misc"}
    assert [relative(path) for path in PROGRAM if empty_words & set(path.with_suffix("").parts)] == []


def test_imports_stand_at_the_top() -> None:
    """A hidden import is a hidden circle. Three files may: a command must not load Qt, the window paints first, and
    OAuth's libraries come with the first grant."""

    def hidden(tree: ast.Module) -> list[str]:
        inner = [node for function in functions(tree) for node in ast.walk(function)]
        return [f"import:{node.lineno}" for node in inner if isinstance(node, ast.Import | ast.ImportFrom)]

    allowed = {"mailbox_desk/__main__.py", "mailbox_desk/ui/main.py", "mailbox_desk/wiring/signing_in.py"}
    strict = [path for path in PROGRAM if relative(path) not in allowed]
    assert offenders(strict, hidden) == {}
    assert offenders(strict, calls_of("__import__", "import_module")) == {}


def test_no_except_is_bare() -> None:
    def bare(tree: ast.Module) -> list[str]:
        handlers = [node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)]
        return [f"except:{handler.lineno}" for handler in handlers if handler.type is None]

    assert offenders(EVERYTHING, bare) == {}


def test_threads_start_in_workers_alone() -> None:
    """The loop's own executor neither: its threads are no daemons and would hold up the exit."""
    others = [path for path in PROGRAM if relative(path) != "mailbox_desk/adapters/workers.py"]
    assert offenders(others, calls_of("Thread", "Timer", "start_new_thread", "ThreadPoolExecutor", "QThread")) == {}
    assert offenders(PROGRAM, calls_of("run_in_executor", "to_thread")) == {}


def test_files_and_clocks_belong_to_the_adapters() -> None:
    def opens(tree: ast.Module) -> list[str]:  # a dialog's `.open()` is no file
        return [f"{name}:{line}" for name, line in calls(tree) if name in {"open", "io.open", "os.open"}]

    inner = [path for path in PROGRAM if not is_in(path, "adapters", "demo")]
    assert offenders(inner, opens) == {}
    assert offenders(inner, calls_of("read_text", "read_bytes", "write_text", "write_bytes")) == {}
    assert offenders(inner, calls_of("datetime.now", "datetime.utcnow", "datetime.today", "date.today")) == {}
    assert offenders(inner, calls_of("time.time", "time.time_ns", "time.sleep")) == {}


def test_no_dialog_runs_a_loop_of_its_own() -> None:
    """`exec` inside a coroutine breaks other tasks and hangs the exit: dialogs are opened."""
    assert offenders([path for path in PROGRAM if is_in(path, "ui")], calls_of("exec", "exec_")) == {}


def test_nouns_need_the_standard_library_alone() -> None:
    allowed = sys.stdlib_module_names | {"mailbox_desk"}

    def foreign(tree: ast.Module) -> list[str]:
        plain = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
        named = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        return [name for name in plain + named if name.split(".")[0] not in allowed]

    assert offenders([path for path in PROGRAM if is_in(path, "model")], foreign) == {}


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (calls_of("exec"), "menu.exec()"),
        (calls_of("time.time"), "import time\ntime.time()"),
        (calls_of("datetime.now"), "import datetime\ndatetime.datetime.now()"),
        (calls_of("Thread"), "threading.Thread(target=f).start()"),
        (calls_of("to_thread"), "async def f():\n    await asyncio.to_thread(g)"),
        (calls_of("read_text"), "Path(x).read_text()"),
    ],
)
def test_the_finder_finds(rule: Callable[[ast.Module], list[str]], source: str) -> None:
    assert rule(ast.parse(source))
    assert not rule(ast.parse("runtime.timed(); dialog.open(); executed(threads)"))


def tree_files() -> list[Path]:
    """Every text file of the checkout that is ours."""
    everything = [path for path in ROOT.rglob("*") if not SKIPPED & set(path.relative_to(ROOT).parts)]
    return [path for path in everything if path.is_file() and not any(p.endswith("_cache") for p in path.parts)]


def test_the_tree_names_no_registry_and_no_place_of_one_machine() -> None:
    """Whoever builds uses the registries of their own machine; what lies in one developer's folders is not there."""
    hosts = [rb"pypi\.org", rb"python" rb"hosted\.org", rb"registry\.npm", rb"npm" rb"js\.org", rb"deb\.debian\.org"]
    places = [rb"(?<![\w./~-])/(?:" + place + rb")/\w" for place in (rb"work", rb"root", rb"opt", rb"home", rb"Users")]
    pattern = re.compile(b"|".join(hosts + places))
    own = Path(__file__).resolve()
    hits = [
        (relative(path), hit[0]) for path in tree_files() if path != own for hit in pattern.finditer(path.read_bytes())
    ]
    assert hits == []
