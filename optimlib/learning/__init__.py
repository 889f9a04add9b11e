"""Learning from data: bundled data sets, mini-batches, two classifiers, training curves."""

from optimlib.learning.batches import Batches, minibatches
from optimlib.learning.classifier import Classifier, Loss
from optimlib.learning.comparison import Comparison
from optimlib.learning.datasets import Dataset, load
from optimlib.learning.mlp import MLP
from optimlib.learning.noise import NoiseScale, noise_scale
from optimlib.learning.softmax import SoftmaxRegression
from optimlib.learning.text import Bigram, bigram
from optimlib.learning.training import Curves, train
from optimlib.learning.tuning import first_below, random_starts, stays_below, tune

__all__ = [
    "MLP",
    "Batches",
    "Bigram",
    "Classifier",
    "Comparison",
    "Curves",
    "Dataset",
    "Loss",
    "NoiseScale",
    "SoftmaxRegression",
    "bigram",
    "first_below",
    "load",
    "minibatches",
    "noise_scale",
    "random_starts",
    "stays_below",
    "train",
    "tune",
]
