"""Every row of the ledger: the library gives what is true, and what the notes claim is judged."""

import ledger
import numpy as np
import pytest

ENTRIES = {row: function() for row, function in ledger.ROWS.items()}
ALL = [(row, entry) for row, entries in ENTRIES.items() for entry in entries]
NUMBERS = [
    pytest.param(entry, id=f"{row} {entry.what}")
    for row, entry in ALL
    if isinstance(entry, ledger.Number)
]
STATEMENTS = [
    pytest.param(entry, id=f"{row} {entry.claim}")
    for row, entry in ALL
    if isinstance(entry, ledger.Statement)
]

# The ledger's own column of verdicts. "wrong" stands also for two methods under one name.
VERDICTS = {
    "right": {1, 2, 4, 7, 14, 16, 17, 18, 22, 27},
    "wrong": {3, 5, 6, 8, 9, 11, 12, 13, 23, 24, 25, 26},
    None: {28},
}


def lost(entry):
    """Whether floats cannot have the number: x − 2 tanh(x/2) at 1e-7 has no digit left."""
    return abs(entry.recomputed) < 1e-20 and entry.recomputed != 0


@pytest.mark.parametrize("entry", NUMBERS)
def test_library_gives_the_recomputed_number(entry):
    rtol = 1e-11 if abs(entry.recomputed) > 1e-3 else 1e-7
    np.testing.assert_allclose(float(entry.library), float(entry.recomputed), rtol, 3e-23)


@pytest.mark.parametrize("entry", NUMBERS)
def test_printed_number_is_the_recomputed_one_rounded(entry):
    assert ledger.agrees(entry.printed, entry.recomputed), float(entry.recomputed)
    assert lost(entry) or ledger.agrees(entry.printed, entry.library), float(entry.library)


@pytest.mark.parametrize("entry", STATEMENTS)
def test_library_judges_a_statement_as_the_recomputation_does(entry):
    assert bool(entry.library) == bool(entry.recomputed)


@pytest.mark.parametrize("row", ledger.ROWS)
def test_verdict_follows_from_the_numbers(row):
    assert row in VERDICTS[ledger.verdict(ENTRIES[row])]


def test_every_row_of_the_ledger_is_here_or_has_no_numbers():
    assert sorted([*ledger.ROWS, *ledger.WITHOUT_NUMBERS]) == list(range(1, 29))


@pytest.mark.parametrize(
    ("text", "value", "verdict"),
    [
        ("3.68", 3.683772, True),
        ("3.69", 3.683772, False),
        ("10.24", 9.856, False),
        ("0.0013", 0.00134095, True),
        ("3.9", 3.900000000125, True),
        ("1.364e-7", 1.36436e-7, True),
        ("64", 64, True),
    ],
)
def test_agreement_is_judged_at_the_printed_precision(text, value, verdict):
    assert ledger.agrees(text, value) is verdict
