"""Pictures, in the Display convention of scikit-learn."""

from skfairgen.plotting._codes_display import CodesDisplay
from skfairgen.plotting._comparison_display import ComparisonDisplay
from skfairgen.plotting._fidelity_display import FidelityDisplay
from skfairgen.plotting._group_rates_display import GroupRatesDisplay
from skfairgen.plotting._samples_display import SamplesDisplay
from skfairgen.plotting._tradeoff_display import TradeoffDisplay

__all__ = [
    "CodesDisplay",
    "ComparisonDisplay",
    "FidelityDisplay",
    "GroupRatesDisplay",
    "SamplesDisplay",
    "TradeoffDisplay",
]
