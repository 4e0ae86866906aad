"""Fairness, utility and fidelity figures from arrays and frames."""

from skfairgen.metrics._attribute_inference import attribute_inference
from skfairgen.metrics._best_under import best_under
from skfairgen.metrics._c2st import c2st_auc
from skfairgen.metrics._calibration_error import calibration_error
from skfairgen.metrics._closest_record import closest_record_share, exact_copy_rate
from skfairgen.metrics._column_shapes import column_shapes
from skfairgen.metrics._conditional_parity import (
    conditional_demographic_parity_difference,
    conditional_demographic_parity_ratio,
)
from skfairgen.metrics._density_coverage import density_coverage
from skfairgen.metrics._disparity_report import disparity_report
from skfairgen.metrics._fairness_scorer import FairnessScorer
from skfairgen.metrics._fidelity_report import fidelity_report
from skfairgen.metrics._group_rates import group_rates
from skfairgen.metrics._group_report import group_report
from skfairgen.metrics._leakage import group_leakage
from skfairgen.metrics._linkability import linkability
from skfairgen.metrics._lone_values import lone_values
from skfairgen.metrics._membership_inference import membership_inference
from skfairgen.metrics._pair_trends import column_pair_trends
from skfairgen.metrics._parity import (
    demographic_parity_difference,
    demographic_parity_ratio,
    equal_opportunity_difference,
    equal_opportunity_ratio,
    equalized_odds_difference,
    equalized_odds_ratio,
    predictive_parity_difference,
    predictive_parity_ratio,
)
from skfairgen.metrics._precision_recall import alpha_precision, authenticity, beta_recall
from skfairgen.metrics._privacy_audit import privacy_audit
from skfairgen.metrics._rate_gaps import rate_difference, rate_ratio, worst_group
from skfairgen.metrics._rates import (
    false_negative_rate,
    false_positive_rate,
    positive_predictive_value,
    selection_rate,
    true_negative_rate,
    true_positive_rate,
)
from skfairgen.metrics._score_gap import score_gap
from skfairgen.metrics._singling_out import singling_out
from skfairgen.metrics._utility import augmentation_gain, train_synthetic_test_real, utility_matrix

__all__ = [
    "FairnessScorer",
    "alpha_precision",
    "attribute_inference",
    "augmentation_gain",
    "authenticity",
    "best_under",
    "beta_recall",
    "c2st_auc",
    "calibration_error",
    "closest_record_share",
    "column_pair_trends",
    "column_shapes",
    "conditional_demographic_parity_difference",
    "conditional_demographic_parity_ratio",
    "demographic_parity_difference",
    "demographic_parity_ratio",
    "density_coverage",
    "disparity_report",
    "equal_opportunity_difference",
    "equal_opportunity_ratio",
    "equalized_odds_difference",
    "equalized_odds_ratio",
    "exact_copy_rate",
    "false_negative_rate",
    "false_positive_rate",
    "fidelity_report",
    "group_leakage",
    "group_rates",
    "group_report",
    "linkability",
    "lone_values",
    "membership_inference",
    "positive_predictive_value",
    "predictive_parity_difference",
    "predictive_parity_ratio",
    "privacy_audit",
    "rate_difference",
    "rate_ratio",
    "score_gap",
    "selection_rate",
    "singling_out",
    "train_synthetic_test_real",
    "true_negative_rate",
    "true_positive_rate",
    "utility_matrix",
    "worst_group",
]
