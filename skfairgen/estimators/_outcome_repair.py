"""Outcome scores of drawn rows, and the labels that a criterion makes of them."""

import warnings
from copy import copy

import numpy as np
import pandas as pd

from skfairgen.criteria import (
    StratifiedTransport,
    apportion,
    draw_labels,
    match_class_counts,
    minimal_flip_labels,
    outcome_information,
    pick_cells,
    repair_pool,
)
from skfairgen.estimators._parameters import check_criterion, training_options
from skfairgen.estimators._row_sampler import CHUNK_ROWS, RowSampler
from skfairgen.estimators._trained_net import TrainedNet
from skfairgen.exceptions import CollapseWarning
from skfairgen.nn.table import table_autoencoder
from skfairgen.training import (
    blind_scores,
    draw_seed,
    fit_blind_outcome,
    random_generator,
    row_tensors,
    torch_generator,
    torch_runtime,
)

# rows of each group whose scores the transport is learned from
MIN_TRANSPORT_ROWS, MAX_TRANSPORT_ROWS = 2_000, 20_000
# share of what the rows tell of the outcome under which a blind score counts as collapsed
MIN_INFORMATION = 0.1
BLIND_FEATURES = 8  # width of the fair code
LEAST_INFORMATION = 0.01  # nats a row: what an outcome that the rows tell nothing of counts as


class RepairedRowSampler(RowSampler):
    """Draw rows whose labels are repaired for demographic parity where the criterion asks for it.

    A subclass has, besides what :class:`RowSampler` needs, the attributes ``criterion``, ``strength``, ``label_draw``,
    ``sensitive_at_prediction`` and, once fitted for demographic parity, ``transport_`` or ``blind_net_``.
    """

    def _cell_shares(self):
        """Return the share of each cell in the synthetic rows, shape (n_classes, n_groups)."""
        return self._layout.moved_shares(self.criterion, self.strength)

    def _draw_codes(self, wanted, rng):
        """Draw `wanted` rows of each cell, with the labels that the criterion asks for."""
        if self.criterion != "demographic_parity":
            return super()._draw_codes(wanted, rng)
        return self._draw_repaired(wanted, rng)[:3]

    def _draw_repaired(self, wanted, rng):
        """Draw rows as :meth:`_draw_codes`, and return their class probabilities before and after the repair too."""
        pool, shares = repair_pool(wanted, self._cell_shares())
        tokens, drawn_with, group_codes = self._draw_as_learned(pool, rng)
        scores, moved = self._scores_before_and_after(tokens, group_codes, rng)
        if self.label_draw == "minimal":
            class_codes = minimal_flip_labels(drawn_with, scores, moved, rng)
        else:
            class_codes = draw_labels(moved, rng)
        class_codes = match_class_counts(class_codes, moved, group_codes, rng, shares=shares)
        kept = pick_cells(class_codes, group_codes, wanted)
        return tokens[kept], class_codes[kept], group_codes[kept], scores[kept], moved[kept]

    def _ready(self):
        """Return the sampler, or a copy that learned the repair now where the criterion was set after ``fit``.

        Raises
        ------
        ValueError
            If there are no labels or no groups, or the repair needs a network that was not trained.
        """
        check_criterion(self.criterion, self._layout)
        needs = "transport_" if self.sensitive_at_prediction else "blind_net_"
        if self.criterion != "demographic_parity" or hasattr(self, needs):
            return self
        if not self.sensitive_at_prediction:
            raise ValueError(
                "With sensitive_at_prediction=False, criterion='demographic_parity' has a network of its own: "
                "ask for it before fit."
            )
        ready = copy(self)
        ready.transport_ = ready._fit_transport(random_generator(self._transport_seed))
        return ready

    def _draw_as_learned(self, group_sizes, rng):
        """Draw so many rows of each group, classes by the group's own shares, as token rows, class and group codes."""
        columns = [apportion(own, size) for own, size in zip(self._layout.class_shares.T, group_sizes, strict=True)]
        return super()._draw_codes(np.column_stack(columns), rng)

    def _scores_before_and_after(self, tokens, group_codes, rng):
        """Return the probability of each class of token rows, and that after the repair, (n_rows, n_classes) each."""
        scores = self._outcome_scores(tokens, group_codes)
        if not self.sensitive_at_prediction:
            return scores, (1 - self.strength) * scores + self.strength * self._blind_scores(tokens)
        strata = self._strata(tokens, rng)
        return scores, self.transport_.transport(scores, group_codes, strata, strength=self.strength, rng=rng)

    def _fit_transport(self, rng):
        """Learn how the outcome scores of each group and stratum are distributed, from rows of the teacher."""
        layout = self._layout
        group_sizes = np.clip(layout.counts.sum(axis=0), MIN_TRANSPORT_ROWS, MAX_TRANSPORT_ROWS)
        tokens, _, group_codes = self._draw_as_learned(group_sizes, rng)
        scores, strata = self._outcome_scores(tokens, group_codes), self._strata(tokens, rng)
        sizes = layout.strata_counts.sum(axis=0)
        transport = StratifiedTransport()
        return transport.fit(scores, group_codes, strata, sizes, parents=layout.group_parents, rng=rng)

    def _fit_blind_outcome(self, tokens, rows, module_parameters, rng):
        """Learn outcome scores from rows without their group, as ``blind_net_`` and ``blind_history_``."""
        layout = self._layout
        encoded = {
            "tokens": tokens,
            "levels": layout.levels(rows.group_codes),
            "classes": rows.class_codes,
            "ranks": rows.ranks,
        }
        if layout.strata is not None:
            encoded["strata"] = layout.stratum_codes(rows.frame)
        known = self._outcome_scores(tokens, rows.group_codes)
        information = max(outcome_information(known, rows.class_codes), LEAST_INFORMATION)
        generator = torch_generator(draw_seed(rng))
        with torch_runtime(self.n_threads, self.device):
            autoencoder = table_autoencoder(
                module_parameters["cardinalities"],
                layout.level_cardinalities,
                module_parameters["generable"],
                n_classes=len(self.classes_),
                latent_features=BLIND_FEATURES,
                visible_columns=layout.blind_places,
                encode_given=False,
            )
            autoencoder.reset_parameters(generator)
            fitted = fit_blind_outcome(autoencoder, encoded, information, training_options(self), rng, generator)
        self.blind_net_, self.blind_history_ = TrainedNet(fitted.module), pd.DataFrame(fitted.history)
        kept = outcome_information(self._blind_scores(tokens), rows.class_codes)
        if kept < MIN_INFORMATION * information:
            warnings.warn(
                f"The outcome score that does not depend on the group keeps {max(kept, 0) / information:.0%} of what "
                "the rows tell of the outcome, so labels drawn from it are close to random. Lower strength, or use "
                "sensitive_at_prediction=True.",
                CollapseWarning,
                stacklevel=4,
            )

    def _blind_scores(self, tokens):
        module = self.blind_net_.module_
        return self._by_chunks(lambda rows: blind_scores(module, rows, rows["tokens"][:, :0]), {"tokens": tokens})

    def _outcome_scores(self, tokens, group_codes):
        """Return the probability of each class of token rows, shape (n_rows, n_classes)."""
        class_shares = self._layout.class_shares.T.astype(np.float32)[group_codes]
        levels = self._layout.levels(group_codes)
        n_rows = max(CHUNK_ROWS // len(self.classes_), 1)  # the posterior passes every row once for each class
        rows = {"tokens": tokens, "levels": levels, "shares": class_shares}
        module = self.net_.module_
        return self._by_chunks(lambda own: module.class_posterior(own, own["levels"], own["shares"]), rows, n_rows)

    def _strata(self, tokens, rng):
        """Return the strata of token rows, shape (n_rows,)."""
        layout = self._layout
        return layout.stratum_codes(tokens if layout.strata is None else self.codec_.decode(tokens, rng))

    def _by_chunks(self, score, arrays, n_rows=CHUNK_ROWS):
        """Return class scores of rows that come in several arrays, chunk by chunk, shape (n_rows, n_classes)."""
        scores = np.empty((len(arrays["tokens"]), len(self.classes_)))
        with torch_runtime(self.n_threads, self.device):
            for start in range(0, len(scores), n_rows):
                rows = slice(start, start + n_rows)
                chunk = row_tensors({name: values[rows] for name, values in arrays.items()}, self.device)
                scores[rows] = score(chunk).cpu().numpy()
        return scores
