"""dev.py: its pure parts, its care for interruptions, and the promise that it works from a bare machine."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import dev

ROOT = Path(__file__).resolve().parent.parent
LISTING = """ii |libegl1|
rc |xvfb|
ii |libglib2.0-0t64|libglib2.0-0 (= 2.80.0-6)
ii |mail-stack|imap-server, mail-transport-agent (= 1)
"""


def test_it_is_read_by_a_python_too_old_to_run_the_program() -> None:
    ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize(
    ("version", "does"), [((3, 10), False), ((3, 11), True), ((3, 12), True), ((3, 13), True), ((3, 14), False)]
)
def test_which_pythons_fit(version: tuple[int, int], does: bool) -> None:
    assert dev.fits(version) is does
    required = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    assert Requirement(f"python{required}").specifier.contains(f"{version[0]}.{version[1]}.1") is does


def test_a_python_says_its_version() -> None:
    assert dev.version_of([sys.executable]) == sys.version_info[:2]
    assert dev.version_of(["no-such-python"]) is None
    assert dev.version_of(["false"]) is None


def test_an_unfitting_python_hands_over_or_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    handed: list[Sequence[str]] = []
    monkeypatch.setattr(dev, "PYTHONS", ((3, 99),))
    assert dev.main(["run"]) == 2
    assert "3.11, 3.12 or 3.13" in capsys.readouterr().err
    monkeypatch.setattr(dev, "other_python", lambda: ["python3.99"])

    def call(command: Sequence[str]) -> int:
        handed.append(command)
        return 7

    monkeypatch.setattr(dev, "call", call)
    assert dev.main(["run", "--home", "x"]) == 7
    assert handed == [["python3.99", str(ROOT / "dev.py"), "run", "--home", "x"]]


@pytest.mark.parametrize("arguments", [[], ["rnu"], ["--help"]])
def test_an_unknown_task_gets_the_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(arguments) == 2
    told = capsys.readouterr().err
    assert all(f"  {task} " in told for task in dev.TASKS)


def test_missing_packages_are_told_from_present_and_provided_ones() -> None:
    wanted = ["libegl1", "xvfb", "libglib2.0-0", "imap-server", "openbox"]
    assert dev.missing(wanted, LISTING) == ["xvfb", "openbox"]
    assert dev.missing([], LISTING) == []


def test_package_lists_are_plain_names() -> None:
    names = dev.named("run", "test", "long", "package")
    assert len(names) == len(set(names)) > 30
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9.+-]+", name) for name in names)
    assert f"libpython3.{sys.version_info[1]}" in names


def test_who_may_not_install_is_told_the_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "administrator", lambda: None)
    monkeypatch.setattr(dev, "missing", lambda wanted, listing: ["xvfb", "openbox"])
    line = "sudo apt-get install -y --no-install-recommends xvfb openbox"
    with pytest.raises(dev.Stop, match=line):
        dev.provide(["xvfb", "openbox"], must=True)
    dev.provide(["xvfb", "openbox"], must=False)
    assert line in capsys.readouterr().err


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sound, empty virtual environment of its own, with the stamps and marks beside it."""
    folder = tmp_path / ".venv"
    monkeypatch.setattr(dev, "VENV", folder)
    monkeypatch.setattr(dev, "STAMPS", folder / "stamps.json")
    monkeypatch.setattr(dev, "INSTALLING", folder / "installing")
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)
    return folder


@pytest.fixture
def steps(venv: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What dev.py would have done, a line each; nothing is."""
    told: list[str] = []

    def step(what: str, command: Sequence[str]) -> None:
        assert dev.INSTALLING.exists()  # a kill at this moment is seen by the next run
        told.append(" ".join(command).split(" install -q ")[1].split()[-1])
        (venv / "bin" / "mailbox-desk").touch()

    monkeypatch.setattr(dev, "step", step)
    return told


def test_a_venv_is_made_anew_only_for_a_reason(venv: Path) -> None:
    sound = {"root": str(ROOT)}
    assert dev.venv_fault(sound) is None
    assert "folder" in str(dev.venv_fault({"root": "elsewhere"}))
    dev.INSTALLING.touch()
    assert "cut short" in str(dev.venv_fault(sound))
    dev.INSTALLING.unlink()
    (venv / "bin" / "python").unlink()
    assert "Python is gone" in str(dev.venv_fault(sound))
    shutil.rmtree(venv)
    assert "none yet" in str(dev.venv_fault({}))


def test_a_venv_without_pip_or_stamps_is_half_made(venv: Path) -> None:
    (venv / "bin" / "python").unlink()
    (venv / "bin" / "python").write_text('#!/bin/sh\ncase "$*" in *pip*) exit 1;; *) echo 3 11;; esac\n')
    (venv / "bin" / "python").chmod(0o755)
    assert dev.venv_fault({}) == "it is half made"
    assert dev.venv_fault({"root": str(ROOT)}) is None


def test_nothing_is_installed_twice(steps: list[str]) -> None:
    dev.install("run", {})
    assert steps == ["requirements/run.txt", str(ROOT)]
    dev.install("run", dev.read_stamps())
    assert len(steps) == 2
    dev.install("dev", dev.read_stamps())
    assert steps[2:] == ["requirements/dev.txt"]
    dev.install("run", dev.read_stamps())
    dev.install("dev", dev.read_stamps())
    assert len(steps) == 3
    assert not dev.INSTALLING.exists()


def test_a_changed_lock_or_project_is_installed_again(steps: list[str]) -> None:
    dev.install("dev", {})
    steps.clear()
    dev.install("dev", {**dev.read_stamps(), "dev": "older"})
    assert steps == ["requirements/dev.txt"]
    dev.install("dev", {**dev.read_stamps(), "project": "older"})
    assert steps[1:] == [str(ROOT)]
    dev.tool("mailbox-desk").unlink()
    dev.install("dev", dev.read_stamps())
    assert steps[2:] == [str(ROOT)]


@pytest.mark.parametrize(("code", "mark_stays"), [(1, False), (-9, True)])
def test_a_killed_pip_leaves_its_mark_and_a_failing_one_does_not(
    venv: Path, monkeypatch: pytest.MonkeyPatch, code: int, mark_stays: bool
) -> None:
    def fail(what: str, command: Sequence[str]) -> None:
        raise dev.Stop("no", code)

    monkeypatch.setattr(dev, "step", fail)
    with pytest.raises(dev.Stop):
        dev.install("run", {})
    assert dev.INSTALLING.exists() is mark_stays
    assert dev.read_stamps() == {}


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_spoiled_stamps_are_no_stamps(venv: Path, text: str) -> None:
    dev.STAMPS.write_text(text, encoding="utf-8")
    assert dev.read_stamps() == {}
    dev.STAMPS.write_text(json.dumps({"run": "x"}), encoding="utf-8")
    assert dev.read_stamps() == {"run": "x"}


def test_a_failing_step_shows_the_words_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-c", "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"]
    with pytest.raises(dev.Stop) as stopped:
        dev.step("Trying", command)
    assert stopped.value.code == 3
    assert {"out", "err"} <= set(str(stopped.value).split())
    assert capsys.readouterr().err == "Trying ...\n"


def test_all_parts_are_done_and_the_first_failure_is_the_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    python, last = sys.executable, tmp_path / "last"
    parts = {
        "one": [python, "-c", ""],
        "two": [python, "-c", "raise SystemExit(3)"],
        "three": [python, "-c", "raise SystemExit(4)"],
        "four": [python, "-c", f"open({str(last)!r}, 'w').close()"],
    }
    assert dev.do_parts(parts) == 3
    assert last.exists()
    table = capsys.readouterr().err.split("==\n")[1]
    assert [line.split()[0::3] for line in table.splitlines()] == [
        ["one", "ok"],
        ["two", "FAILED"],
        ["three", "FAILED"],
        ["four", "ok"],
    ]


def test_tests_see_nothing_of_the_persons_own_desk() -> None:
    own = {"DISPLAY": ":0", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/x", "LANG": "de_DE.UTF-8", "LC_TIME": "de_DE"}
    seen = dev.plain_environment({**own, "PATH": "/bin", "MAILBOX_DESK_HOME": "x"})
    assert seen == {"PATH": "/bin", "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"}


INTERRUPTED = """
import sys, dev
nap = '''
import time
try:
    print("napping", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print("cleaned up", flush=True)
'''
dev.TASKS["nap"] = lambda rest: dev.call([sys.executable, "-c", nap])
sys.exit(dev.main(["nap"]))
"""


@pytest.mark.parametrize("to_group", [True, False])
def test_an_interrupted_task_lets_its_child_clean_up(to_group: bool) -> None:
    """Ctrl+C reaches both, SIGTERM dev.py alone; the child is told once either way."""
    pipe = subprocess.PIPE
    started = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED], cwd=ROOT, stdout=pipe, stderr=pipe, text=True, start_new_session=True
    )
    with started as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "napping\n"
        if to_group:
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.terminate()
        out, err = process.communicate(timeout=30)
    assert (out, err, process.returncode) == ("cleaned up\n", "Stopped.\n", 130)


def pinned(lock: str) -> dict[str, tuple[str, int]]:
    """Name -> (version, number of hashes) of a lock. Raises where a line is neither."""
    found: dict[str, tuple[str, int]] = {}
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            name, version = re.match(r"([a-z0-9-]+)==(\S+)", line).groups()  # type: ignore[union-attr]  # fails if absent
            found[name] = (version, len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", line)))
    return found


def wanted(*groups: str) -> Iterator[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for text in [
        *project["project"]["dependencies"],
        *(line for g in groups for line in project["dependency-groups"][g]),
    ]:
        yield Requirement(text)


@pytest.mark.parametrize(("lock", "groups"), [("run", ["build"]), ("dev", ["build", "dev"])])
def test_each_lock_holds_all_that_the_project_asks_for(lock: str, groups: list[str]) -> None:
    held = pinned(lock)
    assert all(hashes for _, hashes in held.values())
    for requirement in wanted(*groups):
        version, _ = held[requirement.name.lower().replace("_", "-")]
        assert requirement.specifier.contains(version), requirement


def test_the_two_locks_agree() -> None:
    run, development = pinned("run"), pinned("dev")
    assert {name: development.get(name) for name in run} == run


def test_continuous_integration_calls_dev_py_and_nothing_more() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").splitlines()[-1] == "exec python3 dev.py test"
