"""A program that falls leaves no image of its memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

_FALLS = """
import os, resource, signal, sys
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
if sys.argv[1] == "forbidden":
    from mailbox_desk.adapters.core_dumps import forbid_core_dumps
    forbid_core_dumps()
    forbid_core_dumps()
os.kill(os.getpid(), signal.SIGSEGV)
"""


def fallen(folder: Path, wish: str) -> bool:
    """Whether the system says that it has written an image."""
    env = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    child = subprocess.Popen([sys.executable, "-c", _FALLS, wish], cwd=folder, env=env)
    _, status = os.waitpid(child.pid, 0)
    child.returncode = status
    assert os.WIFSIGNALED(status)
    return os.WCOREDUMP(status)


def test_no_image_is_left(tmp_path: Path) -> None:
    if resource.getrlimit(resource.RLIMIT_CORE)[1] == 0 or not fallen(tmp_path, "let"):
        pytest.skip("this machine writes no images anyhow")
    for image in tmp_path.iterdir():
        image.unlink()
    assert not fallen(tmp_path, "forbidden")
    assert list(tmp_path.iterdir()) == []


def test_where_there_can_be_none_nothing_is_asked() -> None:
    code = "import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
    code += "from mailbox_desk.adapters.core_dumps import forbid_core_dumps; forbid_core_dumps()\n"
    code += "print(resource.getrlimit(resource.RLIMIT_CORE))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("(0, 0)", "")
