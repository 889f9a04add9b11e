"""The data sets that come with scikit-learn, split and scaled."""

from dataclasses import dataclass, replace
from numbers import Real

import numpy.typing as npt

from optimlib.checks import check_choice, check_count
from optimlib.extras import extra
from optimlib.types import Array

# Name to scikit-learn's function. None of them downloads anything.
LOADERS = {
    "digits": "load_digits",
    "iris": "load_iris",
    "wine": "load_wine",
    "breast_cancer": "load_breast_cancer",
    "diabetes": "load_diabetes",
}


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Examples to learn from and examples to be tested on.

    Attributes
    ----------
    X_train, X_test : arrays, shape (n, features)
        One example in each row.
    y_train, y_test : arrays, shape (n,)
        Labels 0, 1, ..., k − 1, or real targets if there are no classes.
    name : str
    classes : tuple of str
        The names of the k classes; empty for a problem of regression.
    """

    X_train: Array
    y_train: Array
    X_test: Array
    y_test: Array
    name: str
    classes: tuple[str, ...]

    @property
    def features(self) -> int:
        """The number of features of an example."""
        return self.X_train.shape[1]

    def astype(self, dtype: npt.DTypeLike) -> "Dataset":
        """Return the data set with its features in another floating type."""
        X_train, X_test = self.X_train.astype(dtype), self.X_test.astype(dtype)
        return replace(self, X_train=_locked(X_train), X_test=_locked(X_test))

    def __repr__(self) -> str:
        kind = f"{len(self.classes)} classes" if self.classes else "real targets"
        return (
            f"{self.name}: {len(self.X_train)} examples to train on, {len(self.X_test)} to test "
            f"on, {self.features} features, {kind}"
        )


def load(name: str, seed: int = 0, test_share: float = 0.25) -> Dataset:
    """Return one of the data sets that come with scikit-learn.

    The images of ``digits`` are scaled from 0...16 to 0...1. The features of the others get mean
    0 and standard deviation 1 on the training part; the test part is scaled in the same way.

    Parameters
    ----------
    name : {"digits", "iris", "wine", "breast_cancer", "diabetes"}
        ``diabetes`` has real targets (regression), the others have classes.
    seed : int
        Chooses the split. Where there are classes, both parts have the same mixture of them.
    test_share : float
        The share of the examples that is kept for testing, between 0 and 1.

    Returns
    -------
    Dataset
        Its arrays cannot be written to.

    Raises
    ------
    ValueError
        If `name` is unknown, `seed` negative, or `test_share` not between 0 and 1, or so that
        a class would be missing in one part.
    TypeError
        If `seed` is not an integer or `test_share` not a number.
    ImportError
        If scikit-learn is not installed.

    References
    ----------
    F. Pedregosa et al., *Scikit-learn: Machine Learning in Python*, JMLR 12 (2011) 2825-2830;
    ``digits``: E. Alpaydin and C. Kaynak, *Optical Recognition of Handwritten Digits*, UCI
    Machine Learning Repository (1998).

    Examples
    --------
    >>> from optimlib import learning
    >>> learning.load("digits")
    digits: 1347 examples to train on, 450 to test on, 64 features, 10 classes
    """
    check_choice("name", name, LOADERS)
    check_count("seed", seed, least=0)
    if isinstance(test_share, bool) or not isinstance(test_share, Real):
        raise TypeError(f"test_share must be a number, got test_share = {test_share!r}")
    if not 0 < test_share < 1:
        raise ValueError(f"test_share must be between 0 and 1, got test_share = {test_share!r}")
    with extra("learning", "learning.load"):
        from sklearn import datasets, model_selection

    bunch = getattr(datasets, LOADERS[name])()
    regression = name == "diabetes"
    try:
        X_train, X_test, y_train, y_test = model_selection.train_test_split(
            bunch.data.astype(float),
            bunch.target,
            test_size=float(test_share),
            random_state=seed,
            stratify=None if regression else bunch.target,
        )
    except ValueError as error:
        raise ValueError(
            f"test_share must leave examples for both parts, got test_share = {test_share!r} "
            f"for the {len(bunch.data)} examples of {name}: {error}"
        ) from error
    if name == "digits":
        center, scale = 0.0, 16.0
    else:
        center, scale = X_train.mean(axis=0), X_train.std(axis=0)
    return Dataset(
        X_train=_locked((X_train - center) / scale),
        y_train=_locked(y_train),
        X_test=_locked((X_test - center) / scale),
        y_test=_locked(y_test),
        name=name,
        classes=() if regression else tuple(map(str, bunch.target_names)),
    )


def _locked(array):
    """Return `array`, made read-only."""
    array.flags.writeable = False
    return array
