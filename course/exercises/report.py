"""What a learner reads after a check."""

import html
import re
from dataclasses import dataclass

from optimlib.printing import printable


@dataclass(frozen=True)
class Report:
    """The outcome of a check: true if the answer is correct, and a few lines to read.

    Attributes
    ----------
    exercise : str
        Which exercise was checked.
    correct : bool
    lines : tuple of str
        What was seen.
    mistake : str or None
        The name of the mistake, if it was recognised.
    explanation : str
        What is wrong about it, and why.
    chapter : str
        The document to read again, as in ``_toc.yml`` without its first folder.

    Examples
    --------
    >>> from course import exercises
    >>> report = exercises.check("first-descent/momentum-2", 1.84)
    >>> report.correct, bool(report), report.mistake
    (True, True, None)
    """

    exercise: str
    correct: bool
    lines: tuple = ()
    mistake: str | None = None
    explanation: str = ""
    chapter: str = ""

    def __bool__(self):
        return self.correct

    @property
    def diagnosis(self):
        """The mistake and what is wrong about it, in words; empty if nothing is known."""
        named = f"It looks like “{self.mistake}”. " if self.mistake else ""
        return (named + self.explanation).rstrip()

    def _paragraphs(self):
        head = f"{self.exercise}: {'correct.' if self.correct else 'not yet.'}"
        paragraphs = [" ".join([head, *self.lines[:1]]), *self.lines[1:]]
        if self.diagnosis:
            paragraphs.append(self.diagnosis)
        if not self.correct and self.chapter:
            paragraphs.append(f"To read again: {self.chapter}")
        return paragraphs

    def __repr__(self):
        return printable("\n".join(self._paragraphs()))

    def _repr_html_(self):
        color = "#009E73" if self.correct else "#D55E00"
        head, *others = map(_to_html, self._paragraphs())
        body = "".join(f"<p>{line}</p>" for line in [f"<strong>{head}</strong>", *others])
        return (
            f'<div class="exercise-report" role="status" style="border-left: 4px solid {color}; '
            f'padding-left: 1em">{body}</div>'
        )


@dataclass(frozen=True)
class Hint:
    """A hint, which shows itself.

    Attributes
    ----------
    exercise : str
    stage, last : int
        Which of how many it is.
    text : str
    """

    exercise: str
    stage: int
    last: int
    text: str

    def __repr__(self):
        return printable(f"{self.exercise}, hint {self.stage} of {self.last}: {self.text}")


def _to_html(text):
    return re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(text))
