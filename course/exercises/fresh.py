"""A copy of a function or object that remembers: with what it remembered before it is called."""

import types
from copy import copy, deepcopy


def fresh(answer):
    """Return a copy of a callable that shares nothing with it that either of them can change.

    Parameters
    ----------
    answer : callable
        A function, with what it refers to outside of it, or an object. What cannot be copied, as a
        module, both share.

    Examples
    --------
    >>> seen = []
    >>> def count(x):
    ...     seen.append(x)
    ...     return len(seen)
    >>> fresh(count)(5), fresh(count)(5), seen
    (1, 1, [])
    """
    return _copied(answer, {})


def _copied(value, made):
    if id(value) in made:
        return made[id(value)]
    if isinstance(value, types.FunctionType):
        return _function(value, made)
    if isinstance(value, types.MethodType):
        return types.MethodType(_function(value.__func__, made), _copied(value.__self__, made))
    try:
        return deepcopy(value, made)
    except Exception:
        return value


def _function(function, made):
    """Return a function of the same code, in whose place it finds itself."""
    known = copy(function.__globals__)
    cells = tuple(types.CellType() for _ in function.__closure__ or ())
    new = types.FunctionType(
        function.__code__, known, function.__name__, function.__defaults__, cells or None
    )
    made[id(function)] = new
    new.__kwdefaults__ = function.__kwdefaults__
    new.__dict__.update(function.__dict__)
    if function.__defaults__:
        new.__defaults__ = tuple(_copied(value, made) for value in function.__defaults__)
    for cell, old in zip(cells, function.__closure__ or (), strict=True):
        cell.cell_contents = _copied(old.cell_contents, made)
    for name in function.__code__.co_names:
        if name in known and not isinstance(known[name], types.ModuleType | type):
            known[name] = _copied(known[name], made)
    return new
