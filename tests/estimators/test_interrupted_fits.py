"""A fit that is interrupted or refused leaves an estimator as it was."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from skfairgen import FairDistillResampler, FairEncoder, FairGenerator
from skfairgen.nn import ColumnDensity, ColumnEncoder

pytestmark = pytest.mark.filterwarnings("ignore::skfairgen.exceptions.SkfairgenWarning")
OPTIONS = {"max_epochs": 1, "random_state": 0}
CRITERION = {"criterion": "demographic_parity", "label_draw": "sample"}


def made_generator(X, y, **more):
    return FairGenerator("group_0", **OPTIONS, **CRITERION, **more).fit(X, y)


def made_encoder(X, y, **more):
    return FairEncoder("group_0", n_components=2, **OPTIONS, **more).fit(X, y)


def made_resampler(X, y, **more):
    resampler = FairDistillResampler("group_0", **OPTIONS, mode="replace", distill=True, **more)
    resampler.fit_resample(X, y)
    return resampler


MAKERS = [made_generator, made_encoder, made_resampler]


def again(estimator, X, y):
    return estimator.fit_resample(X, y) if isinstance(estimator, FairDistillResampler) else estimator.fit(X, y)


def drawn(estimator, X):
    """Return what a fitted estimator draws, or codes and decodes."""
    if isinstance(estimator, FairEncoder):
        codes = estimator.transform(X)
        return pd.concat([pd.DataFrame(codes), estimator.inverse_transform(codes, "a", random_state=0)], axis=1)
    X_new, y_new = getattr(estimator, "generator_", estimator).sample(60, random_state=0)
    return X_new.assign(label=y_new.to_numpy())


class Watch:
    """Remembers what an estimator holds and draws."""

    def __init__(self, estimator, X):
        self.estimator, self.X = estimator, X
        self.held, self.rows = dict(vars(estimator)), drawn(estimator, X)

    def check(self):
        held = vars(self.estimator)
        assert list(held) == list(self.held) and all(held[name] is self.held[name] for name in held)
        pd.testing.assert_frame_equal(drawn(self.estimator, self.X), self.rows, check_exact=True)


def other_table(made):
    """Rows of other columns, classes and groups."""
    X = made.data.drop(columns="normal_0").assign(new=np.arange(len(made.data)) % 7)
    return X.assign(group_0=X["group_0"].astype(str) + "!"), made.target.map({0: "no", 1: "yes"})


def stop_after(n_calls, monkeypatch):
    """Make Ctrl-C come while a network learns."""
    for kind, name in ((ColumnDensity, "log_prob"), (ColumnEncoder, "moments")):
        own, calls = getattr(kind, name), iter(range(n_calls))

        def call(self, *args, own=own, calls=calls, **kwargs):
            if next(calls, None) is None:
                raise KeyboardInterrupt
            return own(self, *args, **kwargs)

        monkeypatch.setattr(kind, name, call)


@pytest.mark.parametrize("warm_start", [False, True])
@pytest.mark.parametrize("n_calls", [0, 3])
@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.filterwarnings("ignore::skfairgen.exceptions.WarmStartWarning")
def test_an_interrupted_fit_changes_nothing(made, make, n_calls, warm_start, monkeypatch):
    estimator = make(made.data, made.target, warm_start=warm_start)
    watch = Watch(estimator, made.data)
    X, y = (made.data, made.target) if warm_start else other_table(made)
    with monkeypatch.context() as patch:
        stop_after(n_calls, patch)
        with pytest.raises(KeyboardInterrupt):
            again(estimator, X, y)
    watch.check()


def test_a_resampler_that_is_interrupted_while_it_distills_or_draws_is_as_it_was(made, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    resampler = made_resampler(made.data, made.target)
    watch = Watch(resampler, made.data)
    for place in ("_resampling.distill", "_row_drawer.RowDrawer.draw"):
        with monkeypatch.context() as patch:
            patch.setattr(f"skfairgen.estimators.{place}", interrupt)
            with pytest.raises(KeyboardInterrupt):
                again(resampler, *other_table(made))
        watch.check()


def test_no_interrupt_comes_between_two_fitted_attributes(made):
    class Interrupted(FairGenerator):
        def __setattr__(self, name, value):
            if name == "history_":
                raise KeyboardInterrupt
            super().__setattr__(name, value)

    generator = Interrupted("group_0", **OPTIONS).fit(made.data, made.target)
    assert len(generator.history_) == 1 and generator.n_features_in_ == made.data.shape[1]


@pytest.mark.parametrize("make", MAKERS)
def test_a_refused_fit_changes_nothing(made, make):
    estimator = make(made.data, made.target)
    watch = Watch(estimator, made.data)
    for X, y in ((made.data.assign(normal_0=np.inf), made.target), (made.data, made.target[:5])):
        with pytest.raises(ValueError):
            again(estimator, X, y)
        watch.check()


def test_a_classifier_that_cannot_take_the_rows_changes_nothing(made):
    generator = made_generator(made.data, made.target).set_params(label_draw="auto", tuned_for=LogisticRegression())
    held = dict(vars(generator))
    with pytest.raises(ValueError, match="LogisticRegression cannot be trained on rows of X"):
        generator.fit(made.data, made.target)
    assert all(vars(generator)[name] is value for name, value in held.items()) and len(vars(generator)) == len(held)
