"""What a teacher of trees would give: one tree a column, on the columns before it, beside the network.

The peer is sequential CART: a leaf holds 5 rows or more; a number is drawn between the sorted values of its leaf, a
category by the shares of its leaf. The figures are those of hard_tables.py, on the same tables.

python benchmarks/trees.py --tables factors_60 factors_100 german_credit card --seeds 2
"""

import argparse

import numpy as np
import pandas as pd
from _runs import cpu_clock, show
from hard_tables import TABLES, figures
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skfairgen import FairGenerator


class TreeTeacher:
    """Draw each column given the target and the columns before, from the leaf of a tree."""

    def fit(self, X, y):
        """Learn a tree a column."""
        self.columns, self.dtypes = list(X), X.dtypes
        table = X.assign(target=np.asarray(y))[["target", *X]]
        self.levels = {
            name: np.unique(table[name].astype(str)) for name in table if table[name].dtype.kind not in "iuf"
        }
        self.coded = np.column_stack([self._codes(table[name]) for name in table])
        self.decimals = {name: _decimals(table[name]) for name in table if name not in self.levels}
        self.trees = [None] + [
            (DecisionTreeClassifier if name in self.levels else DecisionTreeRegressor)(
                min_samples_leaf=5, random_state=0
            ).fit(self.coded[:, :place], self.coded[:, place])
            for place, name in enumerate(table)
            if place
        ]
        return self

    def sample(self, n_samples, random_state=0):
        """Return rows and labels."""
        rng = np.random.default_rng(random_state)
        made = np.empty((n_samples, self.coded.shape[1]))
        made[:, 0] = rng.permutation(np.resize(self.coded[:, 0], n_samples))
        for place, name in enumerate(["target", *self.columns]):
            if place:
                held, asked = (self.trees[place].apply(rows[:, :place]) for rows in (self.coded, made))
                made[:, place] = _from_leaves(held, self.coded[:, place], asked, rng, name in self.levels)
        table = pd.DataFrame(made, columns=["target", *self.columns])
        for name in table:
            if name in self.levels:
                table[name] = self.levels[name][table[name].astype(int)]
            else:
                table[name] = table[name].round(self.decimals[name])
        return table[self.columns].astype({name: self.dtypes[name] for name in self.columns}), table["target"]

    def _codes(self, column):
        if column.name in self.levels:
            return np.searchsorted(self.levels[column.name], column.astype(str)).astype(float)
        return column.to_numpy(dtype=float)


def _from_leaves(held, values, asked, rng, is_category):
    """Draw a value for each asked leaf: one of its own, or between two neighbors of its own."""
    order = np.lexsort((values, held))
    held, values = held[order], values[order]
    first, end = np.searchsorted(held, asked), np.searchsorted(held, asked, side="right")
    place = first + rng.random(len(asked)) * (end - first - (not is_category))
    low = np.floor(place).astype(int)
    if is_category:
        return values[low]
    return values[low] + (place - low) * (values[np.minimum(low + 1, end - 1)] - values[low])


def _decimals(column):
    known = column.dropna().to_numpy(dtype=float)
    return next((digits for digits in range(4) if np.allclose(known, known.round(digits))), 6)


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", nargs="*", default=["factors_60", "factors_100", "german_credit", "card"])
    parser.add_argument("--seeds", type=int, default=1)
    options = parser.parse_args()
    for name in options.tables:
        found = []
        for seed in range(options.seeds):
            task = TABLES[name](seed)
            for model, teacher in {
                "trees": TreeTeacher(),
                "network": FairGenerator(task.sensitive_columns, random_state=seed),
            }.items():
                with cpu_clock() as clock:
                    teacher.fit(*task.train)
                found.append({"name": f"{name}, {model}", **clock, **figures(teacher, task)})
        show(found, [key for key in found[0] if key != "name"], by="name")


if __name__ == "__main__":
    main()
