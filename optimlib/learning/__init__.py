"""Learning from data: bundled data sets, mini-batches, two classifiers, training curves."""

from optimlib.learning.batches import Batches, minibatches
from optimlib.learning.classifier import Classifier, Loss
from optimlib.learning.comparison import Comparison
from optimlib.learning.datasets import Dataset, load
from optimlib.learning.mlp import MLP
from optimlib.learning.softmax import SoftmaxRegression
from optimlib.learning.training import Curves, train
from optimlib.learning.tuning import first_below, random_starts, stays_below, tune

__all__ = [
    "MLP",
    "Batches",
    "Classifier",
    "Comparison",
    "Curves",
    "Dataset",
    "Loss",
    "SoftmaxRegression",
    "first_below",
    "load",
    "minibatches",
    "random_starts",
    "stays_below",
    "train",
    "tune",
]
