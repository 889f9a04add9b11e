"""Interactive figures: live in Jupyter, and with no kernel on the website.

The optimizers and problems in them are the package's own, generated as JavaScript.
"""

from optimlib.extras import extra

with extra("explorers", "optimlib.explorers"):
    from optimlib.explorers.basin_map import basin_map
    from optimlib.explorers.calculus import chord, majorizer, secant, taylor
    from optimlib.explorers.descent import explore
    from optimlib.explorers.dial import dial
    from optimlib.explorers.explorer import Explorer
    from optimlib.explorers.items import (
        bars,
        control,
        curve,
        data,
        dots,
        hline,
        note,
        panel,
        point,
        reading,
        run,
        segment,
        text,
        vline,
    )
    from optimlib.explorers.ledger import ledger
    from optimlib.explorers.parameter_map import parameter_map
    from optimlib.explorers.plot import plot
    from optimlib.explorers.sampling import depth_histogram, eigenvalue_lottery, noise_floor
    from optimlib.explorers.schedule import draw_schedule

__all__ = [
    "Explorer",
    "bars",
    "basin_map",
    "chord",
    "control",
    "curve",
    "data",
    "depth_histogram",
    "dial",
    "dots",
    "draw_schedule",
    "eigenvalue_lottery",
    "explore",
    "hline",
    "ledger",
    "majorizer",
    "noise_floor",
    "note",
    "panel",
    "parameter_map",
    "plot",
    "point",
    "reading",
    "run",
    "secant",
    "segment",
    "taylor",
    "text",
    "vline",
]
