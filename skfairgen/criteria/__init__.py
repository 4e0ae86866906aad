"""Which cells get how many rows, and why: allocation, shares, how scores of the outcome are moved."""

from skfairgen.criteria._allocation import (
    CellNames,
    allocate,
    apportion,
    drawn_counts,
    equalized_shares,
    parity_targets,
)
from skfairgen.criteria._cells import Cells
from skfairgen.criteria._closed_loop import LoopRows, tune_plan
from skfairgen.criteria._constraints import (
    CRITERIA,
    constrained_pairs,
    constraint_functions,
    joint_indicator,
    largest_gap,
    rate_gaps,
)
from skfairgen.criteria._decided_labels import decided_scores
from skfairgen.criteria._fair_plan import FairPlan, PlanForecast, choose_plan, fit_plan, forecast
from skfairgen.criteria._fair_rule import FairRule, fit_fair_rule, sighted_posteriors, unconstrained_gaps
from skfairgen.criteria._group_pooling import pooled_class_shares
from skfairgen.criteria._group_probe import cross_validated_auc, group_aucs
from skfairgen.criteria._group_thresholds import GroupThresholds, fit_group_thresholds
from skfairgen.criteria._margins import margin_from_mapping, moved_margins, with_margins
from skfairgen.criteria._outcome_labels import (
    draw_labels,
    match_class_counts,
    minimal_flip_labels,
    outcome_information,
)
from skfairgen.criteria._outcome_transport import OutcomeTransport
from skfairgen.criteria._parity_scores import fit_parity_scores, parity_scores
from skfairgen.criteria._plan import sampling_plan
from skfairgen.criteria._small_cells import warn_about_small_cells
from skfairgen.criteria._stratified_transport import StratifiedTransport
from skfairgen.criteria._weighted_choice import weighted_choice

__all__ = [
    "CRITERIA",
    "CellNames",
    "Cells",
    "FairPlan",
    "FairRule",
    "GroupThresholds",
    "LoopRows",
    "OutcomeTransport",
    "PlanForecast",
    "StratifiedTransport",
    "allocate",
    "apportion",
    "choose_plan",
    "constrained_pairs",
    "constraint_functions",
    "cross_validated_auc",
    "decided_scores",
    "draw_labels",
    "drawn_counts",
    "equalized_shares",
    "fit_fair_rule",
    "fit_group_thresholds",
    "fit_parity_scores",
    "fit_plan",
    "forecast",
    "group_aucs",
    "joint_indicator",
    "largest_gap",
    "margin_from_mapping",
    "match_class_counts",
    "minimal_flip_labels",
    "moved_margins",
    "outcome_information",
    "parity_scores",
    "parity_targets",
    "pooled_class_shares",
    "rate_gaps",
    "sampling_plan",
    "sighted_posteriors",
    "tune_plan",
    "unconstrained_gaps",
    "warn_about_small_cells",
    "weighted_choice",
    "with_margins",
]
