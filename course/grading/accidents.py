"""Submissions that end the process which scores them: they cost nobody else a point.

Nor does a rerun repeat the accident.

While a submission is scored there is a file for it. One that is still there when a run begins was
being scored when something ended the last one. It may be innocent, so it is scored once more, alone
and after the others; who was there twice is reported as not scored.
"""

import joblib
from joblib.externals.loky.process_executor import BrokenProcessPool

from course.grading.scoring import FAILED, score, without
from course.roster import file_name

TWICE = 2


def place(student, out):
    """Return the file that counts how often a student's scoring was begun and not ended."""
    return out / "scores" / f"{file_name(student)}.begun"


def begun(student, out):
    """Return how often."""
    try:
        return place(student, out).stat().st_size
    except OSError:
        return 0


def over(student, out):
    """Forget it."""
    place(student, out).unlink(missing_ok=True)


def noted(work, out):
    """Score one submission, and leave a note until the score is stored."""
    file = place(work[0], out)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as opened:
        opened.write(b".")
    try:
        return score(*work)
    except BaseException:  # an interruption is no accident
        over(work[0], out)
        raise


def scored(work, assignment, out, jobs):
    """Yield the scores of `{student: arguments of score}`, whatever ends a process.

    Parameters
    ----------
    work : dict
    assignment : Assignment
    out : Path
        The folder of results.
    jobs : int
    """
    left = dict(work)
    while left:
        for student in [name for name in left if begun(name, out) >= TWICE]:
            mark = left.pop(student)[-1]
            why = "the process that scored it ended, twice: is it out of memory?"
            yield without(student, assignment, FAILED, why, mark)
        calm = [each for name, each in left.items() if not begun(name, out)]
        now = calm or list(left.values())[:1]
        parallel = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered")
        results = parallel(joblib.delayed(noted)(each, out) for each in now)
        try:
            for result in results:
                del left[result.student]
                yield result
        except BrokenProcessPool:
            continue
