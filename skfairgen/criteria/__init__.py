"""Which cells get how many rows, and why: allocation, shares, transport of outcome scores."""

from skfairgen.criteria._allocation import (
    CellNames,
    allocate,
    apportion,
    drawn_counts,
    equalized_shares,
    group_name,
    parity_targets,
)
from skfairgen.criteria._group_pooling import pooled_class_shares
from skfairgen.criteria._margins import margin_from_mapping, with_margins
from skfairgen.criteria._outcome_labels import (
    draw_labels,
    match_class_counts,
    minimal_flip_labels,
    outcome_information,
)
from skfairgen.criteria._outcome_transport import OutcomeTransport
from skfairgen.criteria._plan import sampling_plan
from skfairgen.criteria._repair_pool import pick_cells, repair_pool
from skfairgen.criteria._small_cells import warn_about_small_cells
from skfairgen.criteria._stratified_transport import StratifiedTransport

__all__ = [
    "CellNames",
    "OutcomeTransport",
    "StratifiedTransport",
    "allocate",
    "apportion",
    "draw_labels",
    "drawn_counts",
    "equalized_shares",
    "group_name",
    "margin_from_mapping",
    "match_class_counts",
    "minimal_flip_labels",
    "outcome_information",
    "parity_targets",
    "pick_cells",
    "pooled_class_shares",
    "repair_pool",
    "sampling_plan",
    "warn_about_small_cells",
    "with_margins",
]
