"""Points into nbgrader's gradebook."""

import os
import sys
import warnings
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path

from course.grading.scoring import NOTHING


@contextmanager
def opened(url):
    """Open a gradebook; what nbgrader says to every SQLAlchemy that it allows is not for us."""
    # nbgrader starts the program alembic, which an environment has even if it is not active.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    from nbgrader.api import Gradebook

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="sqlalchemy|nbgrader")
        warnings.filterwarnings("ignore", message="Object of type <Submitted")
        with Gradebook(url) as gradebook:
            yield gradebook


def ready(url, assignment):
    """Return the address of a gradebook that knows an assignment.

    Parameters
    ----------
    url : str
        An address, see `record`, or the path of a file.
    assignment : Assignment

    Raises
    ------
    ValueError
        If there is no such gradebook, or it does not know the assignment.
    """
    if "://" not in url:
        path = Path(url).resolve()
        if not path.is_file():
            raise ValueError(
                f"gradebook must be a file or an address such as sqlite:///gradebook.db, "
                f"got {url}: there is no file {path} (nbgrader generate_assignment makes one)"
            )
        url = f"sqlite:///{path}"
    from nbgrader.api import MissingEntry
    from sqlalchemy.exc import SQLAlchemyError

    file = url.removeprefix("sqlite:///")
    if file != url and not Path(file).is_file():
        raise ValueError(unknown(assignment, url, "there is no such file"))
    try:
        with opened(url) as gradebook:
            gradebook.find_assignment(assignment.name)
    except MissingEntry as error:
        raise ValueError(unknown(assignment, url, error)) from error
    except (SQLAlchemyError, ImportError) as error:
        why = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise ValueError(f"the gradebook {place(url)} cannot be opened: {why}") from error
    return url


def place(url):
    """Return an address without its password."""
    return f"...{url.rsplit('@')[-1]}"


def unknown(assignment, url, why):
    """Return what to say of a gradebook without the assignment."""
    return (
        f"url must name a gradebook that knows the assignment {assignment.name} "
        f"(nbgrader generate_assignment), got url = {place(url)}: {why}"
    )


def record(results, assignment, url):
    """Write the points of all students into a gradebook.

    Points by hand are nbgrader's manual ones, what the late rule takes is its late penalty.

    Parameters
    ----------
    results : sequence of Result
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
    from nbgrader.api import MissingEntry

    with opened(url) as gradebook:
        for result in results:
            if result.status == NOTHING and not result.by_hand:
                continue
            student = result.student.encode("utf-8", "backslashreplace").decode()
            try:
                gradebook.find_assignment(assignment.name)
                gradebook.update_or_create_student(student)
                _record(gradebook, result, assignment.name, student)
            except MissingEntry as error:
                raise ValueError(unknown(assignment, url, error)) from error
            gradebook.db.commit()


def _record(gradebook, result, assignment, student):
    submission = gradebook.update_or_create_submission(assignment, student)
    if result.late and result.late.handed:
        # In UTC, as nbgrader has it.
        submission.timestamp = result.late.handed.astimezone(UTC).replace(tzinfo=None)
    notebook = gradebook.find_submission_notebook(assignment, assignment, student)
    notebook.late_submission_penalty = result.points - result.final
    for outcome in result.score.outcomes:
        grade = gradebook.find_grade(outcome.test, assignment, assignment, student)
        grade.auto_score = outcome.points
        grade.manual_score = result.by_hand.get(outcome.test)
        grade.needs_manual_grade = not result.judged
