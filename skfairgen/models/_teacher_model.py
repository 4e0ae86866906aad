"""A model of rows with the repairs of labels that were learned for it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from skfairgen.criteria import FairPlan, StratifiedTransport
from skfairgen.data import State
from skfairgen.models._blind_repair import BlindRepair
from skfairgen.models._density_model import DensityModel
from skfairgen.models._fair_labels import FairLabels, Tuning, make_fair_labels
from skfairgen.models._label_repair import BarycenterRepair, StrataReader
from skfairgen.training import own_defaults

MAX_PLANS = 32
#: criteria whose labels are made after a row is drawn; the others are shares of cells
REPAIRED = ("demographic_parity", "equalized_odds", "equal_opportunity")


@dataclass(frozen=True)
class Wish:
    """What is asked of the labels of drawn rows.

    Attributes
    ----------
    criterion : str or None
        What they obey.
    strength : float
        How far, in [0, 1].
    label_draw : {"sample", "minimal", "sharpen", "decide"}
        How they are drawn.
    sees_group : bool
        Whether models trained on the rows see the group.
    """

    criterion: str | None
    strength: float = 1.0
    label_draw: str = "sample"
    sees_group: bool = True


class TeacherModel:
    """What a generator learned: a model of the rows, and how their labels are repaired.

    Parameters
    ----------
    rows : DensityModel
        Draws and scores rows.
    seed : int
        Seed of what is learned when a criterion is first asked for.
    """

    def __init__(self, rows: DensityModel, seed: int) -> None:
        self.rows = rows
        self.seed = seed
        self.transport: StratifiedTransport | None = None
        self.blind_scores: tuple[np.ndarray, np.ndarray] | None = None
        self.plans: dict[Wish, tuple[FairPlan, np.ndarray, Any, list[Any]]] = {}

    def shares(self, criterion: str | None, strength: float) -> np.ndarray:
        """Return the share of each cell that a criterion asks for, shape (n_classes, n_groups)."""
        return self.rows.cells.moved_shares(criterion, strength)

    @own_defaults()
    def repair(
        self, wish: Wish, strata: StrataReader, tuning: Tuning | None = None, n_threads: int = 1
    ) -> BlindRepair | BarycenterRepair | FairLabels | None:
        """Return what labels drawn rows, None where they keep the labels that they are drawn with.

        What it needs is learned once, when it is first asked for, whatever is asked for before.
        """
        if wish.criterion not in REPAIRED:
            return None
        rng = np.random.default_rng(self.seed)
        shares = self.shares(wish.criterion, wish.strength)
        if wish.label_draw in ("sharpen", "decide"):
            return self._fair_labels(wish, strata, tuning, rng, n_threads)
        if not wish.sees_group:
            if self.blind_scores is None:
                self.blind_scores = BlindRepair.learn(self.rows, strata, rng, n_threads)
            return BlindRepair(*self.blind_scores, shares, wish.strength, wish.label_draw, strata)
        if self.transport is None:
            self.transport = BarycenterRepair.learn_transport(self.rows, strata, rng, n_threads)
        return BarycenterRepair(self.transport, shares, wish.strength, wish.label_draw, strata)

    def _fair_labels(self, wish, strata, tuning, rng, n_threads):
        if wish not in self.plans:
            made = make_fair_labels(
                self.rows,
                wish.criterion,
                wish.strength,
                wish.label_draw,
                sees_group=wish.sees_group,
                strata=strata,
                tuning=tuning,
                rng=rng,
                n_threads=n_threads,
            )
            self.plans[wish] = made.plan, made.shares, made.forecast, list(made.records)
        while len(self.plans) > MAX_PLANS:  # the first stays: fit tuned it, on rows that are gone
            self.plans.pop(list(self.plans)[1], None)
        plan, shares, forecast, records = self.plans[wish]
        return FairLabels(plan, shares, wish.label_draw, strata, forecast, tuple(records))

    def to_state(self) -> dict[str, Any]:
        """Return the fitted values as plain values and arrays."""
        return {
            "rows": self.rows.to_state(),
            "seed": self.seed,
            "transport": None if self.transport is None else self.transport.to_state(),
            "blind_scores": None if self.blind_scores is None else list(self.blind_scores),
            "plans": [
                {"wish": vars(wish), "plan": plan.to_state(), "shares": shares}
                for wish, (plan, shares, _, _) in self.plans.items()
            ],
        }

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> "TeacherModel":
        """Return the model of a state.

        Raises
        ------
        ValueError
            If its parts do not belong together.
        """
        with State(state, "TeacherModel") as fields:
            made = cls(DensityModel.from_state(fields.any("rows"), version), fields.take("seed", int, low=0))
            transport, blind_scores = (fields.any(name, default=None) for name in ("transport", "blind_scores"))
            plans = fields.list("plans", (dict,), default=[])
        counts = made.rows.cells.strata_counts
        shape = counts.shape[:2]
        if transport is not None:
            made.transport = StratifiedTransport.from_state(transport, version)
            made.transport.check_fits(counts.shape)
        if blind_scores is not None:
            multipliers, mean_shares = (_of_shape(values, (counts.shape[2], *shape)) for values in blind_scores)
            made.blind_scores = multipliers, mean_shares
        for saved in plans:
            plan = FairPlan.from_state(saved["plan"], version)
            if plan.shape != shape or len(plan.wanted) not in (1, counts.shape[2]):
                raise ValueError(f"it has a plan for {plan.shape} classes and groups, expected {shape}")
            made.plans[Wish(**saved["wish"])] = plan, _of_shape(saved["shares"], shape), None, []
        return made


def _of_shape(values, shape):
    if values.shape != shape or values.dtype.kind != "f" or not np.isfinite(values).all():
        raise ValueError(f"it has shares or multipliers of shape {values.shape}, expected numbers of shape {shape}")
    return values
