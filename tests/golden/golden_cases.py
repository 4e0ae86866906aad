"""Small fits of every estimator, and what each drew when the golden files were made."""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from skfairgen import FairDistillResampler, FairEncoder, FairGenerator, distill
from skfairgen.datasets import make_biased_classification

FOLDER = Path(__file__).parent / "format1"  # files of that format, and what they draw: never written again
DRAWN = Path(__file__).parent / "drawn"  # what the cases draw when they are fitted now
N_ROWS = 300


def table():
    """Return X and y of a made table with every kind of column: dates, categories, derived numbers, missing values."""
    made = make_biased_classification(n_samples=500, n_derived=2, sensitive_levels=(2, 3), random_state=0)
    rng = np.random.default_rng(0)
    X = made.data.copy()
    X["day"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, len(X)), unit="D")
    X["word"] = pd.Categorical(rng.choice(["red", "green", "blue"], len(X)))
    X["age"] = rng.integers(18, 90, len(X))
    return X, made.target


def numbers():
    """Return X (float32 array), y and the sensitive values given beside X."""
    made = make_biased_classification(n_samples=400, n_categorical=0, n_boolean=0, missing_rate=0, random_state=1)
    sensitive = made.data["group_0"].to_numpy()
    return made.data.drop(columns="group_0").to_numpy(dtype=np.float32), made.target.to_numpy(), sensitive


def _generator(sensitive_columns="group_0", **parameters):
    X, y = table()
    return FairGenerator(sensitive_columns, max_epochs=2, random_state=0, **parameters).fit(X, y)


def _beside():
    X, y, sensitive = numbers()
    return FairGenerator(max_epochs=2, random_state=0).fit(X, y, sensitive_features=sensitive)


def _encoder(**parameters):
    X, y = table()
    return FairEncoder(["group_0", "age"], n_components=4, max_epochs=2, random_state=0, **parameters).fit(X, y)


def _resampler(**parameters):
    resampler = FairDistillResampler(["group_0", "group_1"], max_epochs=2, random_state=0, **parameters)
    resampler.resampled = resampler.fit_resample(*table())
    return resampler


PARITY = {"criterion": "demographic_parity", "label_draw": "sample"}
CASES = {
    "generator": _generator,
    "generator_unlabeled": lambda: FairGenerator(["group_0", "age"], max_epochs=2, random_state=0).fit(table()[0]),
    "generator_odds": lambda: _generator(["group_0", "group_1"], criterion="balanced_cells", strength=0.8),
    "generator_parity": lambda: _generator(**PARITY),
    "generator_strata": lambda: _generator(**{**PARITY, "legitimate_columns": ["word"], "label_draw": "minimal"}),
    "generator_blind": lambda: _generator(**PARITY, sensitive_at_prediction=False),
    "generator_beside": _beside,
    "student": lambda: distill(_generator(), max_epochs=2, random_state=0),
    "student_parity": lambda: distill(_generator(**PARITY), max_epochs=2, random_state=0),
    "encoder": _encoder,
    "encoder_odds": lambda: _encoder(criterion="equalized_odds", distill=True),
    "encoder_blind": lambda: _encoder(sensitive_at_prediction=False),
    "resampler": _resampler,
    "resampler_distilled": lambda: _resampler(distill=True, sampling_strategy="all"),
}


def fitted(name):
    """Return the fitted estimator of a case, without its warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return CASES[name]()


def drawn(estimator):
    """Return what a fitted estimator draws, or codes and decodes, as one frame."""
    estimator = getattr(estimator, "generator_", estimator)
    if isinstance(estimator, FairEncoder):
        X = table()[0]
        codes = pd.DataFrame(estimator.transform(X)).add_prefix("code_")
        rows = estimator.inverse_transform(codes.to_numpy(copy=True), groups=None, random_state=0)
        others = estimator.counterfactual(X, estimator.groups_[0], random_state=0)
        return pd.concat([codes, rows.add_prefix("row_"), others.add_prefix("other_")], axis=1)
    X, y = estimator.sample(N_ROWS, random_state=0)
    return pd.concat([pd.DataFrame(X).add_prefix("x_"), pd.Series(y, name="y", index=range(N_ROWS))], axis=1)


def as_text(frame):
    """Return a frame as strings: numbers to six digits, dates as days."""
    return frame.map(lambda value: f"{value:.6g}" if isinstance(value, float) else str(value))
