"""`make test-grading` runs these tests, in the environment that has nbgrader."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("nbgrader") else ["test_*.py"]


def pytest_addoption(parser):
    parser.addoption("--fuzz", type=int, default=60, help="how many submissions to mutate")
    parser.addoption("--walk", type=int, default=12, help="students of the class that is walked")
