"""The limit of open files is raised as far as it goes."""

from __future__ import annotations

import subprocess
import sys

_CHILD = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 4000))
from mailbox_desk.adapters.open_files import raise_file_limit
raise_file_limit()
print(resource.getrlimit(resource.RLIMIT_NOFILE))
raise_file_limit()
"""


def test_the_limit_goes_up_to_what_the_system_allows() -> None:
    done = subprocess.run([sys.executable, "-c", _CHILD], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(4000, 4000)"
    assert done.stderr == ""
