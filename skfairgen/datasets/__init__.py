"""Tables, images and sequences with their sensitive attributes marked, real and made."""

from skfairgen.datasets._adult import fetch_adult
from skfairgen.datasets._biased_classification import make_biased_classification
from skfairgen.datasets._colored_digits import make_colored_digits
from skfairgen.datasets._compas import fetch_compas
from skfairgen.datasets._dutch_census import fetch_dutch_census
from skfairgen.datasets._german_credit import fetch_german_credit
from skfairgen.datasets._law_school import fetch_law_school
from skfairgen.datasets._mnist5k import fetch_mnist5k
from skfairgen.datasets._mortgages import load_mortgages
from skfairgen.datasets._watch_exercises import fetch_watch_exercises

__all__ = [
    "fetch_adult",
    "fetch_compas",
    "fetch_dutch_census",
    "fetch_german_credit",
    "fetch_law_school",
    "fetch_mnist5k",
    "fetch_watch_exercises",
    "load_mortgages",
    "make_biased_classification",
    "make_colored_digits",
]
