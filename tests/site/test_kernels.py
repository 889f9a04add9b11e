"""Kernels that are forked: each is a process of its own, and its end is noticed."""

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest
from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from course.site import execution, kernels
from course.site.kernels import fork_kernels

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux")


def execute(tmp_path, *sources):
    """Execute cells; return what the last one printed."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    asyncio.run(execution.execute(tmp_path / "one.ipynb", notebook))
    return notebook.cells[-1].outputs[0].text


def test_a_kernel_knows_nothing_of_the_one_before(tmp_path):
    fork_kernels()
    (tmp_path / "beside.txt").write_text("its folder")
    mark = "import optimlib, os\nbefore = 1\noptimlib.mark = 2\nprint(os.getppid())"
    parent = execute(tmp_path, mark)
    seen = "'before' in globals(), hasattr(optimlib, 'mark'), open('beside.txt').read()"
    assert execute(tmp_path, f"import optimlib, os\nprint({seen})") == "False False its folder\n"
    assert execute(tmp_path, "import os\nprint(os.getppid())") == parent


def test_a_kernel_that_dies_is_named_with_its_cell(tmp_path):
    fork_kernels()
    with pytest.raises(execution.ChapterError, match=r"cell 2 of the notebook: import os"):
        execute(tmp_path, "1", "import os; os._exit(1)", "2")


def test_kernels_end_with_the_process_that_forked_them(tmp_path):
    fork_kernels()
    noted = "import os\nfile = open('pid', 'w'); print(os.getpid(), file=file, flush=True)"
    with pytest.raises(execution.ChapterError):
        execute(tmp_path, noted, "os.kill(os.getppid(), 9)\nimport time; time.sleep(60)")
    pid = int((tmp_path / "pid").read_text())
    for _ in range(50):
        if not Path(f"/proc/{pid}").exists():
            break
        time.sleep(0.1)
    else:
        pytest.fail("the kernel lives")
    assert execute(tmp_path, "print(1)") == "1\n"


def test_a_kernel_of_another_python_is_not_forked(tmp_path):
    fork_kernels()
    other = f'#!/bin/sh\nexec {sys.executable} "$@"\n'
    program = tmp_path / "python"
    program.write_text(other)
    program.chmod(0o755)
    manager = AsyncKernelManager()
    manager.kernel_spec.argv[0] = str(program)
    notebook = new_notebook(cells=[new_code_cell("import os\nprint(os.getppid())")])
    NotebookClient(notebook, km=manager, shutdown_kernel="immediate").execute(cleanup_kc=True)
    assert notebook.cells[0].outputs[0].text == f"{os.getpid()}\n"


def test_a_kernel_starts_by_itself_where_the_imports_fail(tmp_path, monkeypatch):
    fork_kernels()
    (tmp_path / "sklearn.py").write_text("1 / 0")
    monkeypatch.setitem(kernels.ENVIRONMENT, "PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(kernels.ForkedProvisioner, "_parent_of_kernels", None)
    assert execute(tmp_path, "import os\nprint(os.getppid())") == f"{os.getpid()}\n"
