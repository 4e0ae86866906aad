"""Fair synthetic rows for imbalanced and unequal tables, as scikit-learn estimators.

======================== =====================================================================================
``FairDistillResampler`` imbalanced-learn sampler: adds the rows that repair a table, or replaces it
``FairGenerator``        learns a table; draws rows of any class and group
``DistilledGenerator``   the small generator that ``distill`` makes; draws without its teacher and without the data
``FairEncoder``          transformer: rows to a code that does not reveal the group, and back
``WithSensitiveColumns`` hands columns of X to an estimator that wants ``sensitive_features=``
``distill``              a generator, or an encoder, to a small one that does the same
``save``, ``load``       estimators to files, and back, without pickle
``compare``              what each remedy does to your model, on held-out rows
``evaluate``             what a synthetic table is worth, anybody's
``FairnessScorer``       a fairness metric as a scorer of ``GridSearchCV``
``metrics``              fairness group by group, utility, fidelity, leakage, privacy
``report``               what ``compare`` and ``evaluate`` return
``plotting``             pictures of rates, prices, fidelity and codes
``datasets``             real tables with their sensitive columns, and made ones whose truth is known
``exceptions``           the warnings
``criteria``, ``data``   rooms of people who change the package
======================== =====================================================================================

``help(skfairgen.FairGenerator)`` tells all of a name. ``skfairgen --help`` is the command line; the documentation is at
https://skfairgen.readthedocs.io.

``import skfairgen`` is light: each public name is loaded, with what it needs, when it is first touched.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from skfairgen._version import __version__ as __version__

if TYPE_CHECKING:  # for editors; a test keeps both lists of names the same
    from skfairgen import criteria, data, datasets, estimators, exceptions, metrics, plotting, report
    from skfairgen.estimators import DistilledGenerator as DistilledGenerator
    from skfairgen.estimators import FairDistillResampler as FairDistillResampler
    from skfairgen.estimators import FairEncoder as FairEncoder
    from skfairgen.estimators import FairGenerator as FairGenerator
    from skfairgen.estimators import WithSensitiveColumns as WithSensitiveColumns
    from skfairgen.estimators import distill as distill
    from skfairgen.estimators import load as load
    from skfairgen.estimators import save as save
    from skfairgen.metrics import FairnessScorer as FairnessScorer
    from skfairgen.report import compare as compare
    from skfairgen.report import evaluate as evaluate

_ROOM_OF = {
    "DistilledGenerator": "estimators",
    "FairDistillResampler": "estimators",
    "FairEncoder": "estimators",
    "FairGenerator": "estimators",
    "WithSensitiveColumns": "estimators",
    "FairnessScorer": "metrics",
    "compare": "report",
    "evaluate": "report",
    "distill": "estimators",
    "load": "estimators",
    "save": "estimators",
}

# the rooms alone, as scikit-learn's own: help() prints all of what stands here
__all__ = ["criteria", "data", "datasets", "estimators", "exceptions", "metrics", "plotting", "report"]


if not TYPE_CHECKING:  # an editor would take any name for one that exists

    def __getattr__(name):
        if name in _ROOM_OF:
            return getattr(import_module(f"skfairgen.{_ROOM_OF[name]}"), name)
        if name in __all__:
            return import_module(f"skfairgen.{name}")
        raise AttributeError(f"module 'skfairgen' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_ROOM_OF, "__version__"])
