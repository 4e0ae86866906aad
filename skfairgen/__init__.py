"""Fair synthetic rows for imbalanced and unequal tables, as scikit-learn estimators.

``import skfairgen`` is light: each public name is loaded, with what it needs, when it is first touched.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from skfairgen._version import __version__

if TYPE_CHECKING:  # for editors; a test keeps both lists of names the same
    from skfairgen import criteria, data, datasets, estimators, exceptions, metrics, plotting, report
    from skfairgen.estimators import (
        DistilledGenerator,
        FairDistillResampler,
        FairEncoder,
        FairGenerator,
        WithSensitiveColumns,
        distill,
        load,
        save,
    )
    from skfairgen.metrics import FairnessScorer
    from skfairgen.report import compare, evaluate

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
_ROOMS = ("criteria", "data", "datasets", "estimators", "exceptions", "metrics", "plotting", "report")

__all__ = [
    "DistilledGenerator",
    "FairDistillResampler",
    "FairEncoder",
    "FairGenerator",
    "FairnessScorer",
    "WithSensitiveColumns",
    "__version__",
    "compare",
    "criteria",
    "data",
    "datasets",
    "distill",
    "estimators",
    "evaluate",
    "exceptions",
    "load",
    "metrics",
    "plotting",
    "report",
    "save",
]


if not TYPE_CHECKING:  # an editor would take any name for one that exists

    def __getattr__(name):
        if name in _ROOM_OF:
            return getattr(import_module(f"skfairgen.{_ROOM_OF[name]}"), name)
        if name in _ROOMS:
            return import_module(f"skfairgen.{name}")
        raise AttributeError(f"module 'skfairgen' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
