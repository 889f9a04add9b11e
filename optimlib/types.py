"""Names for the types of arguments and results: what the annotations of the package are made of.

A checker such as mypy reads them. What they cannot say, such as shapes, is checked at run time.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    _Arithmetic = Any
else:
    _Arithmetic = object

Array: TypeAlias = npt.NDArray[Any]

# One number; a function of it that is given a float returns a float.
Number = TypeVar("Number", float, Fraction, np.number[Any])
# A number, or an array over the batch.
Numeric: TypeAlias = float | Array
# What NumPy makes an array of: points, data. Texts are not among it.
_Entry: TypeAlias = float | Fraction | np.number[Any] | Array
Points: TypeAlias = Array | Sequence[_Entry | Sequence[_Entry | Sequence[_Entry]]]
ArrayLike: TypeAlias = float | Fraction | np.number[Any] | Points
# Where a run starts, also as the blocks of `Blocks`.
Start: TypeAlias = ArrayLike | Mapping[str, ArrayLike]
# The values of a function: a number at one point, an array at many.
Values: TypeAlias = np.float64 | Array
# One (low, high) for each variable.
Box: TypeAlias = Array | Sequence[Sequence[float]]
# What an optimizer says of one step, by name.
Record: TypeAlias = dict[str, Any]


class Schedule(Protocol, _Arithmetic):
    """A function from the step number t = 1, 2, ... to the value in that step."""

    def __call__(self, t: int, /) -> Any: ...


# What a hyperparameter is given as. In a step a schedule has been replaced by its value, with
# which `update` calculates: to a checker, therefore, arithmetic with a `Schedule` is allowed.
# A field of one's own that is annotated `float` takes numbers alone, as far as a checker knows.
if TYPE_CHECKING:
    Hyperparameter: TypeAlias = float | Array | Schedule
else:
    Hyperparameter = float
