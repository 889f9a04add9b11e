"""Wrong variants of a module: its source with one piece replaced, executed beside the right one."""

import inspect
import sys
from types import ModuleType


def variant(module, old, new):
    """Return a copy of `module` in whose source `old` is `new` throughout."""
    source = inspect.getsource(module)
    assert old in source, f"{module.__name__} does not contain {old!r}"
    copy = ModuleType(f"wrong_{module.__name__.replace('.', '_')}")
    # A dataclass looks its module up while it is made.
    sys.modules[copy.__name__] = copy
    try:
        exec(compile(source.replace(old, new), copy.__name__, "exec"), copy.__dict__)
    finally:
        del sys.modules[copy.__name__]
    return copy
