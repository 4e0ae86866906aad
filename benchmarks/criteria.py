"""What the criteria do to models trained on the rows: the curve of strength, beside other fair methods.

    SKFAIRGEN_DATA=folder python benchmarks/criteria.py --seeds 3 --tabfairgdt env/bin/python

A synthetic table has as many rows as the real one; models are tested on held-out real rows, with the sensitive columns
as features and without them. "sees s" and "blind" say which model the labels are planned for: look at the first figures
of the former, and at those "without" of the latter. COMPAS has five seeds, and each is another split.
"""

import argparse
import json
import warnings
from itertools import product
from pathlib import Path

import numpy as np
from _peers import peer_rows
from _protocol import _figures as _judge_figures
from _protocol import _one_hot_boosting, load_task, train_and_test
from _runs import cpu_clock, flat, show
from adult import BOTH, _oversample, train_and_test_weighted
from imblearn.over_sampling import SMOTENC, RandomOverSampler
from pandas.api.types import is_numeric_dtype
from pandas.errors import PerformanceWarning
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skfairgen import FairDistillResampler, FairGenerator
from skfairgen.exceptions import SkfairgenWarning

TABLES = {
    "adult": "Adult, sex",
    "adult_race_sex": "Adult, race and sex",
    "compas": "COMPAS, race",
    "law_school": "Law school, race",
    "dutch_census": "Dutch census, sex",
    "made_4_classes": "made, 4 classes, 2 x 2 groups",
}
CRITERIA = ("demographic_parity", "equalized_odds")
DRAWS = ("sharpen", "decide")
STRENGTHS = (0.25, 0.5, 0.75)
CLASSIFIERS = {
    "logistic regression": lambda: LogisticRegression(max_iter=1000),
    "random forest": lambda: RandomForestClassifier(200, min_samples_leaf=5, random_state=0),
    "HistGradientBoosting": lambda: HistGradientBoostingClassifier(random_state=0),
}


def rows(task, seed, part=None, python=None, draws=DRAWS, criteria=CRITERIA):
    """Yield the figures of every method of a part, or of all parts, on one table."""
    judged = {
        "sensitive_columns": task.sensitive_columns,
        "positive": task.positive,
        "random_state": seed,
        "min_group_rows": task.min_group_rows,
    }
    if part in (None, "peers"):
        yield from simple_rows(task, judged, seed)
        if task.positive is not None:
            yield from peer_rows(task, seed, python)
    if part in (None, "plans"):
        yield from plan_rows(task, judged, seed, draws, criteria)
    if part in (None, "strengths"):
        yield from strength_rows(task, judged, seed)
    if part in (None, "augment"):
        yield from augment_rows(task, judged, seed)
    if part == "classifiers":
        yield from classifier_rows(task, seed)


def simple_rows(task, judged, seed):
    """Yield the figures of real rows: as they are, weighted, and with more of some cells."""
    yield flat(train_and_test(task.train, task.test, **judged), method="real rows", seed=seed)
    yield flat(train_and_test_weighted(task, seed), method="class x group weights", seed=seed)
    plan = FairDistillResampler(task.sensitive_columns).fit(*task.train).sampling_strategy_
    has_numbers = any(is_numeric_dtype(dtype) for dtype in task.train[0].dtypes)
    for name, sampler in {"random copies": RandomOverSampler, "SMOTENC": SMOTENC}.items():
        if sampler is RandomOverSampler or has_numbers:
            made = _oversample(sampler, task, plan, seed)
            yield flat(train_and_test(made, task.test, **judged), method=f"{name}, parity cells", seed=seed)


def plan_rows(task, judged, seed, draws, criteria=CRITERIA):
    """Yield the figures of planned labels, of each criterion, model and draw, and of other labels."""
    fit = _fitted(task, seed)
    yield from _figures(task, judged, "no criterion", *fit)
    for criterion, sees_group, label_draw in product(criteria, (True, False), draws):
        options = {"criterion": criterion, "sensitive_at_prediction": sees_group, "label_draw": label_draw}
        name = f"{criterion}, {'sees s' if sees_group else 'blind'}, {label_draw}"
        yield from _figures(task, judged, name, *_fitted(task, seed, **options))
    options = {"criterion": "demographic_parity", "label_draw": "sample"}
    yield from _figures(task, judged, "demographic_parity, sees s, sample", *_fitted(task, seed, **options))
    yield from _figures(task, judged, "balanced_cells", *fit, criterion="balanced_cells")


def strength_rows(task, judged, seed):
    """Yield the figures of parity in part. The plans are made of the generator's rows alone, when rows are drawn."""
    for sees_group in (True, False):
        generator, clock = _fitted(task, seed, sensitive_at_prediction=sees_group)
        for strength in STRENGTHS:
            name = f"demographic_parity, {'sees s' if sees_group else 'blind'}, strength {strength:g}"
            options = {"criterion": "demographic_parity", "strength": strength}
            yield from _figures(task, judged, name, generator, clock, **options)


def augment_rows(task, judged, seed):
    """Yield the figures of rows added to the real ones for equalized odds."""
    if task.positive is None:
        return
    with cpu_clock() as clock:
        strategy = {"sampling_strategy": "equalized_odds", "random_state": seed}
        made = FairDistillResampler(task.sensitive_columns, **strategy).fit_resample(*task.train)
    yield flat(train_and_test(made, task.test, **judged), method="added, equalized_odds", seed=seed, **clock)


def classifier_rows(task, seed):
    """Yield the figures of other classifiers than the one that plans are tuned for."""
    for criterion, sees_group in product(CRITERIA, (True, False)):
        options = {"criterion": criterion, "sensitive_at_prediction": sees_group}
        generator, _ = _fitted(task, seed, **options)
        X, y = generator.sample(len(task.train[0]), random_state=seed)
        dropped = [] if sees_group else task.sensitive_columns
        for name, make in CLASSIFIERS.items():
            model = make_pipeline(*_one_hot_boosting(seed)[:-1], StandardScaler(), make())
            filled = [_filled(rows.drop(columns=dropped)) for rows in (X, task.test[0])]
            model.fit(filled[0], (np.asarray(y) == task.positive).astype(int))
            score = model.predict_proba(filled[1])[:, 1]
            truth = (np.asarray(task.test[1]) == task.positive).astype(int)
            found = _judge_figures(truth, score, task.test[0][task.sensitive_columns], task.min_group_rows)
            yield {**found, "method": f"{criterion}, {'sees s' if sees_group else 'blind'}: {name}", "seed": seed}


def _filled(rows):
    return rows.fillna(dict.fromkeys(rows.select_dtypes("number"), -1))


def _fitted(task, seed, **options):
    with cpu_clock() as clock:
        generator = FairGenerator(task.sensitive_columns, random_state=seed, **options).fit(*task.train)
    return generator, clock


def _figures(task, judged, name, generator, clock, **wanted):
    made = generator.sample(len(task.train[0]), random_state=judged["random_state"], **wanted)
    yield flat(train_and_test(made, task.test, **judged), method=name, seed=judged["random_state"], **clock)


def main():
    """Print the figures of each table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--datasets", nargs="+", default=list(TABLES), choices=TABLES)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--part", choices=["peers", "plans", "strengths", "augment", "classifiers"], help="only some methods"
    )
    parser.add_argument("--draws", nargs="+", default=DRAWS, choices=DRAWS, help="label_draw of the plans")
    parser.add_argument("--criteria", nargs="+", default=CRITERIA, choices=CRITERIA, help="criteria of the plans")
    parser.add_argument("--tabfairgdt", metavar="PYTHON", help="interpreter that has tabfairgdt; left out without it")
    parser.add_argument("--json", help="file to write every run to")
    options = parser.parse_args()
    warnings.simplefilter("ignore", SkfairgenWarning)
    warnings.simplefilter("ignore", PerformanceWarning)  # fairlearn's tables of many groups
    runs = {}
    for dataset in options.datasets:
        print(f"\n{TABLES[dataset]}", flush=True)
        seeds = range(max(options.seeds, 5) if dataset == "compas" else options.seeds)
        runs[dataset] = [
            row
            for seed in seeds
            for row in rows(
                load_task(dataset, seed if dataset == "compas" else 0),
                seed,
                options.part,
                options.tabfairgdt,
                options.draws,
                options.criteria,
            )
        ]
        show(runs[dataset], [*BOTH, "cpu_seconds"])
        if options.json:
            Path(options.json).write_text(json.dumps(runs, indent=2, default=float) + "\n")


if __name__ == "__main__":
    main()
