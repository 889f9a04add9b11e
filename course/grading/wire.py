"""Plain data on a line of text: how the two sides of the sandbox speak.

Numbers, strings, lists, dicts with names and NumPy arrays of numbers. Nothing else passes, so
that reading a message can run no code.
"""

import base64
import json
from collections.abc import Iterable
from itertools import islice

import numpy as np

LONGEST = 4 * 2**20
KINDS = "biufc"


def packed(message, function=None):
    """Return `message` as one line of bytes; `function` says what stands for a function."""

    def encode(value):
        if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in KINDS:
            data = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
            return {"array": data, "dtype": value.dtype.str, "shape": list(value.shape)}
        if function is not None and callable(value):
            return {"function": function(value)}
        if isinstance(value, Iterable):  # a view, a set, or what yields
            return list(islice(value, LONGEST))
        raise TypeError(
            "only numbers, strings, lists, dicts and arrays of numbers can be returned, "
            f"not {type(value).__name__}"
        )

    line = json.dumps(message, default=encode).encode() + b"\n"
    if len(line) > LONGEST:
        raise ValueError(f"more than {LONGEST >> 20} MB were returned")
    return line


def unpacked(line, function=None):
    """Return the message of a line; `function` makes what stands for a function."""

    def decode(value):
        if value.keys() == {"array", "dtype", "shape"}:
            dtype = np.dtype(value["dtype"])
            if dtype.kind not in KINDS:
                raise ValueError(f"an array of {dtype} is not an array of numbers")
            data = np.frombuffer(base64.b64decode(value["array"]), dtype)
            return data.reshape(value["shape"]).copy()[()]
        if function is not None and value.keys() == {"function"}:
            return function(value["function"])
        return value

    return json.loads(line, object_hook=decode)
