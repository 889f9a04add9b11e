"""How long a class takes to score: copies of the solution, a sandbox for each.

    .venv-grading/bin/python benchmarks/grading.py [--students 500] [--jobs 2] [ASSIGNMENT ...]

Prints the time on the clock and the processor time of all processes, which depends less on what
else the machine does. Bubblewrap hides the time of the processes in it: see `--sandbox none`.
"""

import argparse
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

from joblib.externals.loky import get_reusable_executor

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from course.grading.__main__ import grade  # noqa: E402
from course.grading.sandbox import Limits, choose  # noqa: E402


def processor():
    """Return the processor seconds of this process, of the workers and of all that they started."""
    get_reusable_executor().shutdown(wait=True)
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assignments", nargs="*", default=["first-order"])
    parser.add_argument("--students", type=int, default=500)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--sandbox", choices=["bubblewrap", "user", "none"])
    asked = parser.parse_args()
    for name in asked.assignments:
        notebook = ROOT / "assignments" / name / f"{name}.ipynb"
        with tempfile.TemporaryDirectory() as folder:
            submitted, out = Path(folder, "submitted"), Path(folder, "graded")
            submitted.mkdir()
            for i in range(asked.students):
                shutil.copy(notebook, submitted / f"student{i:04}.ipynb")
            sandbox = choose([folder, notebook], asked.sandbox)
            before, started = processor(), time.perf_counter()
            scores = grade(notebook, submitted, out, sandbox, Limits(), asked.jobs)
            seconds = time.perf_counter() - started
        assert all(score.points == score.possible for score in scores)
        work = processor() - before
        print(
            f"{name} ({sandbox.name}): {asked.students} students in {seconds:.1f} s with "
            f"{asked.jobs} jobs, {work:.1f} s of processor time"
        )


if __name__ == "__main__":
    main()
