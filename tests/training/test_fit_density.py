"""Training the teacher: it learns, keeps its best weights, keeps to its budget, and leaves nothing behind."""

import copy
import pickle
from itertools import count

import numpy as np
import pandas as pd
import pytest
import torch

from skfairgen.exceptions import TrainingBudgetWarning
from skfairgen.nn import ColumnDensity, Given
from skfairgen.training import TrainingOptions, fit_density, torch_generator
from skfairgen.training import _callbacks as callbacks
from skfairgen.training._hold_out import hold_out

MODULE = {"cardinalities": [4, 4], "given_cardinalities": [2], "hidden_features": 8}


def _options(**changed):
    defaults = {
        "max_epochs": 3,
        "max_seconds": None,
        "batch_size": 50,
        "lr": 0.02,
        "early_stopping": True,
        "device": "cpu",
        "verbose": 0,
    }
    return TrainingOptions(**{**defaults, **changed})


def _rows(n_rows=600, seed=0):
    rng = np.random.default_rng(seed)
    given = rng.integers(0, 2, (n_rows, 1))
    first = (given[:, 0] + rng.integers(0, 2, n_rows)) % 4
    return {"tokens": np.column_stack([first, (first + 1) % 4]), "classes": given[:, 0], "levels": given[:, 1:]}


def _fit(options=None, rows=None, density=None, seed=0):
    generator = torch_generator(seed)
    if density is None:
        density = ColumnDensity(**MODULE)
        density.reset_parameters(generator)
    fitted = fit_density(density, rows or _rows(), options or _options(), np.random.default_rng(seed), generator)
    return fitted.module, pd.DataFrame(fitted.history)


def _loss(density, rows):
    tokens, classes, levels = (torch.as_tensor(rows[name]) for name in ("tokens", "classes", "levels"))
    with torch.no_grad():
        return -density({"tokens": tokens}, Given(classes, levels)).sum(dim=1).mean().item()


def test_the_teacher_learns_what_there_is_to_know():
    net, history = _fit(_options(max_epochs=8), _rows(4_000))
    assert _loss(net, _rows(seed=1)) == pytest.approx(np.log(2), abs=0.08)  # one fair coin a row, the rest is certain
    assert history.columns.tolist() == ["epoch", "train_loss", "valid_loss", "dur"]
    assert history["epoch"].tolist() == list(range(1, len(history) + 1))


def test_the_same_seed_gives_the_same_weights_bit_for_bit():
    first, second, other = _fit()[0], _fit()[0], _fit(seed=1)[0]
    for name, weights in first.state_dict().items():
        assert torch.equal(weights, second.state_dict()[name])
    assert not torch.equal(first.first_weight, other.first_weight)


def test_the_trained_density_is_in_evaluation_mode_and_pickles_without_rows():
    net, _ = _fit(rows=_rows(20_000), options=_options(max_epochs=1, batch_size=5_000))
    assert not net.training and net.dropout.generator is None
    written = pickle.dumps(net)
    assert len(written) < 200_000
    assert _loss(pickle.loads(written), _rows()) == _loss(net, _rows())


def test_the_weights_that_explain_held_out_rows_best_are_put_back():
    rows = _rows(200)
    rows["tokens"] = np.random.default_rng(0).integers(0, 4, (200, 2))  # noise: soon overfitted
    options = _options(max_epochs=40, lr=0.2, batch_size=20)
    net, history = _fit(options, rows)
    assert history["valid_loss"].idxmin() < len(history) - 1
    _, held_out, _ = hold_out(rows, options, np.random.default_rng(0))
    assert _loss(net, held_out.tensors) == pytest.approx(history["valid_loss"].min(), abs=1e-5)


def test_training_stops_when_held_out_rows_are_explained_no_better():
    rows = _rows(200)
    rows["tokens"] = np.random.default_rng(0).integers(0, 4, (200, 2))
    _, history = _fit(_options(max_epochs=60, lr=0.2, batch_size=20), rows)
    assert len(history) - 1 - history["valid_loss"].idxmin() == 20
    _, history = _fit(_options(max_epochs=60, lr=0.2, batch_size=20, early_stopping=False), rows)
    assert len(history) == 60
    assert "valid_loss" not in history


def test_small_tables_hold_no_row_out():
    _, history = _fit(rows=_rows(99))
    assert "valid_loss" not in history
    _, history = _fit(rows=_rows(100))
    assert history["valid_loss"].notna().all()


def _record_rates(monkeypatch):
    rates = []
    original = callbacks.AnnealedBudget.on_batch_begin

    def record(self, net, batch=None, training=None, **kwargs):
        original(self, net, batch=batch, training=training, **kwargs)
        if training:
            rates.append(net.optimizer_.param_groups[0]["lr"])

    monkeypatch.setattr(callbacks.AnnealedBudget, "on_batch_begin", record)
    return rates


def test_the_learning_rate_climbs_to_its_largest_and_falls_to_a_hundredth(monkeypatch):
    rates = _record_rates(monkeypatch)
    _fit(_options(max_epochs=10, batch_size=10, early_stopping=False))
    assert len(rates) == 600
    assert max(rates) == pytest.approx(0.02, rel=1e-3)
    assert rates[0] == pytest.approx(0.0002)
    assert rates[-1] == pytest.approx(0.0002, rel=0.05)
    peak = int(np.argmax(rates))
    assert peak == 60
    assert (np.diff(rates[:peak]) > 0).all() and (np.diff(rates[peak:]) < 0).all()


def test_training_ends_with_its_seconds_and_the_rate_annealed(monkeypatch):
    clock = count(step=0.01)  # each look at the clock is a hundredth of a second after the last
    monkeypatch.setattr(callbacks.time, "monotonic", lambda: next(clock))
    rates = _record_rates(monkeypatch)
    net, history = _fit(_options(max_epochs=1_000_000, max_seconds=0.5, early_stopping=False))
    assert 40 <= len(rates) <= 50 and rates[-1] < 0.1 * max(rates)
    assert not net.training
    assert len(history) > 1


def test_the_rate_is_annealed_over_the_seconds_that_are_left(monkeypatch):
    clock = count(10.0, step=0.01)
    monkeypatch.setattr(callbacks.time, "monotonic", lambda: next(clock))
    rates = _record_rates(monkeypatch)
    _fit(_options(max_epochs=1_000_000, max_seconds=2.5, started=8.0, early_stopping=False))
    assert 40 <= len(rates) <= 50 and rates[0] < 0.3 * max(rates) and rates[-1] < 0.1 * max(rates)


def test_seconds_too_few_for_an_epoch_still_give_a_history_and_a_net():
    with pytest.warns(TrainingBudgetWarning, match=r"max_seconds=1e-06 ended it after 1 of the \d+ batches"):
        net, history = _fit(_options(max_seconds=1e-6, batch_size=1))
    assert np.isfinite(_loss(net, _rows()))
    assert history.columns.tolist() == ["epoch", "train_loss", "valid_loss", "dur"]


def test_an_interrupt_from_the_keyboard_is_passed_on_and_leaves_the_density_as_it_was(monkeypatch):
    density = ColumnDensity(**MODULE)
    before = copy.deepcopy(density.state_dict())
    original = callbacks.AveragedWeights.on_batch_end

    def interrupt(self, net, **kwargs):
        original(self, net, **kwargs)
        raise KeyboardInterrupt

    monkeypatch.setattr(callbacks.AveragedWeights, "on_batch_end", interrupt)
    with pytest.raises(KeyboardInterrupt):
        _fit(density=density)
    assert all(torch.equal(values, before[name]) for name, values in density.state_dict().items())


def test_training_goes_on_from_a_trained_density():
    trained, first = _fit(_options(max_epochs=6))
    _, second = _fit(_options(max_epochs=2), density=trained)
    assert second["epoch"].tolist() == [1, 2]
    assert second["train_loss"].max() < first["train_loss"].iloc[0] / 2


def test_training_ends_with_the_moving_average_of_the_weights(monkeypatch):
    """Every batch: average <- d * average + (1 - d) * weights, with d = min(0.99, (1 + n) / (10 + n))."""
    weights = []
    original = callbacks.AveragedWeights.on_batch_end

    def record(self, net, batch=None, training=None, **kwargs):
        if training:
            weights.append(net.module_.first_weight.detach().double().clone())
        original(self, net, batch=batch, training=training, **kwargs)

    monkeypatch.setattr(callbacks.AveragedWeights, "on_batch_end", record)
    density, _ = _fit(_options(early_stopping=False))
    average = weights[0]
    for n_averaged, own in enumerate(weights[1:], start=1):
        decay = min(0.99, (1 + n_averaged) / (10 + n_averaged))
        average = decay * average + (1 - decay) * own
    assert len(weights) == 36
    torch.testing.assert_close(density.first_weight.double(), average, rtol=1e-4, atol=1e-5)
    assert not torch.allclose(density.first_weight.double(), weights[-1], rtol=1e-3, atol=1e-4)


def test_held_out_rows_are_judged_by_the_average(monkeypatch):
    seen = []
    original = callbacks.BestWeights.on_epoch_end

    def record(self, net, dataset_valid=None, **kwargs):
        original(self, net, dataset_valid=dataset_valid, **kwargs)
        seen.append((net.history[-1, "valid_loss"], _loss(self.progress.average, dataset_valid.tensors)))

    monkeypatch.setattr(callbacks.BestWeights, "on_epoch_end", record)
    _fit(_options(batch_size=600))
    assert len(seen) == 3
    for noted, by_average in seen:
        assert noted == pytest.approx(by_average, rel=1e-5)


def test_the_bar_shows_epochs_and_losses(capsys):
    _fit(_options(verbose=1))
    shown = capsys.readouterr().err
    assert "Training the teacher" in shown
    assert "3/3" in shown
    assert "valid_loss" in shown


def test_nothing_is_shown_by_default(capsys):
    _fit()
    assert capsys.readouterr() == ("", "")
