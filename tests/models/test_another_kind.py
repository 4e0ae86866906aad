"""A kind of X that is no table goes through every estimator of rows, and needs only its own parts."""

import io
from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from skfairgen import FairDistillResampler, FairGenerator, distill, load, nn, save
from skfairgen.data import KINDS, Kind
from skfairgen.exceptions import WarmStartWarning
from skfairgen.nn import Density, Networks

LETTERS = np.array(list("ACGT"))
StrandSpec = namedtuple("StrandSpec", ["length", "kind"])


@dataclass(frozen=True)
class Strands:
    """Lists of strings over ACGT."""

    columns = None

    @classmethod
    def of(cls, X):
        return cls(), list(X)

    def read(self, X):
        return Strands.of(X)

    def restore(self, strands):
        return strands

    def join(self, X, strands):
        return [*X, *strands]

    def to_state(self):
        return {}

    @classmethod
    def from_state(cls, state, version):
        return cls()


class StrandCodec:
    """Strings of one length to letter codes, and back."""

    hidden_columns, min_category_count, columns_ = set(), 5, {}

    def fit(self, strands, names=None):
        self.length_ = len(strands[0])
        return self

    def encode(self, strands):
        return {"letters": np.searchsorted(LETTERS, [list(strand) for strand in strands]).astype(np.int8)}

    def decode(self, items, rng):
        return ["".join(row) for row in LETTERS[items["letters"]]]

    def covers(self, strands):
        return all(len(strand) == self.length_ for strand in strands)

    def fits(self, schema):
        return schema.feature_positions is None

    def item_term_names(self, feature_names):
        return [f"letter {place}" for place in range(self.length_)]

    def without_records(self):
        return self

    @property
    def spec(self):
        return StrandSpec(self.length_, "strands")

    def to_state(self):
        return {"length": self.length_}

    @classmethod
    def from_state(cls, state, version):
        made = cls()
        made.length_ = state["length"]
        return made


class StrandDensity(Density):
    """Letters that do not depend on each other; their logits add up what class and levels say."""

    item_names = ("letters",)

    def __init__(self, length, given_cardinalities):
        super().__init__()
        self.settings = {"length": length, "given_cardinalities": list(given_cardinalities)}
        self.given_cardinalities, self.n_noise, self.n_target = list(given_cardinalities), length, 4 * length
        self.weight = torch.nn.Parameter(torch.zeros(sum(given_cardinalities), length, 4, dtype=torch.float32))
        self.starts = np.cumsum([0, *given_cardinalities[:-1]]).tolist()

    def reset_parameters(self, generator):
        torch.nn.init.normal_(self.weight, std=0.01, generator=generator)

    def _log_shares(self, given):
        values = torch.cat([given.classes[:, None], given.levels], dim=1) + torch.tensor(self.starts)
        return torch.log_softmax(self.weight[values].sum(dim=1), dim=2)

    def log_prob(self, items, given, code=None):
        return self._log_shares(given).gather(2, items["letters"][:, :, None])[:, :, 0]

    @torch.no_grad()
    def sample(self, given, noise, code=None):
        return {"letters": (self._log_shares(given).exp().cumsum(2) < noise[:, :, None]).sum(2).clamp(max=3)}

    def target(self, items, given, temperature=1.0):
        return self._log_shares(given).flatten(1).detach()

    def divergence(self, target, items, given, temperature=1.0):
        log_shares = self._log_shares(given)
        return F.kl_div(log_shares, target.view_as(log_shares), reduction="none", log_target=True).sum(2)

    def student_settings(self, size):
        return self.settings


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    """The whole of what a new kind adds."""

    def is_strands(X, sample_shape):
        return isinstance(X, list) and isinstance(X[0], str)

    monkeypatch.setitem(KINDS, "strands", Kind(is_strands, Strands, lambda *_: StrandCodec(), StrandCodec))
    networks = Networks(
        lambda spec, given, latent_features=0: StrandDensity(spec.length, given),
        None,
        lambda density, spec: isinstance(density, StrandDensity) and density.n_noise == spec.length,
    )
    monkeypatch.setitem(nn.NETWORKS, "strands", networks)
    monkeypatch.setitem(nn.MODULES, "StrandDensity", StrandDensity)


@pytest.fixture(scope="module")
def table():
    """Strands whose first letter tells the class, and whose second tells the group."""
    rng = np.random.default_rng(0)
    y, groups = rng.integers(0, 2, 2_000), rng.choice(["n", "s"], 2_000)
    codes = rng.integers(0, 4, (2_000, 6))
    codes[:, 0] = np.where(rng.random(2_000) < 0.9, np.where(y == 1, 3, 0), codes[:, 0])
    codes[:, 1] = np.where(rng.random(2_000) < 0.9, np.where(groups == "s", 2, 1), codes[:, 1])
    return StrandCodec().decode({"letters": codes}, rng), y, groups


def letter_shares(X, y, groups):
    """Share of T as the first and of G as the second letter, in each cell."""
    is_letter = np.array([[strand[0] == "T", strand[1] == "G"] for strand in X])
    return np.array([is_letter[(y == label) & (groups == group)].mean(axis=0) for label in (0, 1) for group in "ns"])


def fitted(table):
    X, y, groups = table
    return FairGenerator(max_epochs=30, lr=0.5, random_state=0).fit(X, y, sensitive_features=groups)


def in_memory(estimator):
    file = io.BytesIO()
    save(estimator, file)
    file.seek(0)
    return load(file)


def test_strands_are_learned_drawn_distilled_and_saved(table):
    generator = fitted(table)
    drawn = generator.sample(8_000, return_sensitive_features=True, random_state=0)
    assert {len(strand) for strand in drawn[0]} == {6}
    np.testing.assert_allclose(letter_shares(*drawn), letter_shares(*table), atol=0.15)  # weights decay
    student = distill(generator, max_epochs=10, random_state=0)
    of_student = student.sample(8_000, return_sensitive_features=True, random_state=0)
    np.testing.assert_allclose(letter_shares(*of_student), letter_shares(*drawn), atol=0.05)
    assert {*student.distillation_report_["column"]} == {*(f"letter {place}" for place in range(6)), "(label)"}
    for estimator in (generator, student):
        (X, y), (X_again, y_again) = (own.sample(50, random_state=1) for own in (estimator, in_memory(estimator)))
        assert X_again == X and (y == y_again).all()


def test_labels_of_strands_obey_a_criterion(table):
    X, y, groups = table
    generator = FairGenerator(criterion="demographic_parity", tuned_for=None, max_epochs=30, lr=0.5, random_state=0)
    is_given = (groups == "s") | (y == 0) | (np.arange(len(y)) % 4 == 0)  # group n is rarely of class 1
    X = [strand for strand, kept in zip(X, is_given, strict=True) if kept]
    generator.fit(X, y[is_given], sensitive_features=groups[is_given])
    gaps = []
    for criterion in (None, "demographic_parity"):
        options = {"criterion": criterion, "return_sensitive_features": True, "random_state": 0}
        _, labels, drawn_groups = generator.sample(8_000, **options)
        gaps.append(abs(labels[drawn_groups == "s"].mean() - labels[drawn_groups == "n"].mean()))
    assert gaps[0] > 0.25 and gaps[1] < 0.08


@pytest.mark.parametrize("is_distilled", [False, True])
def test_strands_are_resampled(table, is_distilled):
    X, y, groups = table
    resampler = FairDistillResampler(
        mode="replace", n_samples=500, distill=is_distilled, max_epochs=5, lr=0.1, random_state=0
    )
    X_new, y_new = resampler.fit_resample(X, y, sensitive_features=groups)
    assert len(X_new) == len(y_new) == len(resampler.sensitive_features_) == 500
    assert all(len(strand) == 6 and set(strand) <= set("ACGT") for strand in X_new)
    again, _ = in_memory(resampler).fit_resample(X, y, sensitive_features=groups)
    assert again == X_new


def test_strands_of_another_length_are_not_gone_on_with_nor_loaded(table):
    X, y, groups = table
    generator = fitted(table)
    shorter = [strand[:4] for strand in X]
    with pytest.warns(WarmStartWarning, match="starts over"):
        generator.set_params(warm_start=True).fit(shorter, y, sensitive_features=groups)
    assert {len(strand) for strand in generator.sample(5)[0]} == {4}
    generator.reader_.codec.length_ = 5
    with pytest.raises(ValueError, match="not made for"):
        in_memory(generator)
