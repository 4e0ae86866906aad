"""Tensors to a scalar: dependence, utility, energy distance."""

from skfairgen.losses._class_average import class_average
from skfairgen.losses._distance_covariance import distance_correlation, distance_covariance
from skfairgen.losses._energy_distance import energy_distance
from skfairgen.losses._fairdisco import fairdisco_penalty
from skfairgen.losses._group_dependence import group_dependence
from skfairgen.losses._paired_divergence import paired_divergence
from skfairgen.losses._pairwise_distance import pairwise_distance
from skfairgen.losses._utility import utility_loss

__all__ = [
    "class_average",
    "distance_correlation",
    "distance_covariance",
    "energy_distance",
    "fairdisco_penalty",
    "group_dependence",
    "paired_divergence",
    "pairwise_distance",
    "utility_loss",
]
