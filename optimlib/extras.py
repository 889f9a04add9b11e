"""What needs more than NumPy says which line installs it."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def extra(name: str, feature: str) -> Iterator[None]:
    """Name the extra that brings a module which an import in this block does not find.

    Parameters
    ----------
    name : str
        The extra, as pyproject.toml calls it.
    feature : str
        What needs it.

    Raises
    ------
    ModuleNotFoundError
        If a module is missing.

    Examples
    --------
    >>> with extra("figures", "This example"):
    ...     import a_module_that_nobody_has
    Traceback (most recent call last):
    ModuleNotFoundError: This example needs a_module_that_nobody_has: \
pip install "deep-learning-optimizers[figures]"
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f'{feature} needs {error.name}: pip install "deep-learning-optimizers[{name}]"',
            name=error.name,
        ) from error
