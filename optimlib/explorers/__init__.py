"""Interactive figures: live in Jupyter, and with no kernel on the website.

The optimizers and problems in them are the package's own, generated as JavaScript.
"""

from optimlib.explorers.descent import explore
from optimlib.explorers.dial import dial
from optimlib.explorers.explorer import Explorer
from optimlib.explorers.ledger import ledger

__all__ = ["Explorer", "explore", "ledger"]
