"""What makes a course of `optimlib`: exercises, grading, hand-outs, long experiments, the site."""

from pathlib import Path

# The checkout, with the chapters; what learners import does not need it.
ROOT = Path(__file__).resolve().parent.parent
