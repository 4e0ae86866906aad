"""Evaluation: what a synthetic table is worth, on the four axes."""

import json
import textwrap
from collections.abc import Hashable
from os import PathLike

import pandas as pd

from skfairgen.report._chart import interval_chart
from skfairgen.report._page import write_page
from skfairgen.report._rule import words_of

_N_WORST = 5
_WIDTH = 110


class Evaluation:
    """What a synthetic table is worth; made by :func:`evaluate`.

    Attributes
    ----------
    fairness_ : DataFrame
        Ratios (1 is equal), accuracy and selection rate of gradient boosting trained on real and on synthetic rows, on
        held-out real rows; "change" from the first to the second with its paired 95 % interval.
    utility_ : DataFrame
        :func:`skfairgen.metrics.utility_matrix`: trained and tested on real and synthetic rows.
    fidelity_ : DataFrame
        :func:`skfairgen.metrics.fidelity_report`: overall, per group, per (group, class) cell.
    columns_ : Series
        :func:`skfairgen.metrics.column_shapes`, the worst column first.
    pairs_ : DataFrame
        :func:`skfairgen.metrics.column_pair_trends`, the worst pair first.
    privacy_ : DataFrame
        :func:`skfairgen.metrics.privacy_audit`.
    sizes_ : dict
        Rows of the "training", "synthetic" and "held-out" tables.
    notes_ : list of str
        What was warned about.

    Examples
    --------
    >>> from skfairgen import evaluate
    >>> from skfairgen.datasets import make_biased_classification
    >>> made = make_biased_classification(900, n_categorical=0, n_boolean=0, missing_rate=0, random_state=0)
    >>> X, y = made.data, made.target
    >>> evaluation = evaluate(
    ...     (X[300:600], y[300:600]), X[:300], y[:300], X[600:], y[600:], sensitive_columns=["group_0"]
    ... )
    >>> sorted(evaluation.sizes_)
    ['held-out', 'synthetic', 'training']
    """

    def __init__(
        self,
        *,
        fairness: pd.DataFrame,
        utility: pd.DataFrame,
        fidelity: pd.DataFrame,
        columns: pd.Series,
        pairs: pd.DataFrame,
        privacy: pd.DataFrame,
        sizes: dict[str, int],
        sensitive_columns: list[Hashable],
        notes: list[str],
    ) -> None:
        self.fairness_ = fairness
        self.utility_ = utility
        self.fidelity_ = fidelity
        self.columns_ = columns
        self.pairs_ = pairs
        self.privacy_ = privacy
        self.sizes_ = sizes
        self.sensitive_columns = sensitive_columns
        self.notes_ = notes

    def sentences(self) -> list[str]:
        """Return the four axes in words.

        Returns
        -------
        list of str
        """
        return [self._fairness(), self._utility(), self._fidelity(), self._privacy()]

    def summary(self) -> str:
        """Return what was found as text.

        Returns
        -------
        str
        """
        parts = [
            *self.sentences(),
            *(f"Note: {textwrap.shorten(note, 300, placeholder=' ...')}" for note in self.notes_),
        ]
        return "\n\n".join(textwrap.fill(part, _WIDTH) for part in parts)

    def to_json(self) -> str:
        """Return all figures as JSON text; NaN is null.

        Returns
        -------
        str
        """
        frames = {name: getattr(self, f"{name}_") for name in ("fairness", "utility", "fidelity", "pairs", "privacy")}
        rows = {
            name: json.loads(frame.reset_index().map(_plain).to_json(orient="records", double_precision=6))
            for name, frame in frames.items()
        }
        columns = {str(label): float(score) for label, score in self.columns_.items()}
        said = {"sizes": self.sizes_, "sentences": self.sentences(), "notes": self.notes_, "columns": columns}
        return json.dumps(said | rows, ensure_ascii=False, indent=1)

    def to_html(self, path: str | PathLike[str] | None = None) -> str:
        """Write one page that needs no network and no script.

        Parameters
        ----------
        path : path or None, default=None
            Where to write it. None: only return it.

        Returns
        -------
        str
            The page.

        Raises
        ------
        ImportError
            If jinja2 is not installed.
        """
        return write_page(
            "evaluation.html",
            path,
            sizes=self.sizes_,
            sentences=self.sentences(),
            fairness=self.fairness_.rename(index=words_of, level=1),
            utility=self.utility_.rename(columns=words_of),
            fidelity=self.fidelity_.rename(columns=words_of),
            worst_columns=self.columns_.head(_N_WORST).to_frame("score").rename_axis("column"),
            worst_pairs=self.pairs_.head(_N_WORST).set_axis(["column", "with", "score"], axis=1).set_index("column"),
            privacy=self.privacy_,
            chart=self._chart(),
            notes=self.notes_,
        )

    def __repr__(self) -> str:
        return f"<Evaluation of {self.sizes_['synthetic']:,} synthetic rows>"

    def _repr_html_(self):
        return self.fairness_.round(3).to_html(escape=True, na_rep="")

    def _chart(self):
        everyone = self.privacy_.loc["everyone"]
        rows = [
            (name, row["excess"], row["low"], row["high"], row["finding"] == "signal found")
            for name, row in everyone.iterrows()
        ]
        return interval_chart(rows, title="What each attack found beyond its control")

    def _fairness(self):
        said = []
        for features in dict.fromkeys(self.fairness_.index.get_level_values("features")):
            row = self.fairness_.loc[(features, "demographic_parity_ratio")]
            price = self.fairness_.loc[(features, "accuracy")]
            is_chance = not (row["low"] > 0 or row["high"] < 0)
            said.append(
                f"{features} columns as features, the demographic parity ratio is {row['real rows']:.2f} trained on "
                f"real rows and {row['synthetic rows']:.2f} on synthetic ones ({row['change']:+.2f}"
                f"{', no more than chance may explain' if is_chance else ''}), at accuracy "
                f"{price['real rows']:.3f} and {price['synthetic rows']:.3f}"
            )
        return f"Fairness, of decisions on held-out real rows: {'; '.join(said)}."

    def _utility(self):
        auc = self.utility_["roc_auc"].xs("with sensitive", level="features")
        easy = auc["synthetic", "synthetic"] - auc["real", "real"]
        more = " The synthetic classes are easier to tell than the real ones." if easy > 0.02 else ""
        return (
            f"Utility: on held-out real rows, ROC-AUC {auc['synthetic', 'real']:.3f} trained on synthetic rows, "
            f"{auc['real', 'real']:.3f} on real ones.{more}"
        )

    def _fidelity(self):
        overall = self.fidelity_.loc["overall"].iloc[0]
        columns = ", ".join(f"{label} {score:.2f}" for label, score in self.columns_.head(3).items())
        pairs = ", ".join(f"{a} x {b} {score:.2f}" for a, b, score in self.pairs_.head(3).itertuples(index=False))
        return (
            f"Fidelity: a classifier tells synthetic from real rows with ROC-AUC {overall['c2st_auc']:.3f} (0.5 is a "
            f"guess); columns {overall['column_shapes']:.3f}, pairs {overall['column_pair_trends']:.3f} (1 is best). "
            f"Worst columns: {columns}. Worst pairs: {pairs}."
        )

    def _privacy(self):
        found = self.privacy_[self.privacy_["finding"] == "signal found"]
        n_attacks = len(self.privacy_)
        if not len(found):
            return f"Privacy: {n_attacks} attacks, no signal found. Another attack may find one."
        named = "; ".join(
            f"{attack}, {people} ({row['excess']:+.2f})" for (people, attack), row in found.head(6).iterrows()
        )
        more = f"; and {len(found) - 6} more" if len(found) > 6 else ""
        return (
            f"Privacy: {len(found)} of {n_attacks} attacks found a signal: {named}{more}. Of 40 attacks on a table "
            "that leaks nothing, about one finds a signal by chance."
        )


def _plain(value):
    return value if isinstance(value, (int, float, str)) or value is None else str(value)
