"""A comparison as text: what was done, and the table."""

import pandas as pd

from skfairgen.report._remedies import AS_IT_IS
from skfairgen.report._rule import words_of


def setting_in_words(comparison):
    """Return how a Comparison was made, and how to read it, as one paragraph."""
    groups = ", ".join(f"{name} {size:,}" for name, size in comparison.group_sizes_.items())
    seeds = "" if comparison.n_repeats == 1 else f", pooled over {comparison.n_repeats} ways to cut the folds"
    decision = "get the favorable decision"
    if comparison.worst_class_counts:
        decision = f"are said to be {comparison.favorable_class}; in a ratio the worst class counts, as none was named"
    return (
        f"Every real row was held out once, in one of {comparison.cv} folds{seeds}. Groups of "
        f"{' x '.join(map(str, comparison.sensitive_columns))}, rows: {groups}. A ratio is the lowest rate of a group "
        "over the highest: 1 is equal. A change is from the model as it is; in brackets, its 95 % interval over "
        f"resampled rows. “Selected” is the share of all rows that {decision}."
    )


def table_in_words(frame, scoring):
    """Return the figures of the rule, a line a remedy; a star marks what is recommended."""
    figures = f"{'accuracy':>9}{'change':>8}{'ROC-AUC':>9}{'selected':>10}"
    lines = [f"  {'':26}{words_of(scoring):>25}  {'change':^24}{figures}"]
    for features, rows in frame.groupby(level="features", sort=False):
        lines.append(f"  {features} columns as features")
        lines += [_line(name, row, scoring) for (_, name), row in rows.iterrows()]
    return "\n".join(line.rstrip() for line in lines)


def _line(name, row, scoring):
    change, low, high = (row[f"{scoring}_{part}"] for part in ("change", "low", "high"))
    moved = f"{change:+.3f} [{low:+.3f}, {high:+.3f}]" if name != AS_IT_IS and not pd.isna(change) else ""
    ratio = "undefined" if pd.isna(row[scoring]) else f"{row[scoring]:.3f}"
    price = "" if name == AS_IT_IS else f"{row['accuracy_change']:+.3f}"
    auc = "" if pd.isna(row["roc_auc"]) else f"{row['roc_auc']:.3f}"
    mark = "*" if row["recommended"] else ""
    figures = f"{row['accuracy']:>9.3f}{price:>8}{auc:>9}{row['selection_rate']:>10.3f}"
    return f"  {mark:2}{name:24}{ratio:>25}  {moved:^24}{figures}"
