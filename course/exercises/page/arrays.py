"""The part of NumPy that rules use, in plain Python: what the site's page has as `np`.

Arrays have one axis of float64, whole numbers or truth values, and compute as NumPy's do where
warnings are ignored: a division by 0 is infinite, the root of a negative is nan. Numbers that come
out of them are `float64`, which computes so too. What is not here is `Refused` in words.
"""

import math

PRECISION = 8  # How many decimals of an array are shown.


class Refused(Exception):
    """The sentence on what this page does not have."""


# Numbers


def _divide(x, y):
    if y != 0:
        return x / y
    if x == 0 or x != x:
        return math.nan
    return math.copysign(math.inf, x) * math.copysign(1.0, y)


def _floor_divide(x, y):
    return x // y if y != 0 else _divide(x, y)


def _remainder(x, y):
    return x % y if y != 0 else math.nan


def _power(x, y):
    if isinstance(x, int) and isinstance(y, int):
        if y < 0:
            raise ValueError("Integers to negative integer powers are not allowed.")
        return x**y
    try:
        return math.pow(x, y)
    except OverflowError:
        return -math.inf if x < 0 and y % 2 == 1 else math.inf
    except ValueError:
        if x != 0:
            return math.nan
        return math.copysign(math.inf, x) if y % 2 == 1 else math.inf


def _larger(x, y):
    return x if x >= y or x != x else y


def _smaller(x, y):
    return x if x <= y or x != x else y


def _sign(x):
    return x if x != x else type(x)((x > 0) - (x < 0))


def _real(function, *, at_0=math.nan, too_large=math.inf):
    """Return a function of `math` that never raises."""

    def real(x):
        try:
            return function(x)
        except OverflowError:
            return too_large
        except ValueError:
            return at_0 if x == 0 else math.nan

    return real


def _rounded(x, decimals=0):
    # As NumPy: scaled, rounded to even, scaled back.
    if decimals == 0:
        return float(round(x)) if math.isfinite(x) else x
    if decimals > 0:
        return _rounded(x * 10.0**decimals) / 10.0**decimals
    return _rounded(x / 10.0**-decimals) * 10.0**-decimals


def _whole(function):
    return lambda x: float(function(x)) if isinstance(x, int) or math.isfinite(x) else x


# Operations on numbers and arrays


def _operand(value):
    """Return a plain number, an array, or None if the value is neither."""
    if isinstance(value, ndarray | bool):
        return value
    if isinstance(value, float):
        return float(value)
    if isinstance(value, int):
        return int(value)
    return array(value) if isinstance(value, list | tuple) else None


def _result(value):
    """Return what an operation on numbers gives."""
    return float64(value) if isinstance(value, float) else value


def _pairs(a, b):
    """Return the pairs of numbers of two operands, one of them an array."""
    if not isinstance(a, ndarray):
        return [(a, y) for y in b.values]
    if not isinstance(b, ndarray):
        return [(x, b) for x in a.values]
    if len(a.values) == 1:
        return [(a.values[0], y) for y in b.values]
    if len(b.values) == 1:
        return [(x, b.values[0]) for x in a.values]
    if len(a.values) != len(b.values):
        shapes = f"{a.shape} {b.shape} "
        raise ValueError(f"operands could not be broadcast together with shapes {shapes}")
    return list(zip(a.values, b.values, strict=True))


class _Operation:
    """An operation on two operands: NumPy's name, Python's sign, the function of two numbers."""

    def __init__(self, name, sign, function, of_truth=None, kind="float64"):
        self.name = name
        self.kind = kind
        self.sign = sign
        self.function = function
        # What it makes of two truth values, where it makes anything.
        self.of_truth = of_truth

    def __call__(self, a, b):
        # Nearly always floats: this way is short, because Brython takes its time for every call.
        x = a.values if type(a) is ndarray and a.kind == "float64" else None
        y = b.values if type(b) is ndarray and b.kind == "float64" else None
        if x is not None or y is not None:
            function, kind = self.function, self.kind
            if y is None and type(b) is float:
                return ndarray([function(p, b) for p in x], kind)
            if x is None and type(a) is float:
                return ndarray([function(a, q) for q in y], kind)
            if x is not None and y is not None and len(x) == len(y):
                return ndarray([function(x[place], y[place]) for place in range(len(x))], kind)
        left, right = _operand(a), _operand(b)
        if left is None or right is None:
            raise TypeError(self._complaint(a, b))
        if not isinstance(left, ndarray) and not isinstance(right, ndarray):
            result = self.function(left, right)
            is_float = isinstance(left, float) or isinstance(right, float)
            return _result(float(result) if is_float and type(result) is int else result)
        function = self.function
        if _is_truth(left) and _is_truth(right) and self.sign in ARITHMETIC:
            if self.sign == "-":
                raise TypeError("numpy boolean subtract, the `-` operator, is not supported, use "
                                "the bitwise_xor, the `^` operator, or the logical_xor function "
                                "instead.")  # fmt: skip
            if self.of_truth is None:
                raise Refused(f"`{self.sign}` of truth values is not on this page.")
            function = self.of_truth
        return ndarray([function(x, y) for x, y in _pairs(left, right)])

    def _complaint(self, a, b):
        names = [type(x).__name__.replace("ndarray", "float").replace("float64", "float")
                 for x in (a, b)]  # fmt: skip
        if self.sign in COMPARISONS:
            return f"'{self.sign}' not supported between instances of '{names[0]}' and '{names[1]}'"
        return f"unsupported operand type(s) for {self.sign}: '{names[0]}' and '{names[1]}'"

    def methods(self):
        """Return the three methods of a class: of the left operand, of the right, in place."""

        def in_place(array, other):
            array.store(self(array, other))
            return array

        return (lambda a, b: self(a, b)), (lambda b, a: self(a, b)), in_place


ARITHMETIC = ("+", "-", "*", "/", "//", "%", "**")
COMPARISONS = ("<", "<=", ">", ">=")
add = _Operation("add", "+", lambda x, y: x + y, lambda x, y: x or y)
subtract = _Operation("subtract", "-", lambda x, y: x - y)
multiply = _Operation("multiply", "*", lambda x, y: x * y, lambda x, y: x and y)
divide = _Operation("divide", "/", _divide, _divide)
floor_divide = _Operation("floor_divide", "//", _floor_divide)
remainder = _Operation("remainder", "%", _remainder)
power = _Operation("power", "**", _power)
less = _Operation("less", "<", lambda x, y: x < y, kind="bool")
less_equal = _Operation("less_equal", "<=", lambda x, y: x <= y, kind="bool")
greater = _Operation("greater", ">", lambda x, y: x > y, kind="bool")
greater_equal = _Operation("greater_equal", ">=", lambda x, y: x >= y, kind="bool")
equal = _Operation("equal", "==", lambda x, y: x == y, kind="bool")
not_equal = _Operation("not_equal", "!=", lambda x, y: x != y, kind="bool")
logical_and = _Operation("logical_and", "and", lambda x, y: bool(x) and bool(y), kind="bool")
logical_or = _Operation("logical_or", "or", lambda x, y: bool(x) or bool(y), kind="bool")
logical_xor = _Operation("logical_xor", "^", lambda x, y: bool(x) != bool(y), kind="bool")
maximum = _Operation("maximum", "max", _larger)
minimum = _Operation("minimum", "min", _smaller)
hypot = _Operation("hypot", "hypot", lambda x, y: float(math.hypot(x, y)))
copysign = _Operation("copysign", "copysign", lambda x, y: math.copysign(x, y))


def _elementwise(name, function):
    kinds = {"float64": "bool" if name in TESTS else "float64"}

    def of(x):
        operand = _operand(x)
        if operand is None:
            raise TypeError(f"ufunc '{name}' not supported for the input types, and the inputs "
                            "could not be safely coerced to any supported types according to the "
                            "casting rule ''safe''")  # fmt: skip
        if isinstance(operand, ndarray):
            kind = kinds.get(operand.kind)
            return ndarray([function(value) for value in operand.values], kind)
        return _result(function(operand))

    return of


ELEMENTWISE = {
    "sqrt": _real(math.sqrt),
    "exp": _real(math.exp),
    "expm1": _real(math.expm1),
    "log": _real(math.log, at_0=-math.inf),
    "log2": _real(math.log2, at_0=-math.inf),
    "log10": _real(math.log10, at_0=-math.inf),
    "log1p": lambda x: -math.inf if x == -1 else _real(math.log1p)(x),
    "sin": _real(math.sin),
    "cos": _real(math.cos),
    "tan": _real(math.tan),
    "tanh": _real(math.tanh),
    "abs": abs,
    "absolute": abs,
    "fabs": lambda x: abs(float(x)),
    "negative": lambda x: -x,
    "positive": lambda x: +x,
    "sign": _sign,
    "square": lambda x: x * x,
    "reciprocal": lambda x: _divide(1.0, x),
    "floor": _whole(math.floor),
    "ceil": _whole(math.ceil),
    "isnan": lambda x: x != x,
    "isinf": lambda x: x == math.inf or x == -math.inf,
    "isfinite": lambda x: x - x == 0,
    "logical_not": lambda x: not x,
}
TESTS = "isnan", "isinf", "isfinite", "logical_not"


# Arrays


def _kind_of(values):
    if all(isinstance(value, bool) for value in values):
        return "bool" if values else "float64"
    return "int64" if all(isinstance(value, int) for value in values) else "float64"


def _is_truth(operand):
    return isinstance(operand, bool) or (isinstance(operand, ndarray) and operand.kind == "bool")


class dtype:
    """What an array's numbers are."""

    def __init__(self, name):
        self.name = name
        self.kind = name[0]

    def __eq__(self, other):
        return str(other) in (
            self.name,
            f"<class '{self.name.rstrip('46')}'>",
        ) or other is TYPES.get(self.name)

    def __hash__(self):
        return hash(self.name)

    def __str__(self):
        return self.name

    def __repr__(self):
        return f"dtype('{self.name}')"


DTYPES = {name: dtype(name) for name in ("float64", "int64", "bool")}


class float64(float):
    """A number that computes as NumPy's."""

    shape, ndim, size = (), 0, 1

    __add__, __radd__, _ = add.methods()
    __sub__, __rsub__, _ = subtract.methods()
    __mul__, __rmul__, _ = multiply.methods()
    __truediv__, __rtruediv__, _ = divide.methods()
    __floordiv__, __rfloordiv__, _ = floor_divide.methods()
    __mod__, __rmod__, _ = remainder.methods()
    __pow__, __rpow__, _ = power.methods()

    @property
    def dtype(self):
        return DTYPES["float64"]

    def __neg__(self):
        return float64(-float(self))

    def __pos__(self):
        return self

    def __abs__(self):
        return float64(abs(float(self)))

    def __round__(self, digits=None):
        return round(float(self)) if digits is None else float64(_rounded(float(self), digits))

    def __repr__(self):
        return f"np.float64({float(self)!r})"

    def __str__(self):
        return repr(float(self))

    def item(self):
        return float(self)

    tolist = item

    def copy(self):
        return self

    sum = mean = max = min = copy

    def round(self, decimals=0):
        return float64(_rounded(float(self), decimals))


class ndarray:
    """Numbers in a row."""

    def __hash__(self):
        raise TypeError("unhashable type: 'numpy.ndarray'")

    def __call__(self, *arguments):
        raise TypeError("'numpy.ndarray' object is not callable")

    def __init__(self, values, kind=None):
        self.kind = kind or _kind_of(values)
        is_mixed = kind is None and self.kind == "float64"
        self.values = [float(x) for x in values] if is_mixed else values

    __add__, __radd__, __iadd__ = add.methods()
    __sub__, __rsub__, __isub__ = subtract.methods()
    __mul__, __rmul__, __imul__ = multiply.methods()
    __truediv__, __rtruediv__, __itruediv__ = divide.methods()
    __floordiv__, __rfloordiv__, __ifloordiv__ = floor_divide.methods()
    __mod__, __rmod__, __imod__ = remainder.methods()
    __pow__, __rpow__, __ipow__ = power.methods()
    __lt__, _, _ = less.methods()
    __le__, _, _ = less_equal.methods()
    __gt__, _, _ = greater.methods()
    __ge__, _, _ = greater_equal.methods()
    __eq__, _, _ = equal.methods()
    __ne__, _, _ = not_equal.methods()

    def __and__(self, other):
        return self._of_truth(logical_and, other)

    def __or__(self, other):
        return self._of_truth(logical_or, other)

    def __xor__(self, other):
        return self._of_truth(logical_xor, other)

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def _of_truth(self, operation, other):
        if _is_truth(self) and _is_truth(other):
            return operation(self, other)
        raise Refused("`&`, `|` and `^` are for arrays of truth values on this page.")

    def __invert__(self):
        if self.kind != "bool":
            raise Refused("`~` is for arrays of truth values on this page.")
        return ndarray([not value for value in self.values])

    def __neg__(self):
        if self.kind == "bool":
            raise TypeError("The numpy boolean negative, the `-` operator, is not supported, use "
                            "the `~` operator or the logical_not function instead.")  # fmt: skip
        return ndarray([-value for value in self.values], self.kind)

    def __pos__(self):
        return self.copy()

    def __abs__(self):
        return ndarray([abs(value) for value in self.values])

    def __matmul__(self, other):
        return dot(self, other)

    def __bool__(self):
        if len(self.values) == 1:
            return bool(self.values[0])
        raise ValueError("The truth value of an array with more than one element is ambiguous. "
                         "Use a.any() or a.all()")  # fmt: skip

    def __float__(self):
        raise TypeError("only 0-dimensional arrays can be converted to Python scalars")

    __int__ = __float__

    def __round__(self, digits=None):
        raise TypeError("type numpy.ndarray doesn't define __round__ method")

    def __len__(self):
        return len(self.values)

    def __iter__(self):
        return iter([_result(value) for value in self.values])

    def __contains__(self, value):
        return value in self.values

    def __getitem__(self, index):
        if isinstance(index, int) and not isinstance(index, bool):
            return _result(self.values[self._place(index)])
        if _is_all(index):
            return _view(self)
        if isinstance(index, ndarray) and index.kind == "bool":
            return ndarray([x for x, chosen in _pairs(self, index) if chosen])
        self._refuse(index)

    def __setitem__(self, index, value):
        if isinstance(index, int) and not isinstance(index, bool):
            self.values[self._place(index)] = self._cast(_number(value))
        elif _is_all(index):
            self.store(value)
        elif isinstance(index, ndarray) and index.kind == "bool":
            places = [place for place, chosen in enumerate(index.values) if chosen]
            new = _operand(value)
            new = new.values if isinstance(new, ndarray) else [_number(value)] * len(places)
            if len(new) == 1:
                new = new * len(places)
            if len(new) != len(places):
                raise ValueError(f"NumPy boolean array indexing assignment cannot assign {len(new)}"
                                 f" input values to the {len(places)} output values where the mask"
                                 " is true")  # fmt: skip
            for place, number in zip(places, new, strict=True):
                self.values[place] = self._cast(number)
        else:
            self._refuse(index)

    def _place(self, index):
        size = len(self.values)
        if not -size <= index < size:
            raise IndexError(f"index {index} is out of bounds for axis 0 with size {size}")
        return index

    def _refuse(self, index):
        if isinstance(index, slice | tuple | list | ndarray) or index is None:
            raise Refused("Parts of arrays are not on this page; a rule treats every coordinate by "
                          "itself.")  # fmt: skip
        raise IndexError("only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) "
                         "and integer or boolean arrays are valid indices")  # fmt: skip

    def _cast(self, number):
        return {"float64": float, "int64": int, "bool": bool}[self.kind](number)

    def store(self, value):
        """Put other numbers in the place of these."""
        new = _operand(value)
        if new is None:
            raise TypeError(f"float() argument must be a string or a real number, "
                            f"not '{type(value).__name__}'")  # fmt: skip
        new = new.values if isinstance(new, ndarray) else [new] * len(self.values)
        if self.kind != "float64" and _kind_of(new) != self.kind:
            raise Refused(f"An array of {self.kind} cannot be changed into other numbers here.")
        if len(new) == 1:
            new = new * len(self.values)
        if len(new) != len(self.values):
            raise ValueError(f"could not broadcast input array from shape ({len(new)},) into shape "
                             f"({len(self.values)},)")  # fmt: skip
        for place, number in enumerate(new):
            self.values[place] = self._cast(number)

    @property
    def shape(self):
        return (len(self.values),)

    @property
    def size(self):
        return len(self.values)

    @property
    def ndim(self):
        return 1

    @property
    def dtype(self):
        return DTYPES[self.kind]

    @property
    def T(self):
        return _view(self)

    def copy(self):
        return ndarray(list(self.values))

    def tolist(self):
        return list(self.values)

    def item(self):
        if len(self.values) != 1:
            raise ValueError("can only convert an array of size 1 to a Python scalar")
        return self.values[0]

    def astype(self, kind):
        return array(self, dtype=kind)

    def fill(self, value):
        self.store(value)

    def sum(self, axis=None):
        return sum(self, axis=axis)

    def prod(self, axis=None):
        return prod(self, axis=axis)

    def mean(self, axis=None):
        return mean(self, axis=axis)

    def max(self, axis=None):
        return max(self, axis=axis)

    def min(self, axis=None):
        return min(self, axis=axis)

    def all(self, axis=None):
        return every(self, axis=axis)

    def any(self, axis=None):
        return some(self, axis=axis)

    def dot(self, other):
        return dot(self, other)

    def clip(self, low, high):
        return clip(self, low, high)

    def round(self, decimals=0):
        return round_(self, decimals)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(f"'numpy.ndarray' object has no attribute '{name}'")
        raise Refused(
            f"Arrays have no `{name}` on this page: their numbers are computed with by signs and "
            "by the functions of np."
        )

    def __str__(self):
        return "[" + " ".join(_texts(self)) + "]"

    def __repr__(self):
        return "array([" + ", ".join(_texts(self)) + "])"

    def __format__(self, form):
        if form:
            raise TypeError("unsupported format string passed to numpy.ndarray.__format__")
        return str(self)


def _is_all(index):
    if isinstance(index, slice):
        return index.start is None and index.stop is None and index.step is None
    return index is Ellipsis


def _view(array):
    """Return another array on the same numbers."""
    view = ndarray([])
    view.values, view.kind = array.values, array.kind
    return view


def _number(value):
    if isinstance(value, ndarray):
        return value.item()
    operand = _operand(value)
    if operand is None or isinstance(operand, ndarray):
        raise TypeError(f"float() argument must be a string or a real number, "
                        f"not '{type(value).__name__}'")  # fmt: skip
    return operand


def _texts(array):
    """Return an array's numbers as NumPy shows them, all of one width."""
    if array.kind != "float64":
        texts = [str(value) for value in array.values]
        width = 5 if array.kind == "bool" else _longest(texts)
        return [text.rjust(width) for text in texts]
    finite = [abs(x) for x in array.values if math.isfinite(x) and x != 0]
    largest, smallest = _largest(finite), -_largest([-x for x in finite])
    if finite and (largest >= 1e8 or smallest < 1e-4 or largest / smallest > 1000):
        texts = _scientific(array.values)
    else:
        texts = _positional(array.values)
    width = _longest(texts)
    return [text.rjust(width) for text in texts]


def _longest(texts):
    return _largest([len(text) for text in texts])


def _largest(numbers):
    most = 0
    for place, number in enumerate(numbers):
        most = number if place == 0 or number > most else most
    return most


def _positional(values):
    """Return decimals up to PRECISION, as many as the longest number has, filled with spaces."""
    texts = [f"{x:.{PRECISION}f}".rstrip("0") if math.isfinite(x) else str(x) for x in values]
    # A number that is shorter by itself is not shown with the digits that rounding adds.
    texts = [
        repr(x) if math.isfinite(x) and "e" not in repr(x) and len(repr(x)) < len(text) else text
        for x, text in zip(values, texts, strict=True)
    ]
    texts = [text.removesuffix("0") if text.endswith(".0") else text for text in texts]
    right = _longest([text.partition(".")[2] for text in texts if "." in text])
    if not any("." in text for text in texts):
        return texts
    return [
        text + " " * (right - len(text.partition(".")[2])) if "." in text else text
        for text in texts
    ]


def _scientific(values):
    """Return numbers with powers of ten, and as many decimals as the longest needs."""
    decimals = [
        len(f"{x:.{PRECISION}e}".partition("e")[0].rstrip("0").partition(".")[2])
        for x in values
        if math.isfinite(x)
    ]
    shortest = [len(_mantissa(x).partition(".")[2]) for x in values if math.isfinite(x)]
    most = _largest([a if a < b else b for a, b in zip(decimals, shortest, strict=True)])
    texts = [f"{x:.{most}e}" if math.isfinite(x) else str(x) for x in values]
    parts = [text.partition("e") for text in texts]
    width = _longest([exponent for _, _, exponent in parts]) - 1
    return [
        f"{mantissa}{'' if most else '.'}e{exponent[0]}{exponent[1:].rjust(width, '0')}"
        if e
        else mantissa
        for mantissa, e, exponent in parts
    ]


def _mantissa(x):
    """Return the digits that a number has as short as it can be written."""
    digits = repr(abs(x)).partition("e")[0].replace(".", "").strip("0") or "0"
    return f"{digits[0]}.{digits[1:]}"


# Functions


def array(value, dtype=None):
    """Return an array, or a number with its NumPy type."""
    values = value.values if isinstance(value, ndarray) else value
    if not isinstance(values, list | tuple):
        number = _operand(values)
        if number is None:
            raise Refused(f"An array of {type(value).__name__} is not on this page.")
        return float64(number) if dtype in FLOATS or isinstance(number, float) else number
    if dtype is None and _are_floats(values):
        return ndarray(list(values), "float64")
    numbers = []
    for entry in values:
        operand = _operand(entry)
        if operand is None or isinstance(operand, ndarray):
            raise Refused("Arrays have one axis of numbers on this page: one for each coordinate.")
        numbers.append(operand)
    if dtype in FLOATS:
        numbers = [float(number) for number in numbers]
    elif dtype is not None:
        raise Refused("On this page arrays change into float64 alone.")
    return ndarray(numbers)


def _are_floats(values):
    return all([type(value) is float for value in values])


def asarray(value, dtype=None):
    """Return an array as it is, another value as `array` does."""
    return value if isinstance(value, ndarray) and dtype is None else array(value, dtype)


class Other:
    """A value that is no number, as NumPy would wrap it: told by its dtype."""

    shape = ()

    def __init__(self):
        self.dtype = dtype("object")


def wrapped(value):
    """Return what the judge compares: an array, a number with its shape, or something `Other`."""
    if isinstance(value, ndarray | list | tuple):
        return asarray(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Other()
    try:
        return float64(value)
    except OverflowError:
        return Other()


def _filled(shape, number):
    if isinstance(shape, tuple) and len(shape) == 1:
        shape = shape[0]
    if shape == ():
        return _result(number)
    if not isinstance(shape, int):
        raise Refused("Arrays have one axis on this page.")
    return ndarray([number] * shape)


def _like(value, number):
    kind = asarray(value)
    return _filled(kind.shape, number) if isinstance(kind, ndarray) else _result(number)


def where(condition, *choices):
    """Return the first number where a condition holds, else the second."""
    if len(choices) != 2:
        raise Refused("`np.where` needs three arguments on this page: a condition and two values.")
    operands = [_operand(x) for x in (condition, *choices)]
    if any(x is None for x in operands):
        raise Refused("`np.where` chooses between numbers on this page.")
    sizes = [len(x.values) for x in operands if isinstance(x, ndarray) and len(x.values) > 1]
    if not any(isinstance(x, ndarray) for x in operands):
        return _result(operands[1] if operands[0] else operands[2])
    size = _largest(sizes) if sizes else 1
    if any(other != size for other in sizes):
        shapes = " ".join(f"({n},)" for n in sizes)
        raise ValueError(f"operands could not be broadcast together with shapes {shapes} ")
    columns = [
        x.values * (size // len(x.values)) if isinstance(x, ndarray) else [x] * size
        for x in operands
    ]
    return ndarray([x if chosen else y for chosen, x, y in zip(*columns, strict=True)])


def clip(value, low, high):
    """Return numbers not below the one and not above the other limit."""
    result = value
    if low is not None:
        result = maximum(result, low)
    return result if high is None else minimum(result, high)


def round_(value, decimals=0):
    """Return numbers rounded to some decimals, a half to the even digit."""
    return _elementwise("round", lambda x: x if isinstance(x, int) else _rounded(x, decimals))(
        value
    )


def dot(a, b):
    """Return the sum of the products."""
    a, b = asarray(a), asarray(b)
    product = a * b
    return sum(product) if isinstance(a, ndarray) and isinstance(b, ndarray) else product


def norm(value, ord=None, axis=None):
    """Return the Euclidean length."""
    _check_axis(axis)
    if ord not in (None, 2):
        raise Refused("`np.linalg.norm` is the Euclidean length on this page.")
    return ELEMENTARY["sqrt"](sum(ELEMENTARY["square"](asarray(value, dtype=float))))


def _check_axis(axis):
    if axis not in (None, 0, -1):
        raise Refused("Arrays have one axis on this page: axis 0.")


def _reduction(operation, start=None):
    """Return the function that an operation makes of all numbers, or of arrays one by one."""

    def reduce(value, axis=None):
        _check_axis(axis)
        parts = value
        if isinstance(value, list | tuple) and any(isinstance(x, ndarray) for x in value):
            if axis != 0:
                raise Refused("Of several arrays this page needs axis=0.")
        else:
            array = asarray(value)
            parts = array.values if isinstance(array, ndarray) else [array]
        if not parts and start is None:
            raise ValueError("zero-size array to reduction operation which has no identity")
        result = start if not parts else parts[0]
        for part in parts[1:]:
            result = operation(result, part)
        return result if isinstance(result, ndarray) else _result(result)

    return reduce


def _count(value):
    return int(value) if isinstance(value, bool) else value


sum = _reduction(lambda a, b: add(_count(a), _count(b)), 0.0)
prod = _reduction(multiply, 1.0)
max = _reduction(maximum)
min = _reduction(minimum)
every = _reduction(logical_and, True)
some = _reduction(logical_or, False)


def mean(value, axis=None):
    """Return the mean."""
    several = isinstance(value, list | tuple | ndarray)
    return divide(sum(value, axis), float(len(value))) if several else _result(float(value))


def array_equal(a, b):
    """Return whether two arrays hold the same numbers."""
    a, b = asarray(a), asarray(b)
    return a.tolist() == b.tolist()


ELEMENTARY = {name: _elementwise(name, function) for name, function in ELEMENTWISE.items()}
FLOATS = (float, float64, "float64", "float", "d")
TYPES = {"float64": float64, "int64": int, "bool": bool}
OPERATIONS = (
    add, subtract, multiply, divide, floor_divide, remainder, power, less, less_equal, greater,
    greater_equal, equal, not_equal, logical_and, logical_or, logical_xor, maximum, minimum, hypot,
    copysign,
)  # fmt: skip


class errstate:
    """What silences NumPy's warnings, of which this page has none."""

    def __init__(self, **what):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False


class _Names:
    """A module's names: another one is refused in words."""

    def __init__(self, name, names, said):
        self.__dict__.update(names, __name__=name, said=said)

    def __setattr__(self, name, value):
        raise Refused(f"`{self.__name__}.{name}` stays what it is on this page.")

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(f"module '{self.__name__}' has no attribute '{name}'")
        raise Refused(
            f"`{self.__name__}.{name}` is not on this page, which has {', '.join(self.said)} and a "
            "few more. All of NumPy is in the notebook, which the rocket button opens."
        )


def _checked(name, function):
    """Return a function that refuses the keywords which it does not have."""

    def call(*arguments, **keywords):
        for keyword in keywords:
            if keyword not in KEYWORDS.get(name, ()):
                raise Refused(f"`np.{name}` has no `{keyword}` on this page.")
        count = 2 if function in OPERATIONS else 1
        if (count == 2 or name in ELEMENTARY) and len(arguments) != count:
            if len(arguments) > count:
                raise Refused(f"`np.{name}` takes {count} values on this page.")
            verb = "was" if len(arguments) == 1 else "were"
            raise TypeError(f"{name}() takes from {count} to {count + 1} positional arguments but "
                            f"{len(arguments)} {verb} given")  # fmt: skip
        return function(*arguments, **keywords)

    call.__name__ = name
    for method in ("reduce", "accumulate", "outer", "at"):
        setattr(call, method, _refusing(f"`np.{name}.{method}` is not on this page."))
    return call


def _refusing(sentence):
    def refuse(*arguments, **keywords):
        raise Refused(sentence)

    return refuse


OF_AXIS = "sum", "prod", "mean", "max", "min", "amax", "amin", "all", "any"
KEYWORDS = {name: ("axis",) for name in OF_AXIS} | {
    "array": ("dtype",),
    "asarray": ("dtype",),
    "norm": ("axis", "ord"),
    "round": ("decimals",),
}
FUNCTIONS = (
    {operation.name: operation for operation in OPERATIONS}
    | ELEMENTARY
    | {
        "true_divide": divide,
        "mod": remainder,
        "array": array,
        "asarray": asarray,
        "where": where,
        "clip": clip,
        "round": round_,
        "dot": dot,
        "sum": sum,
        "prod": prod,
        "mean": mean,
        "max": max,
        "min": min,
        "amax": max,
        "amin": min,
        "all": every,
        "any": some,
        "array_equal": array_equal,
        "copy": lambda value: asarray(value).copy(),
        "zeros": lambda shape: _filled(shape, 0.0),
        "ones": lambda shape: _filled(shape, 1.0),
        "full": lambda shape, number: _filled(shape, _number(number)),
        "zeros_like": lambda value: _like(value, 0.0),
        "ones_like": lambda value: _like(value, 1.0),
        "full_like": lambda value, number: _like(value, float(_number(number))),
        "isscalar": lambda value: isinstance(value, int | float | str),
    }
)
NAMES = {name: _checked(name, function) for name, function in FUNCTIONS.items()} | {
    "linalg": _Names("np.linalg", {"norm": _checked("norm", norm)}, ["norm"]),
    "errstate": errstate,
    "float64": float64,
    "ndarray": ndarray,
    "pi": math.pi,
    "e": math.e,
    "inf": math.inf,
    "nan": math.nan,
}
# What rules are written with.
SAID = ["sqrt", "abs", "sign", "maximum", "minimum", "where", "exp", "log", "clip", "isnan"]
np = _Names("np", NAMES, SAID)
