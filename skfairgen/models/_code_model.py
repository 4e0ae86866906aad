"""A fair code: items to codes that do not reveal the group, and codes to items."""

import copy
from typing import Any

import numpy as np
import torch

from skfairgen.criteria import Cells
from skfairgen.data import State
from skfairgen.models._density_model import module_from_state, module_to_state
from skfairgen.models._draws import by_chunks
from skfairgen.nn import FairAutoencoder, Given
from skfairgen.training import torch_runtime

ENCODED_ROWS = 2_048  # codes are computed in the processor's cache


class CodeModel:
    """Encode items, decode codes, and put items into another group.

    Parameters
    ----------
    autoencoder : FairAutoencoder
        Trained, in evaluation mode.
    cells : Cells
        Rows of each group that it was learned from.
    """

    def __init__(self, autoencoder: FairAutoencoder, cells: Cells) -> None:
        self.autoencoder = autoencoder
        self.cells = cells

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return next(self.autoencoder.parameters()).device

    @property
    def active(self) -> np.ndarray:
        """Which components carry something, shape (n_components,), bool."""
        return self.autoencoder.encoder.active.cpu().numpy() > 0

    @property
    def sees_levels(self) -> bool:
        """Whether the encoder is given the sensitive levels."""
        return bool(getattr(self.autoencoder.encoder, "encode_given", False))

    @property
    def n_components(self) -> int:
        """Width of the code."""
        return int(self.autoencoder.encoder.latent_features)

    @property
    def resolution(self) -> np.ndarray:
        """Standard deviation of the noise of each component, shape (n_components,)."""
        return self.autoencoder.encoder.resolution.cpu().numpy()

    def encode(self, items: dict[str, np.ndarray], group_codes: np.ndarray, n_threads: int = 1) -> np.ndarray:
        """Return the rounded posterior means, shape (n_items, n_components), float64.

        They are computed in float64, so that the code of an item does not depend on the items beside it.
        """
        encoder = copy.deepcopy(self.autoencoder.encoder).cpu().double()

        def code(part):
            means, _ = encoder({name: part[name] for name in items}, part["levels"])
            return {"codes": encoder.coarsen(means)}

        arrays = {**items, "levels": self.cells.levels[group_codes]}
        device = torch.device("cpu")
        with torch_runtime(n_threads, device), torch.no_grad():
            return by_chunks(code, arrays, device, ENCODED_ROWS)["codes"]

    def decode(
        self, codes: np.ndarray, group_codes: np.ndarray, uniforms: np.ndarray, n_threads: int = 1
    ) -> dict[str, np.ndarray]:
        """Return the items of codes in a group, from uniform numbers of shape (n_items, n_noise)."""

        def sample(part):
            given = Given(None, part["levels"])
            return self.autoencoder.decoder.sample(given, part["uniforms"], part["codes"])

        arrays = {"codes": codes, "levels": self.cells.levels[group_codes], "uniforms": uniforms}
        with torch_runtime(n_threads, self.device), torch.no_grad():
            return by_chunks(sample, arrays, self.device)

    def recode(
        self, codes: np.ndarray, group_codes: np.ndarray, rng: np.random.Generator, n_threads: int = 1
    ) -> np.ndarray:
        """Return the codes of what codes become in other groups: what they tell of it, the encoder has read off."""
        uniforms = rng.random((len(codes), self.autoencoder.decoder.n_noise))
        return self.encode(self.decode(codes, group_codes, uniforms, n_threads), group_codes, n_threads)

    def counterfactual(
        self,
        items: dict[str, np.ndarray],
        own_groups: np.ndarray,
        other_groups: np.ndarray,
        rng: np.random.Generator,
        n_threads: int = 1,
    ) -> dict[str, np.ndarray]:
        """Return items as they would be in other groups; an item whose group stays is given back itself.

        The random numbers that reproduce an item from its own code in its own group are used again in the other group.
        """
        codes = self.encode(items, own_groups, n_threads)
        decoder = self.autoencoder.decoder
        arrays = {
            **items,
            "codes": codes,
            "levels": self.cells.levels[own_groups],
            "uniforms": rng.random((len(codes), decoder.n_noise)),
        }

        def noise_of(part):
            own = {name: part[name] for name in items}
            return {"noise": decoder.noise_of(own, Given(None, part["levels"]), part["codes"], part["uniforms"])}

        with torch_runtime(n_threads, self.device), torch.no_grad():
            noise = by_chunks(noise_of, arrays, self.device)["noise"]
        drawn = self.decode(codes, other_groups, noise, n_threads)
        is_same = own_groups == other_groups
        return {
            name: np.where(is_same.reshape(-1, *[1] * (values.ndim - 1)), items[name], values)
            for name, values in drawn.items()
        }

    def log_class_shares(self, codes: np.ndarray, n_threads: int = 1) -> np.ndarray:
        """Return the log-probability of each class given a code, shape (n_items, n_classes)."""

        def scores(part):
            return {"scores": torch.log_softmax(self.autoencoder.scores(part["codes"]), dim=1)}

        with torch_runtime(n_threads, self.device), torch.no_grad():
            return by_chunks(scores, {"codes": codes}, self.device)["scores"]

    def to_state(self) -> dict[str, Any]:
        """Return the fitted values as plain values and arrays."""
        return {"autoencoder": module_to_state(self.autoencoder), "cells": self.cells.to_state()}

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> "CodeModel":
        """Return the model of a state.

        Raises
        ------
        ValueError
            If its parts do not belong together.
        """
        with State(state, "CodeModel") as fields:
            autoencoder = module_from_state(fields.take("autoencoder", dict))
            cells = Cells.from_state(fields.any("cells"), version)
            found = list(autoencoder.decoder.given_cardinalities)
            fields.require(found == cells.cardinalities, f"is given {found} levels, expected {cells.cardinalities}")
        return cls(autoencoder, cells)
