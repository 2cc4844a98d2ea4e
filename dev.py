#!/usr/bin/env python3
"""The project's commands: `python3 dev.py run`, `python3 dev.py test`, and setup, check, bench, package.

From a bare machine it makes .venv, installs the hash-pinned locks and the system's libraries, each once, then does
the task. Standard library only, in the grammar of Python 3.8, so that an unfitting Python is told so and not a
syntax error. It speaks on stderr: stdout belongs to what it runs.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMPS = VENV / "mailbox-desk-stamps.json"
INSTALLING = VENV / "mailbox-desk-installing"
WINDOWS = os.name == "nt"
PYTHONS = ((3, 11), (3, 12), (3, 13))
LINUX = sys.platform.startswith("linux")

USAGE = """usage: python3 dev.py TASK

  run [ARGS]                    start Mailbox Desk (ARGS go to it: check, watch, explain, --home DIR, ...)
  test [--long] [PYTEST ARGS]   every check and test but those marked long; --long: those too
  check                         the static part of test alone
  bench [NAMES]                 the measurements in tests/bench; exit 1 on a miss
  package                       a stand-alone build in dist/: folder, archive and, on Debian, a .deb
  setup                         install what every task needs, do nothing else
"""


class Stop(Exception):
    """The task cannot go on; the text says why and what to do. `code`: of the command that failed, if it was one."""

    def __init__(self, text: str, code: int = 0) -> None:
        super().__init__(text)
        self.code = code


class Terminated(KeyboardInterrupt):
    """Someone asked this process alone to end; its child does not know yet."""


def fits(version: tuple[int, ...]) -> bool:
    """Whether the program runs on this version of Python."""
    return version[:2] in PYTHONS


def other_python() -> list[str] | None:
    """The command of a Python on this machine that fits, the newest first. None where there is none."""
    for major, minor in reversed(PYTHONS):
        command = ["py", f"-{major}.{minor}"] if WINDOWS else [f"python{major}.{minor}"]
        if version_of(command) == (major, minor):
            return command
    return None


def version_of(command: Sequence[str]) -> tuple[int, ...] | None:
    """The (major, minor) that this Python command says of itself; None where it does not start."""
    ask = [*command, "-I", "-S", "-c", "import sys; print(*sys.version_info[:2])"]
    try:
        told = subprocess.run(ask, capture_output=True, text=True, check=True).stdout.split()
    except (OSError, subprocess.CalledProcessError):
        return None
    return tuple(int(number) for number in told)


def say(text: str) -> None:
    """One line for the person, at once."""
    print(text, file=sys.stderr, flush=True)


def call(command: Sequence[str], env: Mapping[str, str] | None = None, into: IO[str] | None = None) -> int:
    """Run to the end and give the exit code. Interrupted, it lets the child clean up before it goes on its way."""
    child = subprocess.Popen(command, cwd=ROOT, env=env, stdout=into, stderr=into and subprocess.STDOUT)
    try:
        return child.wait()
    except KeyboardInterrupt as interruption:
        if isinstance(interruption, Terminated):  # a terminal tells the child itself
            child.terminate() if WINDOWS else child.send_signal(signal.SIGINT)
        try:
            child.wait(30)
        except subprocess.TimeoutExpired:
            child.kill()
        raise


def step(what: str, command: Sequence[str]) -> None:
    """Do one step of the installation, said in one line; its own words are shown only where it fails (Stop)."""
    began = time.monotonic()
    say(f"{what} ...")
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as words:
        code = call(command, into=words)
        if code:
            words.seek(0)
            raise Stop(f"{''.join(words.readlines()[-40:])}That failed: {' '.join(command)}", code)
    say(f"  done in {time.monotonic() - began:.0f} s")


def named(*lists: str) -> list[str]:
    """The Debian packages of requirements/debian-LIST.txt: one a line, `#` begins a comment."""
    texts = [(ROOT / "requirements" / f"debian-{name}.txt").read_text(encoding="utf-8") for name in lists]
    lines = [line.split("#")[0].strip() for text in texts for line in text.splitlines()]
    return [line.format(minor=sys.version_info[1]) for line in lines if line]


def missing(wanted: Sequence[str], listing: str) -> list[str]:
    """Those of `wanted` that `listing` holds neither by name nor as provided by another.

    `listing`: a line a package, `STATUS|NAME|PROVIDES`, as dpkg-query writes it by PACKAGE_FORMAT.
    """
    present = set()
    for line in listing.splitlines():
        status, name, provides = line.split("|", 2)
        if status.startswith("ii"):
            present.add(name)
            present.update(word.split()[0] for word in provides.split(",") if word.strip())
    return [name for name in wanted if name not in present]


PACKAGE_FORMAT = "${db:Status-Abbrev}|${Package}|${Provides}\n"


def provide(wanted: Sequence[str], must: bool) -> None:
    """Install those of `wanted` that the system lacks, or say which line does it.

    Raises Stop where they may not be installed and the task `must` have them.
    """
    if not (LINUX and shutil.which("dpkg-query") and shutil.which("apt-get")):
        return
    query = ["dpkg-query", "--show", "--showformat", PACKAGE_FORMAT]
    listing = subprocess.run(query, capture_output=True, text=True, check=True).stdout
    lacking = missing(wanted, listing)
    if not lacking:
        return
    sudo = administrator()
    if sudo is None:
        line = "sudo apt-get install -y --no-install-recommends {}".format(" ".join(lacking))
        if must:
            raise Stop(f"Some system packages are missing. Run this line, then try again:\n  {line}")
        say(f"Some system packages are missing; if the window does not open, run:\n  {line}")
        return
    install_packages(sudo, lacking)
    has_new_server = "dovecot-imapd" in lacking and missing(["dovecot-core"], listing)
    if has_new_server and Path("/run/systemd/system").is_dir():
        off = [*sudo, "systemctl", "disable", "--now", "dovecot.service", "dovecot.socket"]
        step("Switching off Dovecot's own service (tests start theirs)", off)


def administrator() -> list[str] | None:
    """What to put before a command to run it as root without a question; None where that may not be."""
    if os.geteuid() == 0:
        return []
    may_sudo = shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0
    return ["sudo", "-n"] if may_sudo else None


def install_packages(sudo: Sequence[str], names: Sequence[str]) -> None:
    """Raises Stop where apt cannot install them. A failed update alone (one broken source) is no reason to stop."""
    apt = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"]
    try:
        step("Reading the system's package lists", [*apt, "update"])
    except Stop as failure:
        say(str(failure))
    install = [*apt, "install", "-y", "--no-install-recommends", *names]
    step("Installing {} system packages: {}".format(len(names), " ".join(names)), install)


def tool(name: str) -> Path:
    """A program of the virtual environment."""
    return VENV / "Scripts" / f"{name}.exe" if WINDOWS else VENV / "bin" / name


def digest(path: str) -> str:
    """What this file of the project holds, in short."""
    return hashlib.sha256((ROOT / path).read_bytes()).hexdigest()


def read_stamps() -> dict[str, str]:
    """What is installed already: the digests of the locks and of the project file. Empty where unknown."""
    try:
        told = json.loads(STAMPS.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in told.items()} if isinstance(told, dict) else {}


def venv_fault(stamps: Mapping[str, str]) -> str | None:
    """Why .venv must be made (again); None where it is sound."""
    if not VENV.is_dir():
        return "there is none yet"
    if INSTALLING.exists():
        return "the last installation was cut short"
    if stamps.get("root", str(ROOT)) != str(ROOT):
        return "it was made in another folder"
    if not fits(version_of([str(tool("python"))]) or ()):
        return "its Python is gone"
    has_pip = [str(tool("python")), "-I", "-c", "import pip"]
    if not stamps and subprocess.run(has_pip, capture_output=True).returncode:
        return "it is half made"
    return None


def make_venv(reason: str) -> None:
    """Make .venv anew. The mark stands until all is installed, so a run cut short is seen by the next."""
    base = getattr(sys, "_base_executable", sys.executable)  # ours may lie in the folder that goes
    if VENV.exists():
        shutil.rmtree(VENV)
    VENV.mkdir()
    INSTALLING.touch()
    step(f"Making .venv with Python {platform.python_version()} ({reason})", [base, "-m", "venv", str(VENV)])


def install(lock: str, stamps: Mapping[str, str]) -> None:
    """Bring .venv to the state of the lock (run or dev) and of the project file; what is there is left alone."""
    lock_path = f"requirements/{lock}.txt"
    wanted = {"root": str(ROOT), lock: digest(lock_path), "project": digest("pyproject.toml")}
    has_script = tool("mailbox-desk").exists()
    if has_script and all(stamps.get(key) == value for key, value in wanted.items()):
        return
    INSTALLING.touch()
    pip = [str(tool("python")), "-I", "-m", "pip", "--no-input", "--disable-pip-version-check", "install", "-q"]
    try:
        if stamps.get(lock) != wanted[lock]:
            hashed = ["--require-hashes", "--only-binary", ":all:", "-r", lock_path]
            step(f"Installing the packages of {lock_path} (each checked by its hash)", [*pip, *hashed])
        if stamps.get("project") != wanted["project"] or not has_script:
            own = ["--no-index", "--no-deps", "--no-build-isolation", "-e", str(ROOT)]
            step("Installing Mailbox Desk itself", [*pip, *own])
        wanted.update({"run": digest("requirements/run.txt")} if lock == "dev" else {})  # dev.txt holds all of run.txt
        fresh = STAMPS.with_suffix(".new")
        fresh.write_text(json.dumps({**stamps, **wanted}, indent=1), encoding="utf-8")
        fresh.replace(STAMPS)
    except Stop as failure:
        if failure.code > 0:  # pip gave up in good order (it was not killed): nothing is half there
            INSTALLING.unlink()
        raise
    INSTALLING.unlink()


def prepare(lock: str, packages: Sequence[str], must: bool = True) -> None:
    """All that a task needs, before it begins. Quiet and quick where all is there."""
    stamps = read_stamps()
    fault = venv_fault(stamps)
    if fault and importlib.util.find_spec("ensurepip") is None:
        provide([f"python3.{sys.version_info[1]}-venv"], must=True)
        importlib.invalidate_caches()
        if importlib.util.find_spec("ensurepip") is None:
            raise Stop(f"{sys.executable} lacks the modules venv and ensurepip: install them, then try again.")
    provide(packages, must)
    if fault:
        make_venv(fault)
        stamps = {}
    install(lock, stamps)


def run(rest: Sequence[str]) -> int:
    """Start the program with the arguments given."""
    prepare("run", named("run"), must=False)
    has_display = not LINUX or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")))
    if not has_display and not rest:
        say("There is no display here: the mailboxes are shown as a live table in this terminal. Ctrl+C ends it.")
    command = [str(tool("mailbox-desk")), *rest]
    if not WINDOWS:
        os.execv(command[0], command)  # signals and the exit code are the program's own from here on
    return call(command)


def setup(rest: Sequence[str]) -> int:
    """Install what every task needs."""
    prepare("dev", named("run", "test"))
    say("All is installed: `python3 dev.py run` starts Mailbox Desk, `python3 dev.py test` tests it.")
    return 0


def static_parts() -> dict[str, Sequence[str]]:
    """What is checked without running the program: name and command of each part."""
    python, catalogues = str(tool("python")), ROOT / "resources" / "locale" / "compile.py"
    return {
        **({"catalogues": [python, str(catalogues), "--check"]} if catalogues.exists() else {}),
        "lint": [str(tool("ruff")), "check"],
        "format": [str(tool("ruff")), "format", "--check"],
        "types": [python, "-m", "mypy"],
        "floors": [str(tool("lint-imports"))],
    }


def plain_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` without the person's own screen, session bus, language and home: tests bring their own."""
    own = {"DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "MAILBOX_DESK_HOME", "LANGUAGE", "LANG"}
    kept = {name: value for name, value in environment.items() if name not in own and not name.startswith("LC_")}
    return {**kept, "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"}


def do_parts(parts: Mapping[str, Sequence[str]]) -> int:
    """Do all of them, one after another, and give the exit code of the first that failed."""
    environment, told, failures = plain_environment(os.environ), [], []
    for name, command in parts.items():
        say(f"== {name}")
        began = time.monotonic()
        code = call(command, environment)
        told.append("{:12} {:7.1f} s  {}".format(name, time.monotonic() - began, "FAILED" if code else "ok"))
        failures += [code] if code else []
    say("\n".join(["==", *told]))
    return failures[0] if failures else 0


def test(rest: Sequence[str]) -> int:
    """The static part, then pytest."""
    is_long = "--long" in rest
    prepare("dev", named("run", "test", *(["long", "package"] if is_long else [])))
    # Many tests wait on the world more than they work: a few files at a time, each in a process of its own.
    side_by_side = ["-n", str((os.cpu_count() or 1) + 1), "--dist", "loadfile", "--no-loadscope-reorder"]
    chosen = [*side_by_side, *([] if is_long else ["-m", "not long"]), *(word for word in rest if word != "--long")]
    return do_parts({**static_parts(), "tests": [str(tool("python")), "-m", "pytest", *chosen]})


def check(rest: Sequence[str]) -> int:
    """The static part alone."""
    prepare("dev", [])
    return do_parts(static_parts())


def bench(rest: Sequence[str]) -> int:
    """Every script of tests/bench, or those named."""
    prepare("dev", named("run", "test"))
    scripts = sorted((ROOT / "tests" / "bench").glob("bench_*.py"))
    chosen = [path for path in scripts if not rest or path.stem[len("bench_") :] in rest]
    if not chosen:
        raise Stop("There is no such measurement in tests/bench.")
    return do_parts({path.stem: [str(tool("python")), str(path)] for path in chosen})


def package(rest: Sequence[str]) -> int:
    """Build the stand-alone program and pack it; how is told in resources/package."""
    prepare("dev", named("run", "package"))
    return call([str(tool("python")), "-m", "resources.package.pack", *rest])


TASKS = {"run": run, "test": test, "check": check, "bench": bench, "package": package, "setup": setup}


def go_elsewhere(arguments: Sequence[str]) -> int:
    """Hand the task to a Python that fits. Raises Stop where the machine has none."""
    found = other_python()
    mine = platform.python_version()
    if found is None:
        raise Stop(f"Mailbox Desk needs Python 3.11, 3.12 or 3.13; this is {mine}, and no other was found.")
    say("This is Python {}, which does not fit; going on with {}.".format(mine, " ".join(found)))
    return call([*found, str(Path(__file__).resolve()), *arguments])


def terminated(number: int, frame: object) -> NoReturn:
    """SIGTERM ends us as Ctrl+C does."""
    raise Terminated


def main(arguments: Sequence[str]) -> int:
    """Do the task; the exit code is its own, 2 where it could not be done, 130 where it was interrupted."""
    signal.signal(signal.SIGTERM, terminated)
    try:
        if not fits(sys.version_info[:2]):
            return go_elsewhere(arguments)
        if not arguments or arguments[0] not in TASKS:
            raise Stop(USAGE)
        return TASKS[arguments[0]](arguments[1:])
    except Stop as reason:
        say(str(reason))
        return 2
    except KeyboardInterrupt:
        say("Stopped.")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
