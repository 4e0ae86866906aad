"""The account: what a remedy did to a model, and what a synthetic table is worth."""

from skfairgen.report._compare import compare
from skfairgen.report._comparison import Comparison
from skfairgen.report._evaluate import evaluate
from skfairgen.report._evaluation import Evaluation
from skfairgen.report._remedies import Remedy
from skfairgen.report._trust_index import trust_index

__all__ = ["Comparison", "Evaluation", "Remedy", "compare", "evaluate", "trust_index"]
