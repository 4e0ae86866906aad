"""The encoder's promises: codes that hide the group, rows from codes, counterparts, clear errors and warnings."""

import itertools
import pickle
import time
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skfairgen import FairEncoder, FairnessScorer
from skfairgen.datasets import make_biased_classification
from skfairgen.exceptions import CollapseWarning, LeakageWarning, TrainingBudgetWarning
from skfairgen.nn import Given

quiet = pytest.mark.filterwarnings("ignore::skfairgen.exceptions.SkfairgenWarning")


def _encoder(sensitive_columns="group_0", **parameters):
    return FairEncoder(sensitive_columns, **{"n_components": 4, "max_epochs": 2, "random_state": 0, **parameters})


@pytest.fixture(scope="module")
def biased():
    return make_biased_classification(3_000, bias=2.0, proxy_strength=2.0, missing_rate=0.0, random_state=0)


@pytest.fixture(scope="module")
def fair(biased):
    return _encoder(max_epochs=8).fit(biased.data, biased.target)


@pytest.fixture(scope="module")
def leaky(biased):
    with pytest.warns(LeakageWarning, match="'group_0'.*leakage_threshold=0.6"):
        return _encoder(max_epochs=8, fairness_weight=0.0).fit(biased.data, biased.target)


def _selection_gap(encoder, made):
    codes = encoder.transform(made.data)
    chosen = LogisticRegression().fit(codes, made.target).predict(codes)
    rates = pd.Series(chosen).groupby(made.data["group_0"].to_numpy()).mean()
    return float(np.ptp(rates.to_numpy()))


def test_the_penalty_hides_the_group_from_a_probe(fair, leaky):
    assert leaky.dependence_.loc["group_0", "low"] > 0.6
    assert fair.dependence_.loc["group_0", "auc"] < leaky.dependence_.loc["group_0", "auc"] - 0.1
    assert fair.dependence_.loc["group_0", "low"] < 0.6
    for dependence in (fair.dependence_, leaky.dependence_):
        assert (dependence["low"] <= dependence["auc"]).all() and (dependence["auc"] <= dependence["high"]).all()


def test_a_model_on_the_codes_selects_the_groups_alike(fair, leaky, biased):
    assert _selection_gap(leaky, biased) > 0.25
    assert _selection_gap(fair, biased) < 0.5 * _selection_gap(leaky, biased)
    codes = fair.transform(biased.data)
    score = LogisticRegression().fit(codes, biased.target).predict_proba(codes)[:, 1]
    assert roc_auc_score(biased.target, score) > 0.65


def test_the_history_shows_every_term(fair):
    terms = ["likelihood", "kl", "outcome", "dependence", "loss"]
    for name in terms:
        assert np.isfinite(fair.history_[[f"train_{name}", f"valid_{name}"]].to_numpy()).all()
    assert fair.history_["valid_likelihood"].iloc[-1] > fair.history_["valid_likelihood"].iloc[0]
    assert (fair.history_["fairness_weight"] == 100.0).all()


def test_the_code_of_a_row_does_not_depend_on_the_rows_beside_it(fair, biased, monkeypatch):
    whole = fair.transform(biased.data)
    monkeypatch.setattr("skfairgen.models._code_model.ENCODED_ROWS", 64)
    np.testing.assert_array_equal(fair.transform(biased.data[100:300]), whole[100:300])
    assert whole.dtype == np.float64 and whole.shape == (len(biased.data), 4)


@quiet
def test_the_same_random_state_gives_the_same_codes_and_a_pickle_keeps_them(biased):
    X, y = biased.data[:400], biased.target[:400]
    first = _encoder().fit(X, y)
    np.testing.assert_array_equal(first.transform(X), clone(first).fit_transform(X, y))
    np.testing.assert_array_equal(first.transform(X), pickle.loads(pickle.dumps(first)).transform(X))


def test_a_row_s_own_group_gives_the_row_itself(fair, biased):
    X = biased.data[:500]
    own = fair.counterfactual(X, X["group_0"].tolist(), random_state=0)
    pd.testing.assert_frame_equal(own, X.reset_index(drop=True), check_exact=True)
    pd.testing.assert_frame_equal(fair.counterfactual(X, X[["group_0"]], random_state=0), own)


def test_the_numbers_behind_a_row_draw_it_again_without_being_told(fair, biased):
    items, _, group_codes = fair.reader_.read(biased.data[:500])
    model = fair.model_
    codes, decoder = model.encode(items, group_codes), model.autoencoder.decoder
    given = Given(None, torch.as_tensor(model.cells.levels[group_codes]))
    uniforms = torch.rand(500, decoder.n_noise, generator=torch.Generator().manual_seed(0))
    tokens = torch.as_tensor(items["tokens"]).long()
    noise = decoder.noise_of({"tokens": tokens}, given, torch.as_tensor(codes).float(), uniforms)
    drawn = model.decode(codes, group_codes, noise.numpy())["tokens"]
    assert (drawn == items["tokens"]).mean() > 0.999


def test_another_group_changes_what_depends_on_it_and_little_else(fair, biased):
    is_a = (biased.data["group_0"] == "a").to_numpy()
    X = biased.data[is_a].reset_index(drop=True)
    other = fair.counterfactual(X, "b", random_state=0)
    assert (other["group_0"] == "b").all() and len(other) == len(X)
    numbers = X.select_dtypes("number").columns
    shift = other[numbers].mean() - X[numbers].mean()
    real = biased.data[~is_a][numbers].mean() - X[numbers].mean()
    widest = (real / biased.data[numbers].std()).abs().astype(float).idxmax()
    assert 0.3 < shift[widest] / real[widest] < 1.7
    followed = np.corrcoef(other[widest].astype(float), X[widest].astype(float))[0, 1]
    redrawn = fair.inverse_transform(fair.transform(X), "b", random_state=0)
    assert followed > np.corrcoef(redrawn[widest].astype(float), X[widest].astype(float))[0, 1] + 0.1


def test_rows_of_codes_have_the_columns_and_dtypes_of_the_fitted_ones(fair, biased):
    codes = fair.transform(biased.data[:300])
    X = fair.inverse_transform(codes, "a", random_state=0)
    pd.testing.assert_series_equal(X.dtypes, biased.data.dtypes)
    assert X.columns.equals(biased.data.columns) and (X["group_0"] == "a").all()
    pd.testing.assert_frame_equal(X, fair.inverse_transform(codes, ["a"] * 300, random_state=0))
    drawn = fair.inverse_transform(np.zeros((4_000, 4)), random_state=0)["group_0"]
    shares = biased.data["group_0"].value_counts(normalize=True)
    assert abs((drawn == "a").mean() - shares["a"]) < 0.03


def test_wrong_codes_and_unknown_groups_are_errors_that_say_so(fair, biased):
    with pytest.raises(ValueError, match="Z has 3 features, but 4"):
        fair.inverse_transform(np.zeros((2, 3)))
    with pytest.raises(ValueError, match=r"'z' was not seen in fit.*\['a', 'b'\]"):
        fair.inverse_transform(np.zeros((2, 4)), "z")
    with pytest.raises(ValueError, match="groups of 3 rows for 5"):
        fair.counterfactual(biased.data[:5], ["a"] * 3)


@quiet
def test_without_sensitive_columns_there_are_codes_but_no_counterparts(made):
    encoder = _encoder(None).fit(made.data, made.target)
    assert len(encoder.dependence_) == 0
    assert encoder.inverse_transform(encoder.transform(made.data)).shape == made.data.shape
    with pytest.raises(ValueError, match="no groups"):
        encoder.counterfactual(made.data, "a")


@quiet
def test_an_encoder_that_may_not_see_the_group_does_not(made):
    encoder = _encoder(sensitive_at_prediction=False).fit(made.data, made.target)
    codes = encoder.transform(made.data)
    swapped = made.data.assign(group_0=made.data["group_0"].cat.rename_categories({"a": "b", "b": "a"}))
    np.testing.assert_array_equal(encoder.transform(swapped), codes)
    np.testing.assert_array_equal(encoder.transform(made.data.drop(columns="group_0")), codes)
    with pytest.raises(ValueError, match="expected those of fit, with or without"):
        encoder.transform(made.data.drop(columns=made.data.columns[-1]))


@quiet
def test_sensitive_values_may_stand_beside_the_table(made):
    X, groups = made.data.drop(columns="group_0"), made.data["group_0"]
    encoder = _encoder(None)
    codes = encoder.fit_transform(X, made.target, sensitive_features=groups)
    np.testing.assert_array_equal(encoder.transform(X, sensitive_features=groups), codes)
    assert list(encoder.dependence_.index) == ["group_0"]
    assert encoder.counterfactual(X, "a", sensitive_features=groups).columns.equals(X.columns)
    with pytest.raises(ValueError, match="sensitive_features is missing"):
        encoder.transform(X)
    blind = _encoder(None, sensitive_at_prediction=False).fit(X, made.target, sensitive_features=groups)
    assert blind.transform(X).shape == (len(X), 4)


@quiet
@pytest.mark.parametrize("criterion", ["demographic_parity", "equalized_odds"])
def test_sensitive_columns_of_every_kind_are_learned(criterion):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "x": rng.normal(size=600),
            "sex": rng.choice(["f", "m", None], 600, p=[0.4, 0.5, 0.1]),
            "race": rng.choice(["p", "q", "r"], 600, p=[0.9, 0.08, 0.02]),
            "age": np.where(rng.random(600) < 0.1, np.nan, rng.uniform(18, 80, 600)),
        }
    )
    encoder = _encoder(["sex", "race", "age"], criterion=criterion).fit(X, rng.choice(["u", "v", "w"], 600))
    assert list(encoder.dependence_.index) == ["sex", "race", "age"]
    assert encoder.classes_.tolist() == ["u", "v", "w"]
    assert np.isfinite(encoder.history_["train_dependence"]).all()
    assert encoder.counterfactual(X, X[["sex", "race", "age"]], random_state=0).equals(X)


@quiet
def test_rows_without_a_label_count_for_everything_but_the_outcome(made):
    y = made.target.astype(float).where(np.arange(len(made.target)) % 3 > 0)
    encoder = _encoder().fit(made.data, y)
    assert encoder.classes_.tolist() == [0.0, 1.0]
    as_minus_one = _encoder().fit(made.data, y.fillna(-1).astype(int))
    np.testing.assert_array_equal(encoder.transform(made.data), as_minus_one.transform(made.data))
    signs = _encoder().fit(made.data, np.where(made.target == 1, 1, -1))
    assert signs.classes_.tolist() == [-1, 1]


@quiet
def test_labels_are_used_only_where_they_are_wanted(made):
    for encoder in (_encoder().fit(made.data), _encoder(supervised=False).fit(made.data, made.target)):
        assert encoder.classes_ is None
        assert (encoder.history_["train_outcome"] == 0).all()
    with pytest.raises(ValueError, match="criterion='equalized_odds' requires y"):
        _encoder(criterion="equalized_odds").fit(made.data)
    with pytest.raises(ValueError, match="supervised=True requires y"):
        _encoder(supervised=True).fit(made.data)


def test_a_code_that_carries_nothing_is_warned_of():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"x": np.ones(300), "s": rng.choice(["a", "b"], 300)})
    with pytest.warns(CollapseWarning, match="no component has a variance above 0.01"):
        _encoder("s", sensitive_at_prediction=False).fit(X, rng.integers(0, 2, 300))


@quiet
def test_a_bound_on_the_dependence_raises_the_weight_until_it_holds(biased):
    X, y = biased.data[:1_000], biased.target[:1_000]
    bound = _encoder(max_epochs=8, fairness_weight=1.0, max_dependence=0.02).fit(X, y)
    weights = bound.history_["fairness_weight"]
    assert (weights[:4] == 1.0).all() and weights.iloc[-1] > 1.0
    free = _encoder(max_epochs=8, fairness_weight=1.0).fit(X, y)
    assert bound.dependence_["auc"].mean() < free.dependence_["auc"].mean()
    with pytest.warns(TrainingBudgetWarning, match="nowhere kept to max_dependence=1e-09"):
        _encoder(max_epochs=2, fairness_weight=1.0, max_dependence=1e-9).fit(X, y)


@quiet
def test_a_fit_that_runs_out_of_time_has_been_under_the_whole_penalty(biased, monkeypatch):
    clock = itertools.count(time.monotonic(), 0.005)  # a second is 200 looks at it, on any machine
    monkeypatch.setattr("skfairgen.training._callbacks.time", SimpleNamespace(monotonic=lambda: next(clock)))
    encoder = _encoder(max_epochs=10_000, max_seconds=1.0, fairness_weight=1.0, max_dependence=1e-9)
    with pytest.warns(TrainingBudgetWarning, match="ended with a dependence of 0"):
        encoder.fit(biased.data[:500], biased.target[:500])
    assert encoder.history_["fairness_weight"].dropna().iloc[-1] > 1.0
    assert len(encoder.history_) < 10_000


@pytest.mark.parametrize("more", [{"criterion": None}, {"fairness_weight": 0}, {"sensitive_columns": None}])
def test_a_bound_on_nothing_is_refused(made, more):
    with pytest.raises(ValueError, match="max_dependence=0.1 has nothing to bound"):
        _encoder(max_dependence=0.1, **more).fit(made.data, made.target)


@quiet
def test_equalized_odds_without_supervision_predicts_nothing(made):
    encoder = _encoder(criterion="equalized_odds", supervised=False).fit(made.data, made.target)
    assert encoder.classes_ is None and encoder.model_.autoencoder.head is None


@quiet
def test_what_derives_from_a_hidden_column_is_not_told_by_it():
    rng = np.random.default_rng(0)
    age = rng.integers(18, 90, 400)
    X = pd.DataFrame({"age": age, "birth_year": 2020 - age, "x": rng.normal(size=400)})
    encoder = _encoder("age", sensitive_at_prediction=False).fit(X, rng.integers(0, 2, 400))
    np.testing.assert_array_equal(encoder.transform(X), encoder.transform(X.drop(columns="age")))
    np.testing.assert_array_equal(encoder.transform(X), encoder.transform(X.assign(age=X["age"].to_numpy()[::-1])))


@quiet
def test_a_network_that_sees_other_columns_begins_anew(made):
    encoder = _encoder(max_epochs=1, warm_start=True).fit(made.data, made.target)
    encoder.set_params(sensitive_at_prediction=False).fit(made.data, made.target)
    assert not encoder.model_.autoencoder.encoder.settings["encode_given"]
    fresh = _encoder(max_epochs=1, sensitive_at_prediction=False).fit(made.data, made.target)
    np.testing.assert_array_equal(encoder.transform(made.data), fresh.transform(made.data))


@quiet
def test_frames_of_codes_have_names(made):
    encoder = _encoder().set_output(transform="pandas")
    codes = encoder.fit_transform(made.data, made.target)
    assert list(codes.columns) == list(encoder.get_feature_names_out()) == [f"fairencoder{k}" for k in range(4)]
    pd.testing.assert_frame_equal(encoder.transform(made.data), codes)


@quiet
def test_a_grid_search_tunes_it_in_a_pipeline_by_accuracy_and_fairness(made):
    pipeline = make_pipeline(_encoder(), LogisticRegression())
    scoring = {"accuracy": "accuracy", "parity": FairnessScorer("demographic_parity_difference", "group_0")}
    grid = {"fairencoder__fairness_weight": [0.0, 100.0]}
    search = GridSearchCV(pipeline, grid, cv=2, scoring=scoring, refit="accuracy", error_score="raise")
    search.fit(made.data, made.target)
    assert np.isfinite(search.cv_results_["mean_test_parity"]).all()


@quiet
def test_training_goes_on_with_warm_start_and_history_is_that_of_the_last_fit(biased):
    encoder = _encoder(max_epochs=1, warm_start=True).fit(biased.data, biased.target)
    first = encoder.history_["valid_likelihood"].iloc[-1]
    encoder.fit(biased.data, biased.target)
    assert len(encoder.history_) == 1 and encoder.history_["valid_likelihood"].iloc[-1] > first


def test_fairdiscos_penalty_hides_the_group_too(leaky, biased):
    options = {"max_epochs": 8, "n_components": 2, "penalty": "fairdisco", "fairness_weight": 1e5}
    encoder = _encoder(**options).fit(biased.data, biased.target)
    assert encoder.dependence_.loc["group_0", "auc"] < leaky.dependence_.loc["group_0", "auc"] - 0.1
    assert (encoder.history_["valid_dependence"] > -1e-6).all()  # a squared distance of densities


@quiet
def test_small_tables_are_passed_over_until_600_batches_were_learned_from(made):
    encoder = _encoder(max_epochs="auto", early_stopping=False).fit(made.data[:300], made.target[:300])
    assert len(encoder.history_) == 300  # two batches of 256 at most each time


@quiet
def test_a_few_held_out_members_of_a_group_leave_the_probe_to_all_rows():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"group": np.where(rng.random(300) < 0.1, "few", "many"), "a": rng.normal(size=300)})
    X["b"] = X["a"] + 3 * (X["group"] == "few")
    fit = _encoder("group", fairness_weight=0.0, sensitive_at_prediction=False, max_epochs=20).fit(X)
    assert fit.dependence_.loc["group", "auc"] > 0.7
    lonely = X.assign(group=["one"] * 5 + ["other"] * 295)
    assert _encoder("group").fit(lonely).dependence_["auc"].isna().all()
