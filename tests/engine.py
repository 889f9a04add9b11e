"""V8 with what modules of JavaScript export."""

import atexit

import numpy as np
import pytest

pytest.importorskip("py_mini_racer", reason="mini-racer is not installed: no JavaScript runs")
pytest.importorskip("optimlib.explorers")

from py_mini_racer import MiniRacer

from optimlib.explorers.explorer import modules
from optimlib.javascript.linker import exports_of, link


def engine_of(entry, linked):
    """Return an engine in which the exports of a module stand as global names."""
    engine = MiniRacer()
    # Left to the interpreter's end it waits for a thread that has ended.
    atexit.register(engine.close)
    engine.eval(f"Object.assign(globalThis, {link(entry, linked)});")
    return engine


def floats(engine, expression):
    """Return the numbers in an array of JavaScript."""
    # The engine hands over an address. It frees the memory, perhaps before it is copied, once no
    # name of JavaScript holds the array any more.
    held = engine.eval(f"globalThis.held = new Float64Array({expression})")
    return np.frombuffer(held).copy()


def engine_of_everything(linked=None):
    """Return an engine with all that any module exports, of the explorers if none are given.

    A module more imports it, so that a name which two modules export is an error.
    """
    linked = linked or modules()
    names = {path: ", ".join(exports_of(text)) for path, text in linked.items()}
    imports = [f'import {{ {names[path]} }} from "./{path}";' for path in names]
    lines = [*imports, f"export const everything = {{ {', '.join(names.values())} }};"]
    engine = engine_of("everything.js", linked | {"everything.js": "\n".join(lines)})
    engine.eval("Object.assign(globalThis, everything);")
    return engine
