"""Publish a table without its rows or its bias: learn it, distill a student that repairs labels, ship one file.

python examples/publish_a_table.py
"""

import argparse
import tempfile
from pathlib import Path

import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

from skfairgen import FairGenerator, distill, load
from skfairgen.datasets import load_mortgages
from skfairgen.metrics import demographic_parity_ratio

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--epochs", type=int, default=14, help="passes over the training rows at most")
options = parser.parse_args()

X, y = load_mortgages(return_X_y=True)
groups = X["race"].astype(str)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, test_size=0.4, stratify=y.astype(str) + groups, random_state=0
)

teacher = FairGenerator("race", criterion="demographic_parity", max_epochs=options.epochs, random_state=0)
student = distill(teacher.fit(X_train, y_train), random_state=0)
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "mortgages.fairgen"
    student.save(file)  # holds no row, and no category or group that fewer than 5 rows held
    print(f"One file of {file.stat().st_size / 1e3:.0f} kB, {student.n_parameters_:,} parameters")
    shipped = load(file)

X_new, y_new = shipped.sample(len(X_train), random_state=0)
rates = {
    "real": y_train.groupby(X_train["race"], observed=True).mean(),
    "published": y_new.groupby(X_new["race"], observed=True).mean(),
}
print("\nApproval rates of the real training rows, and of the published ones:")
print(pd.DataFrame(rates).round(3))

print("\nModels on held-out real rows:")
for name, rows in {"real": (X_train, y_train), "published": (X_new, y_new)}.items():
    model = HistGradientBoostingClassifier(random_state=0).fit(*rows)
    auc = roc_auc_score(y_test, model.predict_proba(X_test)[:, 1])
    ratio = demographic_parity_ratio(y_test, model.predict(X_test), sensitive_features=X_test["race"])
    print(f"trained on {name} rows: ROC-AUC {auc:.3f}, parity ratio {ratio:.2f}")
