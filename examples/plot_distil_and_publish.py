"""
Distil, publish, and say what the table is worth
================================================

A steward gives away a synthetic table, and the small generator that drew it. Neither holds a row. How good
are they, and what do they tell of the people in the real table?
"""

import tempfile
from pathlib import Path

from sklearn.model_selection import train_test_split

from skfairgen import FairGenerator, distill, evaluate, load
from skfairgen.datasets import make_biased_classification
from skfairgen.plotting import FidelityDisplay

made = make_biased_classification(3000, bias=1.5, weights=(0.5, 0.5), random_state=0)
X, X_held_out, y, y_held_out = train_test_split(made.data, made.target, test_size=0.5, random_state=0)

# %%
# ``label_draw="sample"`` keeps the share of each class in the rows: readers of a table count.

teacher = FairGenerator(["group_0"], criterion="demographic_parity", label_draw="sample", max_epochs=8, random_state=0)
student = distill(teacher.fit(X, y), random_state=0)
file = Path(tempfile.mkdtemp()) / "small.skfairgen"
account = student.save(file)  # leaves out what fewer than 5 rows held, and says so
print(account.to_string(index=False))
print(f"{file.stat().st_size / 1e3:.0f} kB, {student.n_parameters_:,} parameters of {teacher.n_parameters_:,}")

# %%
# Whoever has the file can draw. Here the published table:

X_new, y_new = load(file).sample(len(X), random_state=0)
tables = {"real": (X, y), "new": (X_new, y_new)}
for name, (frame, labels) in tables.items():
    groups = labels.groupby(frame["group_0"], observed=True)
    rates = [f"{group} {rows.mean():.2f} ±{1.96 * rows.sem():.2f}" for group, rows in groups]
    print(f"favorable class of the {name} rows: {', '.join(rates)}")

# %%
# Four axes, on people whom the generator has not seen. "No signal found" does not mean "private": another
# attack may find one.

evaluation = evaluate((X_new, y_new), X, y, X_held_out, y_held_out, sensitive_columns=["group_0"], max_rows=1000)
print(evaluation.summary())

# %%
# Where the rows differ from the real ones, column by column and pair by pair.

FidelityDisplay.from_tables(X, X_new)
