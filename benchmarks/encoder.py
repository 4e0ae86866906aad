"""Codes that hide the group: a model on them, and a probe for the group, on real tables beside simple methods.

    SKFAIRGEN_DATA=folder python benchmarks/encoder.py --seeds 3 --prototypes --curve curve.png --json results.json
    SKFAIRGEN_DATA=folder python benchmarks/encoder.py --transform 1000000

The two settings are the same on every table. Probe: ROC-AUC of gradient boosting that learns the groups from the codes
of training rows and is judged on test rows (several groups: the mean of each against the rest). Groups of under 100
rows are left out of the ratios where race and sex are crossed.
"""

import argparse
import json
import resource
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from _protocol import SENSITIVE_COLUMN, _figures, crossed, load_task
from _runs import cpu_clock, show
from fairlearn.preprocessing import CorrelationRemover, PrototypeRepresentationLearner
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from xgboost import XGBClassifier

from skfairgen import FairEncoder, distill

SETTINGS = {"FairEncoder, weight 120": 120.0, "FairEncoder, weight 20": 20.0}
FAIRDISCO_WEIGHT = 1e8  # in its own unit: see the docstring of FairEncoder
CURVE = (0.0, 10.0, 20.0, 50.0, 120.0, 300.0)
COLUMNS = ["accuracy", "auc", "dpr", "eor", "xgb_accuracy", "xgb_dpr", "xgb_eor", "probe", "active", "cpu_seconds"]
COLUMNS += ["share", "kl", "least_variance", "most_variance"]
PROTOTYPE_ROWS = 3_000  # its fit takes minutes on more


def tasks():
    """Yield the name and the task of every table; Adult once more with race and sex together."""
    for name in ("adult", "compas", "law_school", "dutch_census"):
        yield f"{name}, {SENSITIVE_COLUMN[name]}", load_task(name)
    yield "adult, race and sex", load_task("adult_race_sex")


def plain_codes(task):
    """Return one-hot categories and standardized numbers of training and test rows, without the sensitive columns."""
    encode = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), make_column_selector(dtype_include=[np.number, bool])),
        (
            OneHotEncoder(handle_unknown="ignore", min_frequency=20),
            make_column_selector(dtype_exclude=[np.number, bool]),
        ),
        sparse_threshold=0,
    )
    train, test = (X.drop(columns=task.sensitive_columns) for X in (task.train[0], task.test[0]))
    return encode.fit_transform(train), encode.transform(test)


def uncorrelated_codes(task):
    """Return the plain codes after fairlearn's CorrelationRemover."""
    train, test = plain_codes(task)
    levels = OneHotEncoder(drop="first", sparse_output=False).fit(task.train[0][task.sensitive_columns].astype(str))
    joined = [
        np.hstack([levels.transform(X[task.sensitive_columns].astype(str)), codes])
        for X, codes in ((task.train[0], train), (task.test[0], test))
    ]
    remover = CorrelationRemover(sensitive_feature_ids=list(range(joined[0].shape[1] - train.shape[1])))
    return remover.fit_transform(joined[0]), remover.transform(joined[1])


def prototype_codes(task, seed):
    """Return fairlearn's prototype memberships of the plain codes, learned from some rows."""
    train, test = plain_codes(task)
    rows = np.random.default_rng(seed).permutation(len(train))[:PROTOTYPE_ROWS]
    learner = PrototypeRepresentationLearner(n_prototypes=8, random_state=seed, max_iter=50)
    learner.fit(train[rows], _truth(task.train[1], task)[rows], sensitive_features=_groups(task.train[0], task)[rows])
    return learner.transform(train), learner.transform(test)


def figures(task, train, test, seed):
    """Return what models on the codes reach on real test rows, and what a probe guesses."""
    truth, groups = _truth(task.test[1], task), task.test[0][task.sensitive_columns]
    row = {}
    for prefix, model in {
        "": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000)),
        "xgb_": XGBClassifier(random_state=seed, n_jobs=1),
    }.items():
        model.fit(train, _truth(task.train[1], task))
        score = model.predict_proba(test)[:, 1]
        found = _figures(truth, score, groups, task.min_group_rows)
        row |= {f"{prefix}{name}": found[name] for name in ("accuracy", "auc", "dpr", "eor")}
    return {**row, "probe": _probe(task, train, test)}


def method_rows(task, seeds, with_prototypes):
    """Yield a dict of figures a method and seed."""
    simple = {"raw columns": plain_codes, "CorrelationRemover": uncorrelated_codes}
    for method, encode in simple.items():
        with cpu_clock() as clock:
            codes = encode(task)
        yield {"method": method, "seed": 0, **figures(task, *codes, 0), **clock}
    for seed in seeds:
        if with_prototypes:
            with cpu_clock() as clock:
                codes = prototype_codes(task, seed)
            yield {"method": "Prototypes", "seed": seed, **figures(task, *codes, seed), **clock}
        for method, weight in SETTINGS.items():
            yield from encoder_rows(task, method, seed, fairness_weight=weight)
        yield from encoder_rows(
            task, "FairDisCo's penalty", seed, penalty="fairdisco", fairness_weight=FAIRDISCO_WEIGHT
        )


def encoder_rows(task, method, seed, with_student=True, **options):
    """Yield the figures of one fit of the encoder and of its student; CPU seconds are those of the fit."""
    with cpu_clock() as clock:
        encoder = FairEncoder(task.sensitive_columns, random_state=seed, **options).fit(*task.train)
    yield {"method": method, "seed": seed, **encoder_figures(task, encoder, seed), **clock}
    if not with_student:
        return
    with cpu_clock() as clock:
        student = distill(encoder, random_state=seed)
    report = student.distillation_report_.query("group == '(all)'")
    more = {"share": student.n_parameters_ / encoder.n_parameters_, "kl": report["kl"].sum()}
    more |= {"least_variance": report["variance_ratio"].min(), "most_variance": report["variance_ratio"].max()}
    yield {"method": f"{method}, student", "seed": seed, **encoder_figures(task, student, seed), **more, **clock}


def encoder_figures(task, encoder, seed):
    """Return the figures of a fitted encoder's codes."""
    found = figures(task, encoder.transform(task.train[0]), encoder.transform(task.test[0]), seed)
    return {**found, "active": int(encoder.active_components_.sum())}


def transform_speed(n_rows):
    """Print how fast the codes of Adult's rows, repeated, are found, and how much memory that takes beside them."""
    task = load_task("adult")
    encoder = FairEncoder(task.sensitive_columns, max_epochs=1, random_state=0).fit(*task.train)
    X = task.train[0]
    X = pd.concat([X] * -(-n_rows // len(X)), ignore_index=True).iloc[:n_rows]
    encoder.transform(X.iloc[:1_000])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with cpu_clock() as clock:
        codes = encoder.transform(X)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
    print(
        f"transform of {n_rows:,} rows x {X.shape[1]} columns: {n_rows / clock['cpu_seconds']:,.0f} rows a CPU second; "
        f"peak memory grew by {grown:,.0f} MiB, of which {codes.nbytes / 2**20:,.0f} MiB are the codes"
    )


def draw_curve(rows, path):
    """Draw accuracy against demographic parity ratio, a point a weight."""
    import matplotlib.pyplot as plt

    table = pd.DataFrame(rows).groupby("method", sort=False)[["dpr", "accuracy"]].mean()
    figure, axes = plt.subplots(figsize=(5, 3.5), layout="constrained")
    axes.plot(table["dpr"], table["accuracy"], marker="o")
    for weight, point in table.iterrows():
        axes.annotate(f"{weight:g}", point, xytext=(4, 4), textcoords="offset points")
    axes.margins(x=0.12, y=0.1)
    axes.set(xlabel="demographic parity ratio", ylabel="accuracy", title="fairness_weight on Adult, sex")
    figure.savefig(path, dpi=110)


def _truth(y, task):
    return (np.asarray(y) == task.positive).astype(int)


def _groups(X, task):
    return crossed(X, task.sensitive_columns).to_numpy()


def _probe(task, train, test):
    model = HistGradientBoostingClassifier(random_state=0, max_iter=100)
    known, truth = _groups(task.train[0], task), _groups(task.test[0], task)
    shares = model.fit(train, known).predict_proba(test)
    aucs = [roc_auc_score(truth == group, shares[:, k]) for k, group in enumerate(model.classes_)]
    return float(np.mean(aucs))


def main():
    """Print the figures of every table, and draw the curve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--tables", default="", help="only tables whose title begins with this")
    parser.add_argument("--prototypes", action="store_true", help="also fit PrototypeRepresentationLearner: slow")
    parser.add_argument("--curve", help="PNG file to draw the curve of weights on Adult to")
    parser.add_argument("--json", help="file to write every run to")
    parser.add_argument("--transform", type=int, help="only measure the codes of so many rows a second")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if options.transform:
        transform_speed(options.transform)
        return
    seeds, runs = range(options.seeds), {}
    for title, task in tasks():
        if title.startswith(options.tables):
            print(f"\n{title}", flush=True)
            runs[title] = list(method_rows(task, seeds, options.prototypes))
            show(runs[title], COLUMNS)
    if options.curve:
        task = load_task("adult")
        runs["curve"] = [
            row
            for weight in CURVE
            for seed in seeds
            for row in encoder_rows(task, weight, seed, with_student=False, fairness_weight=weight)
        ]
        print("\nadult, sex: weights")
        show(runs["curve"], COLUMNS)
        draw_curve(runs["curve"], options.curve)
    if options.json:
        Path(options.json).write_text(json.dumps(runs, indent=2, default=float) + "\n")


if __name__ == "__main__":
    main()
