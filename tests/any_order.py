"""A plugin for nbval: after all cells of a chapter each is run again, alone, the last one first.

python -m pytest --nbval -p tests.any_order --any-order all chapters

With `--any-order all`, which takes its time, kernels start as a reader's do, with nothing imported.
"""

import itertools
import subprocess

from nbval.plugin import IPyNbCell

from course import ROOT
from course.site.kernels import fork_kernels


def pytest_addoption(parser):
    parser.addoption(
        "--any-order",
        choices=["changed", "all"],
        default="all",
        help="run again the cells of chapters that differ from the commit before, or of all",
    )


def pytest_configure(config):
    if config.option.any_order == "changed":
        fork_kernels()


def changed():
    """Return the chapters that differ from the last commit's first parent, which is main in CI.

    None where Git does not know it.
    """
    command = ["git", "diff", "--name-only", "HEAD^", "--", "*.ipynb"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return None if done.returncode else {ROOT / name for name in done.stdout.splitlines()}


def again(cell):
    """Return the item that runs a cell once more, and compares its outputs as nbval does."""
    return IPyNbCell.from_parent(
        cell.parent,
        name=f"{cell.name}, again",
        cell_num=cell.cell_num,
        cell=cell.cell,
        options=cell.options,
    )


def pytest_collection_modifyitems(config, items):
    among = changed() if config.option.any_order == "changed" else None
    repeated = []
    for path, group in itertools.groupby(items, key=lambda item: item.path):
        cells = list(group)
        repeated += cells
        if among is None or path in among:
            repeated += [again(cell) for cell in reversed(cells) if isinstance(cell, IPyNbCell)]
    items[:] = repeated
