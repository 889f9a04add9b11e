"""What every exercise has: where it belongs, what it asks, how long it takes."""

from dataclasses import dataclass

from course.exercises.variants import place_of

LAYERS = ("predict", "by hand", "code", "experiment")


@dataclass(frozen=True)
class Exercise:
    """An exercise that can be checked.

    Parameters
    ----------
    id : str
        What `check` is given: ``"adam"``, ``"first-descent/momentum-2"``.
    chapter : str
        The document it belongs to, as in ``_toc.yml`` without its first folder.
    layer : str
        "predict", "by hand", "code" or "experiment".
    topic : str
    minutes : int
        How long it takes.
    difficulty : int
        From 1 to 3.

    Raises
    ------
    ValueError
        If `layer` or `difficulty` is none of these.
    """

    id: str
    chapter: str
    layer: str
    topic: str
    minutes: int
    difficulty: int

    # How it is answered: "number", "choice" or "code".
    kind = None

    def __post_init__(self):
        if self.layer not in LAYERS:
            raise ValueError(f"{self.id}: layer must be one of {LAYERS}, got {self.layer!r}")
        if self.difficulty not in (1, 2, 3):
            raise ValueError(f"{self.id}: difficulty must be 1, 2 or 3, got {self.difficulty!r}")

    @property
    def question(self):
        """The text of the exercise, in MyST Markdown."""
        raise NotImplementedError(f"{type(self).__name__} does not define question")

    @property
    def worked(self):
        """The whole way to the answer; for instructors, and for learners afterwards."""
        raise NotImplementedError(f"{type(self).__name__} does not define worked")

    @property
    def varies(self):
        """Whether there are variants."""
        return False

    @property
    def variants(self):
        """The exercise with other parameters, as many as there are."""
        return ()

    @property
    def dealt(self):
        """The name under which variants are dealt to students."""
        return self.id

    def variant(self, student):
        """Return this student's own variant: the same on every machine, and on the page."""
        variants = self.variants
        return variants[place_of(self.dealt, student, len(variants))] if variants else self

    def judging(self):
        """Return what the page needs to judge an answer, as JSON can hold it; here nothing."""
        return {}

    def hints(self):
        """Return hints as text, each giving away more than the one before, never the answer."""
        raise NotImplementedError(f"{type(self).__name__} does not define hints")

    def check(self, answer):
        """Return the `Report` on an answer."""
        raise NotImplementedError(f"{type(self).__name__} does not define check")
