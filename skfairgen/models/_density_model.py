"""A density of items given class and group, with the cells that it was learned from: it draws, and scores classes."""

import math
from typing import Any

import numpy as np
import torch
from torch import nn

from skfairgen.criteria import Cells, apportion
from skfairgen.data import State
from skfairgen.models._draws import Draws, by_chunks
from skfairgen.nn import Density, Given, build
from skfairgen.training import own_defaults, torch_runtime

TOLERANCE = 1e-6  # of shares that sum to 1
MAX_SETTINGS = 10_000  # numbers of one setting: columns, for a table
MAX_RELATED = 1_000_000  # numbers that say which columns follow from others, or copy them
SCORED_ROWS = 1_024  # at a time: they stay in the cache of a processor


class DensityModel:
    """Draw items of any cell, and score the classes and groups of items.

    Parameters
    ----------
    density : Density
        Trained, in evaluation mode.
    cells : Cells
        Rows of each cell that it was learned from.
    shares : ndarray of shape (n_classes, n_groups) or None
        Share of each cell in what it draws unasked; None takes those of the rows.
    blind_terms : int or None
        How many of the first terms of an item's log-probability do not depend on the item's own sensitive values; None
        for all of them.
    """

    def __init__(
        self, density: Density, cells: Cells, shares: np.ndarray | None = None, blind_terms: int | None = None
    ) -> None:
        self.density = density
        self.cells = cells
        self.shares: np.ndarray = cells.counts / cells.n_rows if shares is None else np.asarray(shares)
        self.blind_terms = blind_terms

    @property
    def device(self) -> torch.device:
        """Where the density is."""
        return next(self.density.parameters()).device

    def with_shares(self, shares: np.ndarray) -> "DensityModel":
        """Return a model that draws other shares of the cells unasked."""
        return DensityModel(self.density, self.cells, shares, self.blind_terms)

    def given(self, class_codes: np.ndarray, group_codes: np.ndarray) -> dict[str, np.ndarray]:
        """Return what the density is given of each item: its class and sensitive levels."""
        return {"classes": self.cells.codes_of(class_codes), "levels": self.cells.levels[group_codes]}

    def of_all_classes(self, shares: np.ndarray) -> np.ndarray:
        """Return shares of the classes, shape (n, n_classes), with a 0 for each that the density alone knows."""
        made = np.zeros((len(shares), self.density.given_cardinalities[0]), dtype=shares.dtype)
        made[:, self.cells.codes_of(np.arange(self.cells.n_classes))] = shares
        return made

    def draw(self, wanted: np.ndarray, rng: np.random.Generator, n_threads: int = 1) -> Draws:
        """Draw items.

        Parameters
        ----------
        wanted : ndarray of shape (n_classes, n_groups), int
            Items of each cell.
        rng : numpy.random.Generator
            Draws them; they come in random order.
        n_threads : int
            Threads of torch.
        """
        cell_codes = rng.permutation(np.repeat(np.arange(wanted.size), wanted.ravel()))
        class_codes, group_codes = np.unravel_index(cell_codes, wanted.shape)

        def sample(part):
            noise = rng.random((len(part["classes"]), self.density.n_noise), dtype=np.float32)
            given = Given(part["classes"], part["levels"])
            return self.density.sample(given, torch.from_numpy(noise).to(self.device))

        with torch_runtime(n_threads, self.device), torch.no_grad():
            items = by_chunks(sample, self.given(class_codes, group_codes), self.device)
        return Draws(items, class_codes, group_codes)

    def draw_as_learned(self, group_sizes: np.ndarray, rng: np.random.Generator, n_threads: int = 1) -> Draws:
        """Draw so many items of each group, classes by the group's own shares."""
        columns = [apportion(own, size) for own, size in zip(self.cells.class_shares.T, group_sizes, strict=True)]
        return self.draw(np.column_stack(columns), rng, n_threads)

    def log_likelihood(
        self, items: dict[str, np.ndarray], class_codes: np.ndarray, group_codes: np.ndarray, n_threads: int = 1
    ) -> np.ndarray:
        r"""Return :math:`\log p(x \mid y, s)` of items of known class and group, in nats, shape (n_items,)."""

        def log_prob(part):
            own = {name: part[name] for name in self.density.item_names}
            return {"nats": self.density.log_prob(own, Given(part["classes"], part["levels"])).sum(dim=1)}

        with torch_runtime(n_threads, self.device), torch.no_grad():
            found = by_chunks(log_prob, {**items, **self.given(class_codes, group_codes)}, self.device)
        return found["nats"].astype(np.float64)

    def class_scores(self, items: dict[str, np.ndarray], group_codes: np.ndarray, n_threads: int = 1) -> np.ndarray:
        r"""Return the probability of each class of items whose group is known, shape (n_items, n_classes).

        .. math:: P(y \mid x, s) \propto P(y \mid s) \, p(x \mid y, s)
        """
        cells = self.cells

        def posterior(part):
            own = {name: part[name] for name in self.density.item_names}
            return {"scores": self.density.class_posterior(own, part["levels"], part["class_shares"])}

        shares = self.of_all_classes(cells.class_shares.T.astype(np.float32))
        arrays = {**items, "levels": cells.levels[group_codes], "class_shares": shares[group_codes]}
        places = cells.codes_of(np.arange(cells.n_classes))
        n_rows = max(SCORED_ROWS // shares.shape[1], 1)  # the posterior passes every item once for each class
        with torch_runtime(n_threads, self.device):
            return by_chunks(posterior, arrays, self.device, n_rows)["scores"][:, places].astype(np.float64)

    def joint_scores(self, items: dict[str, np.ndarray], n_threads: int = 1) -> np.ndarray:
        r"""Return the probability of each class and group of items, shape (n_items, n_classes, n_groups).

        .. math:: P(y, s \mid x) \propto P(y, s) \, p(x \mid y, s)

        with x the item without its sensitive values. It takes one pass through the density for each cell; memory is
        bounded by chunks.
        """
        cells = self.cells
        log_shares = np.log(np.maximum(cells.class_shares * cells.group_shares, 1e-300)).astype(np.float32)
        found = []

        def likelihood(levels, class_code):
            def log_prob(part):
                n_rows = len(next(iter(part.values())))
                classes = torch.full((n_rows,), class_code, dtype=torch.long, device=self.device)
                given = Given(classes, levels.expand(n_rows, -1))
                return {"terms": self.density.log_prob(part, given)[:, : self.blind_terms].sum(dim=1)}

            return log_prob

        with torch_runtime(n_threads, self.device), torch.no_grad():
            for class_code, group in np.ndindex(log_shares.shape):
                levels = torch.as_tensor(cells.levels[group], device=self.device).long()
                log_prob = likelihood(levels, int(cells.codes_of(class_code)))
                terms = by_chunks(log_prob, items, self.device, SCORED_ROWS)["terms"]
                found.append(terms + log_shares[class_code, group])
        logits = np.stack(found, axis=1).astype(np.float64)
        logits -= logits.max(axis=1, keepdims=True)
        joint = np.exp(logits)
        return (joint / joint.sum(axis=1, keepdims=True)).reshape(-1, *log_shares.shape)

    def to_state(self) -> dict[str, Any]:
        """Return the fitted values as plain values and arrays."""
        return {
            "density": module_to_state(self.density),
            "cells": self.cells.to_state(),
            "shares": self.shares,
            "blind_terms": self.blind_terms,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> "DensityModel":
        """Return the model of a state.

        Raises
        ------
        ValueError
            If its parts do not belong together.
        """
        with State(state, "DensityModel") as fields:
            density = module_from_state(fields.take("density", dict))
            cells = Cells.from_state(fields.any("cells"), version)
            shares = fields.array("shares", "f", cells.counts.shape, low=0)
            blind_terms = fields.take("blind_terms", (int, None), default=None, low=0)
            fields.require(abs(shares.sum() - 1) < TOLERANCE, f"has shares that sum to {shares.sum()}, expected 1")
            found, expected = list(density.given_cardinalities), [cells.n_classes, *cells.cardinalities]
            is_part = cells.class_codes is not None and found[:1] > cells.class_codes[-1:].tolist()
            fields.require(
                found[1:] == expected[1:] and (is_part or found[0] == expected[0]),
                f"is given values of {found} levels, expected {expected}",
            )
        return cls(density, cells, shares, blind_terms)


def module_to_state(module: nn.Module) -> dict[str, Any]:
    """Return a network as its registered name, its settings and its weights."""
    weights = {name: tensor.cpu().numpy() for name, tensor in module.state_dict().items()}
    return {"name": type(module).__name__, "settings": module.settings, "weights": weights}


@own_defaults()
def module_from_state(state: dict[str, Any]) -> Any:
    """Return the network of a state, on the CPU and in evaluation mode.

    Raises
    ------
    ValueError
        If its name is not registered, its settings hold a number below 0 or too many numbers, or its weights do not
        have the shapes that its settings declare.
    """
    weights = state["weights"]
    _check_numbers(state["settings"])
    with torch.device("meta"):  # shapes first: nothing is allocated for a width that the file does not fill
        declared = build(state["name"], state["settings"])
    expected = {name: tuple(tensor.shape) for name, tensor in declared.state_dict().items()}
    found = {name: array.shape for name, array in weights.items()}
    if found != expected or any(array.dtype != np.float32 for array in weights.values()):
        raise ValueError(
            f"the weights of its {state['name']} do not have the shapes that its settings declare, in 32 bits"
        )
    if any(np.isnan(array).any() or np.isposinf(array).any() for array in weights.values()):
        raise ValueError(f"the weights of its {state['name']} are not all numbers")
    module = build(state["name"], state["settings"])
    module.load_state_dict({name: torch.tensor(array) for name, array in weights.items()}, assign=True)
    return module.eval()


def _check_numbers(settings):
    """Raise ValueError for settings that no network has; they are checked before a network is made of them."""
    for name, value in settings.items():
        if name == "dropout" and not (type(value) is float and 0 <= value < 1):
            raise ValueError(f"its network has the dropout {value!r:.80}, expected a rate in [0, 1)")
        if isinstance(value, dict):
            _check_numbers(value)
            continue
        values, most = value if isinstance(value, list) else [value], MAX_SETTINGS
        if name in ("copied", "shown"):
            most = MAX_RELATED
        if len(values) > most:
            raise ValueError(f"a network has {len(values):,} numbers as {name}, expected {most:,} at most")
        if any(isinstance(own, int | float) and not 0 <= own < math.inf for own in values):
            raise ValueError(f"a network has {name}={value!r:.80}, expected numbers of 0 or more")
