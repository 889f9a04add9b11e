"""nbgrader's own autograder gives solved assignments full points, too.

It gives none to a test cell that writes anything to stderr, a warning included, and takes the last
value of a cell, if there is one, as its points.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from handing_in import ASSIGNMENTS, hand_in, notebook
from nbgrader.api import Gradebook

NAMES = sorted(path.stem for path in ASSIGNMENTS.glob("*/*.ipynb"))


def nbgrader(folder, *arguments):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command = [sys.executable, "-m", "nbgrader", *arguments]
    environment = {**os.environ, "PATH": path, "PYTHONWARNINGS": "default"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.filterwarnings("ignore:Object of type <Submitted")
@pytest.mark.parametrize("name", NAMES)
def test_solved_assignments_have_full_points_there_too(name, tmp_path):
    (tmp_path / "source").symlink_to(ASSIGNMENTS)
    nbgrader(tmp_path, "generate_assignment", name)
    for student, solved in (("ada", True), ("eva", False)):
        hand_in(notebook(name, solved), tmp_path / "submitted" / student / name / f"{name}.ipynb")
    nbgrader(tmp_path, "autograde", name)
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as gradebook:
        scores = {each.student.id: each.score for each in gradebook.assignment_submissions(name)}
        lost = [
            grade.name
            for grade in gradebook.find_submission_notebook(name, name, "ada").grades
            if grade.auto_score != grade.max_score
        ]
        assert lost == []
        assert scores == {"ada": gradebook.find_assignment(name).max_score, "eva": 0}
