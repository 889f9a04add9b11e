"""Learning from data: bundled data sets, mini-batches, two classifiers, training curves."""

from optimlib.learning.batches import Batches, minibatches
from optimlib.learning.classifier import Classifier, Loss
from optimlib.learning.datasets import Dataset, load
from optimlib.learning.mlp import MLP
from optimlib.learning.softmax import SoftmaxRegression
from optimlib.learning.training import Curves, train

__all__ = [
    "MLP",
    "Batches",
    "Classifier",
    "Curves",
    "Dataset",
    "Loss",
    "SoftmaxRegression",
    "load",
    "minibatches",
    "train",
]
