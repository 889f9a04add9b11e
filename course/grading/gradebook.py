"""Points into nbgrader's gradebook."""

import os
import sys
from pathlib import Path


def record(scores, assignment, url):
    """Write the points of all students into a gradebook.

    Parameters
    ----------
    scores : sequence of Score
    assignment : Assignment
        Known to the gradebook since ``nbgrader generate_assignment``.
    url : str
        ``sqlite:///gradebook.db`` or ``postgresql://user:password@host/database``. For
        PostgreSQL, nbgrader needs a name: ``nbgrader generate_assignment --course optimizers``.

    Raises
    ------
    ImportError
        If nbgrader is not installed.
    ValueError
        If the gradebook does not know the assignment, or other tests of it.
    """
    # nbgrader starts the program alembic, which an environment has even if it is not active.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    from nbgrader.api import Gradebook, MissingEntry

    with Gradebook(url) as gradebook:
        for score in scores:
            try:
                gradebook.find_assignment(assignment.name)
                gradebook.update_or_create_student(score.student)
                gradebook.update_or_create_submission(assignment.name, score.student)
                for outcome in score.outcomes:
                    notebook = assignment.name, assignment.name, score.student
                    grade = gradebook.find_grade(outcome.test, *notebook)
                    grade.auto_score = outcome.points
                    grade.needs_manual_grade = False
            except MissingEntry as error:
                place = url.rsplit("@")[-1]  # without a password
                raise ValueError(
                    f"url must name a gradebook that knows the assignment {assignment.name} "
                    f"(nbgrader generate_assignment), got url = ...{place}: {error}"
                ) from error
            gradebook.db.commit()
