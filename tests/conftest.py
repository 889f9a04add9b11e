"""Settings of all tests, and the engine that runs the explorers' script.

Property tests draw the same cases everywhere, however slow a machine.
"""

import json

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "course", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("course")

# What mypy reads; some of it raises when it is run.
collect_ignore = ["typed.py"]


def reference(name):
    """Return a fixture: a library that only the tests need, to compare with."""

    @pytest.fixture(scope="session", name=name.rpartition(".")[2])
    def imported():
        return pytest.importorskip(name, reason=f"{name} is not installed: nothing to compare with")

    return imported


mpmath = reference("mpmath")
sympy = reference("sympy")
integrate = reference("scipy.integrate")
optimize = reference("scipy.optimize")
stats = reference("scipy.stats")


@pytest.fixture(scope="module")
def client():
    """Return a function that evaluates an expression with given values.

    All that the explorers' modules export has its name in it. Typed arrays come back as lists,
    numbers that JSON does not have as their names.
    """
    from engine import engine_of_everything

    engine = engine_of_everything()
    engine.eval(
        "const plainly = (key, v) => ArrayBuffer.isView(v) ? Array.from(v)"
        " : typeof v === 'number' && !Number.isFinite(v) ? String(v) : v;"
    )

    def call(expression, **values):
        names, arguments = ", ".join(values), ", ".join(map(json.dumps, values.values()))
        function = f"(({names}) => {expression})({arguments})"
        return json.loads(engine.eval(f"JSON.stringify({function}, plainly)"))

    return call
