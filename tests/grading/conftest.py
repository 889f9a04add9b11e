"""`make test-grading` runs these tests, in the environment that has nbgrader."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("nbgrader") else ["test_*.py"]
