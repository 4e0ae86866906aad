"""Training the teacher: it learns, keeps its best weights, keeps to its budget, and leaves nothing behind."""

import pickle
import time

import numpy as np
import pytest
import torch

from skfairgen.training import TrainingOptions, fit_teacher, torch_runtime
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
    return {"tokens": np.column_stack([first, (first + 1) % 4]), "given": given}


def _fit(options=None, rows=None, net=None, seed=0):
    with torch_runtime(seed, 1):
        return fit_teacher(rows or _rows(), MODULE, options or _options(), np.random.default_rng(seed), net)


def _loss(net, rows):
    tokens, given = (torch.as_tensor(rows[name]) for name in ("tokens", "given"))
    with torch.no_grad():
        return -net.module_(tokens, given).sum(dim=1).mean().item()


def test_the_teacher_learns_what_there_is_to_know():
    net, history = _fit(_options(max_epochs=8), _rows(4_000))
    assert _loss(net, _rows(seed=1)) == pytest.approx(np.log(2), abs=0.08)  # one fair coin a row, the rest is certain
    assert history.columns.tolist() == ["epoch", "train_loss", "valid_loss", "dur"]
    assert history["epoch"].tolist() == list(range(1, len(history) + 1))


def test_the_same_seed_gives_the_same_weights_bit_for_bit():
    first, second, other = _fit()[0], _fit()[0], _fit(seed=1)[0]
    for name, weights in first.module_.state_dict().items():
        assert torch.equal(weights, second.module_.state_dict()[name])
    assert not torch.equal(first.module_.first_weight, other.module_.first_weight)


def test_the_trained_net_is_in_evaluation_mode_and_pickles_without_rows():
    net, _ = _fit(rows=_rows(20_000), options=_options(max_epochs=1, batch_size=5_000))
    assert not net.module_.training
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


def test_training_ends_within_its_seconds_with_the_rate_annealed(monkeypatch):
    rates = _record_rates(monkeypatch)
    started = time.monotonic()
    net, history = _fit(_options(max_epochs=1_000_000, max_seconds=0.5, early_stopping=False))
    assert time.monotonic() - started < 3
    assert rates[-1] < 0.1 * max(rates)
    assert not net.module_.training
    assert len(history) > 1


def test_seconds_too_few_for_an_epoch_still_give_a_history_and_a_net():
    net, history = _fit(_options(max_seconds=1e-6, batch_size=1))
    assert np.isfinite(_loss(net, _rows()))
    assert history.columns.tolist() == ["epoch", "train_loss", "valid_loss", "dur"]


def test_an_interrupt_from_the_keyboard_is_passed_on(monkeypatch):
    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(callbacks.AnnealedBudget, "on_batch_begin", interrupt)
    n_threads, state = torch.get_num_threads(), torch.get_rng_state()
    with pytest.raises(KeyboardInterrupt):
        _fit()
    assert torch.get_num_threads() == n_threads
    assert torch.equal(torch.get_rng_state(), state)


def test_global_states_are_as_they_were():
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()
    n_threads = torch.get_num_threads()
    _fit()
    assert torch.equal(torch.get_rng_state(), torch_state)
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_state)
    assert torch.get_num_threads() == n_threads


def test_a_trained_net_goes_on_from_its_weights():
    net, first = _fit(_options(max_epochs=6))
    net, second = _fit(_options(max_epochs=2), net=net)
    assert second["epoch"].tolist() == list(range(1, 9))
    assert second["train_loss"].iloc[6:].max() < first["train_loss"].iloc[0] / 2


def test_the_bar_shows_epochs_and_losses(capsys):
    _fit(_options(verbose=1))
    shown = capsys.readouterr().err
    assert "Training the teacher" in shown
    assert "3/3" in shown
    assert "valid_loss" in shown


def test_nothing_is_shown_by_default(capsys):
    _fit()
    assert capsys.readouterr() == ("", "")
