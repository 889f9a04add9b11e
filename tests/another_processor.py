"""A pytest plugin: chapters say the same where a processor rounds in another way.

python -m pytest --nbval -p tests.another_processor chapters

Sums of many numbers are made in the order that suits a processor, and elementary functions have
other last digits with other instructions. Here NumPy and OpenBLAS do without those of the last 15
years. Numbers in outputs may differ by a twentieth, words not at all: who wins, what breaks or is
stuck. For x86.
"""

import os
import re

WITHOUT = {
    "OPENBLAS_CORETYPE": "Nehalem",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
}
WITHIN = 0.05
# Whether two are told apart stands as < or ~ between their names.
P_VALUE = re.compile(r"\bp [=<] \S+")
NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def alike(one, other):
    """Return whether two texts have the same words, and numbers but p-values within a twentieth."""
    one, other = (P_VALUE.sub("p", text) for text in (one, other))
    # The width of a table and of its rules follows from its numbers.
    words, others = (re.sub(r"[-─]{2,}|\s+", " ", NUMBER.sub("#", text)) for text in (one, other))
    numbers = zip(NUMBER.findall(one), NUMBER.findall(other), strict=True)
    return words == others and all(
        abs(float(a) - float(b)) <= WITHIN * max(float(a), float(b)) for a, b in numbers
    )


class Output(str):
    """A text that equals each one that is like it."""

    __slots__ = ()

    def __eq__(self, other):
        return alike(self, other)

    def __ne__(self, other):
        return not alike(self, other)

    __hash__ = str.__hash__


def pytest_configure(config):
    from nbval.plugin import IPyNbCell

    os.environ.update(WITHOUT)
    exact = IPyNbCell.sanitize

    def sanitize(cell, text):
        done = exact(cell, text)
        return Output(done) if isinstance(done, str) else done

    IPyNbCell.sanitize = sanitize
