"""What calls of a function change: random generators, counters, lists that its code can reach."""

import pickle
import random
import sys
import types
from functools import partial
from operator import is_
from typing import Any

import numpy as np

# At most so many objects are looked at, and of each at most so many entries.
MOST, LARGEST = 300, 4096
# Where there is nothing that a call could change, or that could change by itself.
OURS: tuple[str, ...] = ("numpy", "math", "builtins", "fractions", "optimlib")
OURS += ("operator", "_operator", "functools", "_functools", "itertools")
PLAIN = (int, float, complex, str, bytes, type(None), np.generic, np.ufunc, np.dtype)


class Watch:
    """Notes the state of what functions can reach, to tell what calls change and to undo it.

    Seen are the variables outside of a function that its code names, its default values, the
    instance that a method belongs to, and what these hold: attributes, methods, lists, sets and
    dicts, small arrays, random generators of NumPy and of the standard library, other functions.

    Parameters
    ----------
    *functions : callables

    Attributes
    ----------
    opaque : bool
        Whether there is something else: a module of another package, an iterator, a clock. Where
        there is not, and a call changes nothing, another call does the same.

    Examples
    --------
    >>> calls = []
    >>> watch = Watch(lambda x: calls.append(x))
    >>> calls.append(3)
    >>> watch.changed()
    'calls'
    >>> watch.undo()
    >>> calls
    []
    """

    def __init__(self, *functions: Any) -> None:
        self._notes: list[tuple[Any, ...]] = []
        self.opaque = False
        self._generators = _generator_kinds()
        seen: dict[int, Any] = {}
        waiting = [("", function) for function in functions]
        while waiting and len(seen) < MOST:
            name, value = waiting.pop()
            if not isinstance(value, PLAIN) and id(value) not in seen:
                seen[id(value)] = value  # an object that is kept keeps its id
                waiting += self._look(name, value)
        self.opaque = self.opaque or bool(waiting)

    def changed(self) -> str | None:
        """Return the name under which something was found that has changed, or None."""
        for name, read, _, before in self._notes:
            if not _same(read(), before):
                return name
        return None

    def draws(self) -> bool:
        """Return whether a random generator has been used."""
        return any(
            getattr(read, "func", None) is _state and read() != before
            for _, read, _, before in self._notes
        )

    def undo(self) -> None:
        """Give everything its noted state again."""
        for _, read, write, before in self._notes:
            if not _same(read(), before):
                write(before)

    def _note(self, name, read, write):
        self._notes.append((name, read, write, read()))

    def _look(self, name, value):
        """Note what `value` holds; return (name, value) of what to look at next."""
        if isinstance(value, types.FunctionType):
            return self._look_into_function(value)
        if isinstance(value, types.MethodType):
            owner = value.__self__
            return [(name, value.__func__), (name or type(owner).__name__, owner)]
        if isinstance(value, types.BuiltinFunctionType):
            return [(name, value.__self__)]
        if isinstance(value, partial):
            return [(name, v) for v in (value.func, *value.args, *value.keywords.values())]
        if isinstance(value, np.ndarray):
            if value.size <= LARGEST and value.dtype != object:
                if value.flags.writeable:
                    self._note(name, value.tobytes, partial(_overwrite, value))
                return []
        elif type(value) in (list, set, dict, tuple) and len(value) <= LARGEST:
            if type(value) is not tuple:
                self._note(name, partial(_entries, value), partial(_refill, value))
            return [(name, v) for v in (value.values() if type(value) is dict else value)]
        elif isinstance(value, self._generators):
            self._note(name, partial(_state, value), partial(_set_state, value))
            return []
        elif isinstance(value, types.ModuleType | type):
            if _home(value) in OURS:
                return []
        elif hasattr(value, "__dict__"):
            held = vars(value)
            self.opaque |= str(getattr(value, "__module__", "")).startswith("numpy.random")
            self._note(name, partial(_entries, held), partial(_refill, held))
            attributes = [(f"{name}.{n}".lstrip("."), v) for n, v in held.items()]
            return attributes + [(name, method) for method in _methods(type(value))]
        self.opaque = True
        return []

    def _look_into_function(self, function):
        code, scope = function.__code__, function.__globals__
        defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
        found = [("a default value", value) for value in defaults]
        if vars(function):
            found.append((function.__name__, vars(function)))
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            self._note(name, partial(_contents, cell), partial(_set_contents, cell))
            found += [(name, value) for value in _contents(cell)]
        names = _names(code)
        for name in names & scope.keys():
            self._note(name, partial(_value, scope, name), partial(_set_value, scope, name))
            found.append((name, scope[name]))
        if names & {"random", "default_rng"}:
            self.opaque = True  # a new generator is unlike the last
            found.append(("random", _global_generators()))
        return found


def code_of(function: Any) -> Any:
    """Return what is the same of functions that the same code has made, or the function itself."""
    while isinstance(function, partial | types.MethodType):
        function = function.func if isinstance(function, partial) else function.__func__
    return getattr(function, "__code__", function)


def _home(thing):
    """Return the package that a module or class belongs to."""
    name = thing.__name__ if isinstance(thing, types.ModuleType) else thing.__module__
    return name.partition(".")[0]


def _methods(cls):
    """Return the functions in a class and its bases, if they are not of a package like NumPy."""
    bases = [base for base in cls.__mro__ if _home(base) not in OURS]
    return [f for base in bases for f in vars(base).values() if isinstance(f, types.FunctionType)]


def _same(now, before):
    if isinstance(now, bytes):
        return now == before
    return len(now) == len(before) and all(map(is_, now, before))


def _names(code):
    """Return the names of globals and attributes in a code object and those within it."""
    inner = (c for c in code.co_consts if isinstance(c, types.CodeType))
    return set(code.co_names).union(*map(_names, inner))


# How each kind of state is read, as bytes or as a list of objects, and written.


def _entries(container):
    if isinstance(container, dict):
        return [part for item in container.items() for part in item]
    return list(container)


def _refill(container, entries):
    container.clear()
    if isinstance(container, dict):
        container.update(zip(entries[::2], entries[1::2], strict=True))
    elif isinstance(container, set):
        container.update(entries)
    else:
        container.extend(entries)


def _overwrite(array, content):
    array[...] = np.frombuffer(content, array.dtype).reshape(array.shape)


def _contents(cell):
    try:
        return [cell.cell_contents]
    except ValueError:  # not bound yet
        return []


def _set_contents(cell, contents):
    if contents:
        cell.cell_contents = contents[0]
    else:
        del cell.cell_contents


def _value(scope, name):
    return [scope[name]] if name in scope else []


def _set_value(scope, name, value):
    scope[name] = value[0]


def _generator_kinds():
    if "numpy.random" not in sys.modules:  # NumPy loads it when it is first used
        return (random.Random,)
    return random.Random, np.random.Generator, np.random.RandomState


def _global_generators():
    """Return the generators behind the functions of `random` and `np.random`."""
    ours = (np.random.mtrand._rand,) if "numpy.random" in sys.modules else ()
    return (random._inst, *ours)


def _state(generator):
    if isinstance(generator, random.Random):
        state = generator.getstate()
    elif hasattr(generator, "bit_generator"):
        state = generator.bit_generator.state
    else:
        state = generator.get_state(legacy=False)
    return pickle.dumps(state)


def _set_state(generator, content):
    state = pickle.loads(content)
    if isinstance(generator, random.Random):
        generator.setstate(state)
    elif hasattr(generator, "bit_generator"):
        generator.bit_generator.state = state
    else:
        generator.set_state(state)
