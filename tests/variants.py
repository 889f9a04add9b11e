"""Wrong variants of a module: its source with one piece replaced, executed beside the right one."""

import inspect
import sys
from types import ModuleType


def variant(module, old, new, *more):
    """Return a copy of `module` in whose source `old` is `new` throughout, and so on in pairs."""
    source = inspect.getsource(module)
    for before, after in ((old, new), *zip(more[::2], more[1::2], strict=True)):
        assert before in source, f"{module.__name__} does not contain {before!r}"
        source = source.replace(before, after)
    copy = ModuleType(f"wrong_{module.__name__.replace('.', '_')}")
    # A dataclass looks its module up while it is made.
    sys.modules[copy.__name__] = copy
    try:
        exec(compile(source, copy.__name__, "exec"), copy.__dict__)
    finally:
        del sys.modules[copy.__name__]
    return copy
