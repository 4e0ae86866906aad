"""The rule that picks a remedy, on made figures."""

import numpy as np
import pytest

from skfairgen.report import Remedy
from skfairgen.report._paired_bootstrap import PairedDraws
from skfairgen.report._remedies import REMEDIES
from skfairgen.report._rule import judge, verdict_in_words

SCORING = "demographic_parity_ratio"
NOISE = np.random.default_rng(0).normal(0, 0.02, 1_000)


def paired_of(**models):
    """Make figures of models: ratio, accuracy, balanced accuracy; each model's draws are its own noise around them."""
    models = {"as it is": (0.6, 0.85, 0.8)} | {name.replace("_", " "): figures for name, figures in models.items()}
    names = (SCORING, "accuracy", "balanced_accuracy")
    values = {name: dict(zip(names, figures, strict=True)) for name, figures in models.items()}
    draws = {
        name: {
            figure: value + (0 if name == "as it is" else np.roll(NOISE, 37 * place)) for figure, value in said.items()
        }
        for place, (name, said) in enumerate(values.items())
    }
    return PairedDraws(values, draws)


def verdict_on(is_unequal=True, free=(), **models):
    remedies = [Remedy(name.replace("_", " "), is_free=name in free) for name in models]
    paired = paired_of(**models)
    verdict = judge(paired, remedies, SCORING, 0.02, 2, is_unequal)
    return verdict, verdict_in_words(verdict, paired, SCORING, "Here")


def test_the_largest_gain_is_recommended():
    verdict, said = verdict_on(small=(0.75, 0.85, 0.8), large=(0.9, 0.84, 0.8))
    assert verdict.best == "large"
    assert "“large” (demographic parity ratio +0.30, accuracy -0.010" in said
    assert "“small”" in said


def test_a_gain_within_chance_is_none():
    verdict, said = verdict_on(lucky=(0.62, 0.85, 0.8))
    assert verdict.best is None
    assert "nothing helps beyond chance" in said


def test_a_remedy_that_costs_too_much_accuracy_is_named_but_not_recommended():
    verdict, said = verdict_on(dear=(0.95, 0.80, 0.75), cheap=(0.75, 0.85, 0.8))
    assert verdict.best == "cheap"
    assert "More is possible at a higher price: “dear”" in said


def test_a_constant_answer_is_not_recommended():
    verdict, said = verdict_on(constant=(1.0, 0.84, 0.5))
    assert verdict.best is None
    assert "costs too much" in said


@pytest.mark.parametrize(("ratio", "best"), [(0.89, "weights"), (0.75, "rows")])
def test_what_costs_nothing_wins_where_it_does_as_well(ratio, best):
    verdict, said = verdict_on(free=["weights"], rows=(0.9, 0.85, 0.8), weights=(ratio, 0.85, 0.8))
    assert verdict.best == best
    assert ("costs nothing" in said) == (best == "weights")


def test_what_costs_nothing_must_do_as_well_as_each_that_helps():
    """The largest gain is a noisy one: weights are as good as it, and worse than the rows beyond chance."""
    paired = paired_of(noisy=(0.92, 0.85, 0.8), rows=(0.9, 0.85, 0.8), weights=(0.75, 0.85, 0.8))
    draws = paired.draws["noisy"][SCORING]
    draws += np.random.default_rng(1).normal(0, 0.1, len(draws))
    remedies = [Remedy("noisy"), Remedy("rows"), Remedy("weights", is_free=True)]
    assert judge(paired, remedies, SCORING, 0.02, 2, True).best == "noisy"
    without_rows = [remedy for remedy in remedies if remedy.name != "rows"]
    assert judge(paired, without_rows, SCORING, 0.02, 2, True).best == "weights"


def test_nothing_is_recommended_where_the_groups_are_treated_alike():
    verdict, said = verdict_on(is_unequal=False, large=(0.9, 0.85, 0.8))
    assert verdict.best is None
    assert "no more unequally than chance" in said


@pytest.mark.parametrize("sees", [True, False])
def test_rows_for_a_model_that_does_not_see_the_group_say_how_to_get_them(sees):
    paired = paired_of(fair_rows_added=(0.95, 0.85, 0.8))
    added = next(remedy for remedy in REMEDIES if remedy.name == "fair rows added")
    verdict = judge(paired, [added], SCORING, 0.02, 2, True, sees=sees)
    said = verdict_in_words(verdict, paired, SCORING, "Here")
    assert ("sensitive_at_prediction=False" in said) is not sees


def test_what_needs_the_group_says_so():
    paired = paired_of(thresholds=(0.95, 0.85, 0.8))
    verdict = judge(paired, [Remedy("thresholds", needs_group=True)], SCORING, 0.02, 2, True)
    assert "has to know the group" in verdict_in_words(verdict, paired, SCORING, "Here")
