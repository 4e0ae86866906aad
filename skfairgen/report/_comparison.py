"""Comparison: what each remedy did to a model, on rows it was not trained on."""

import json
import textwrap
from collections.abc import Hashable, Mapping
from os import PathLike
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from skfairgen import plotting
from skfairgen.report._chart import interval_chart
from skfairgen.report._comparison_text import setting_in_words, table_in_words
from skfairgen.report._page import write_page
from skfairgen.report._paired_bootstrap import RATIOS, PairedDraws
from skfairgen.report._remedies import AS_IT_IS
from skfairgen.report._rule import Verdict, rule_in_words, verdict_in_words, words_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHOWN = (*RATIOS, "accuracy")
_WIDTH = 110


class Comparison:
    """What each remedy did to a model; made by :func:`compare`.

    Attributes
    ----------
    best_ : dict
        "with sensitive" and "without sensitive" (whether the model sees the sensitive columns) to the name of the
        recommended remedy, None where nothing is recommended.
    scoring : str
        The ratio that the rule looks at.
    sensitive_columns : list of labels
    favorable_class : label
        The class whose rates are shown; of more than two classes without ``pos_label``, the last.
    worst_class_counts : bool
        Whether no class was named among more than two: the ratios are those of the worst.
    max_accuracy_loss : float
        What a recommended remedy may cost.
    group_sizes_ : dict
        Name of each group to its rows.
    n_repeats, cv : int
        How often every row was held out, and in how many folds.
    predictions_ : dict
        (features, remedy) to the held-out predictions, an ndarray of shape (n_repeats, n_rows).
    skipped_ : dict
        (features, remedy) to the reason why it did not run.
    notes_ : list of str
        What the models and remedies warned about, and groups that are too small to compare.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skfairgen import compare
    >>> from skfairgen.datasets import make_biased_classification
    >>> made = make_biased_classification(400, bias=2.0, weights=(0.5, 0.5), random_state=0)
    >>> comparison = compare(
    ...     LogisticRegression(), made.data, made.target, sensitive_columns=made.sensitive_columns,
    ...     remedies=["class x group weights"], cv=2, random_state=0,
    ... )
    >>> comparison.to_frame().index.to_list()[1]
    ('with sensitive', 'class x group weights')
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        verdicts: Mapping[str, Verdict],
        paired: Mapping[str, PairedDraws],
        *,
        scoring: str,
        max_accuracy_loss: float,
        sensitive_columns: list[Hashable],
        favorable_class: Hashable,
        worst_class_counts: bool,
        group_of_row: np.ndarray,
        cv: int,
        n_repeats: int,
        predictions: dict[tuple[str, str], np.ndarray],
        skipped: dict[tuple[str, str], str],
        notes: list[str],
    ) -> None:
        self._frame = frame
        self._verdicts = verdicts
        self._paired = paired
        self._group_of_row = group_of_row
        self.scoring = scoring
        self.max_accuracy_loss = max_accuracy_loss
        self.sensitive_columns = sensitive_columns
        self.favorable_class = favorable_class
        self.worst_class_counts = worst_class_counts
        self.cv = cv
        self.n_repeats = n_repeats
        self.predictions_ = predictions
        self.skipped_ = skipped
        self.notes_ = notes

    @property
    def group_sizes_(self) -> dict[str, int]:
        """Rows of each group, by name."""
        names, sizes = np.unique(self._group_of_row, return_counts=True)
        return dict(zip(names.tolist(), sizes.tolist(), strict=True))

    @property
    def best_(self) -> dict[str, str | None]:
        """The recommended remedy of each set of features."""
        return {features: verdict.best for features, verdict in self._verdicts.items()}

    def to_frame(self) -> pd.DataFrame:
        """Return every figure.

        Returns
        -------
        DataFrame
            A row a remedy, index levels "features" ("with sensitive", "without sensitive") and "remedy". Columns: the
            three ratios (1 is equal), "accuracy", "balanced_accuracy", "selection_rate" and "roc_auc" (NaN for a model
            without ``predict_proba``), all in [0, 1]; for each but the last, "<figure>_change" from the model as it is
            with the same features, and the paired 95 % interval "<figure>_low" to "<figure>_high"; "roc_auc_change";
            "beyond_chance", whether the gain in the scored ratio is more than chance explains, over all remedies at
            once; "recommended"; "seconds", mean time of a fold.
        """
        return self._frame.copy()

    def summary(self) -> str:
        """Return the table, the rule and what it says, as text.

        Returns
        -------
        str
        """
        parts = [
            _wrapped(setting_in_words(self)),
            table_in_words(self._frame, self.scoring),
            *map(_wrapped, self.sentences()),
        ]
        return "\n\n".join(parts)

    def sentences(self) -> list[str]:
        """Return what was found in words: the rule, a verdict for each set of features, what did not run, notes.

        Returns
        -------
        list of str
        """
        names = " and ".join(map(str, self.sensitive_columns))
        seeing = {
            "with sensitive": f"Where the model sees {names}",
            "without sensitive": f"Where the model does not see {names}",
        }
        said = [rule_in_words(self.scoring, self.max_accuracy_loss)]
        said += [
            verdict_in_words(verdict, self._paired[features], self.scoring, seeing[features])
            for features, verdict in self._verdicts.items()
        ]
        where: dict[tuple[str, str], list[str]] = {}
        for (features, remedy), why in self.skipped_.items():
            where.setdefault((remedy, why), []).append(features)
        said += [f"Not run, {' and '.join(features)}: {remedy}. {why}" for (remedy, why), features in where.items()]
        return said + [f"Note: {textwrap.shorten(note, 300, placeholder=' ...')}" for note in self.notes_]

    def plot(self, ax: "Axes | None" = None) -> plotting.ComparisonDisplay:
        """Draw the change of the scored ratio under each remedy, with its interval.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw. None: a new figure.

        Returns
        -------
        ComparisonDisplay
        """
        return plotting.ComparisonDisplay(self.to_frame(), scoring=self.scoring).plot(ax=ax)

    def to_json(self) -> str:
        """Return the figures, the rule and the recommendation as JSON text; NaN is null.

        Returns
        -------
        str
        """
        rows = json.loads(self._frame.reset_index().to_json(orient="records", double_precision=6))
        return json.dumps(
            {
                "scoring": self.scoring,
                "sensitive_columns": [str(label) for label in self.sensitive_columns],
                "groups": self.group_sizes_,
                "cv": self.cv,
                "n_repeats": self.n_repeats,
                "recommended": self.best_,
                "sentences": self.sentences(),
                "remedies": rows,
            },
            ensure_ascii=False,
            indent=1,
        )

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
        rule, *verdicts = self.sentences()[: 1 + len(self._verdicts)]
        parts = []
        for features in self._verdicts:
            rows = self._frame.loc[features]
            shown = rows[[*_SHOWN, "balanced_accuracy", "roc_auc", "selection_rate", "seconds"]]
            parts.append(
                {
                    "features": features,
                    "best": self.best_[features],
                    "chart": self._chart(features),
                    "figures": shown.rename(columns=words_of),
                    "rates": self.group_rates().loc[features],
                }
            )
        return write_page(
            "comparison.html",
            path,
            setting=setting_in_words(self),
            rule=rule,
            verdicts=verdicts,
            parts=parts,
            remarks=self.sentences()[1 + len(self._verdicts) :],
            columns=" and ".join(map(str, self.sensitive_columns)),
            scoring=words_of(self.scoring),
        )

    def group_rates(self) -> pd.DataFrame:
        """Return the share of each group that gets the favorable decision, on held-out rows.

        Returns
        -------
        DataFrame
            A row a remedy, index as in :meth:`to_frame`; a column a group. For more than two classes without a
            favorable one, the share of the last class.
        """
        favorable = {key: (said == self.favorable_class).mean(axis=0) for key, said in self.predictions_.items()}
        rates = {key: pd.Series(said).groupby(self._group_of_row).mean() for key, said in favorable.items()}
        frame = pd.DataFrame(rates).T.reindex(self._frame.index)
        return frame.rename_axis(index=["features", "remedy"], columns=None)

    def __repr__(self) -> str:
        return f"<Comparison of {self._frame.index.get_level_values('remedy').nunique()} remedies, best_={self.best_}>"

    def _repr_html_(self):
        shown = self._frame[[*_SHOWN, "roc_auc", "recommended"]].round(3)
        return shown.rename(columns=words_of).to_html(escape=True, na_rep="")

    def _chart(self, features):
        change, low, high = (f"{self.scoring}_{part}" for part in ("change", "low", "high"))
        rows = [
            (
                f"{name} (recommended)" if row["recommended"] else name,
                row[change],
                row[low],
                row[high],
                bool(row["recommended"]),
            )
            for name, row in self._frame.loc[features].iterrows()
            if name != AS_IT_IS
        ]
        return interval_chart(rows, title=f"Change of the {words_of(self.scoring)} under each remedy, {features}")


def _wrapped(text):
    return textwrap.fill(text, _WIDTH)
