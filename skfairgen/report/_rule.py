"""The stated rule that picks a remedy, and the sentences that say what it found."""

from dataclasses import dataclass

import numpy as np

from skfairgen.report._paired_bootstrap import simultaneous_lows
from skfairgen.report._remedies import AS_IT_IS

_PRICES = ("accuracy", "balanced_accuracy")


@dataclass(frozen=True)
class Verdict:
    """What the rule says of the remedies of one set of features.

    Attributes
    ----------
    best : str or None
        The recommended remedy; None where nothing helps beyond chance at the allowed price.
    beyond_chance : list of str
        Remedies whose gain is beyond chance, largest gain first.
    too_dear : list of str
        Those of them that lose too much accuracy, or the power to tell the classes apart.
    instead_of : str or None
        The remedy of the largest gain, where `best` is another one: `best` costs nothing, and its gain is not smaller
        beyond chance.
    is_unequal : bool
        Whether the model as it is treats the groups unequally beyond chance.
    note : str
        What has to be known of `best`, in a sentence.
    """

    best: str | None
    beyond_chance: list
    too_dear: list
    instead_of: str | None = None
    is_unequal: bool = True
    note: str = ""


def rule_in_words(scoring, max_accuracy_loss):
    """Return the rule as one paragraph."""
    return (
        "Rule: where the model as it is treats the groups unequally beyond chance (5 %, that in training included), "
        f"a remedy helps if its gain in the {words_of(scoring)} is beyond chance (a 95 % interval that holds for "
        f"all remedies at once lies above 0), if accuracy falls by at most {max_accuracy_loss:g}, and if balanced "
        "accuracy keeps at least half of what it has over guessing. Of those that help, the one with the largest gain "
        "is recommended. If one that costs nothing does as well as each of them, within chance, it is recommended."
    )


def judge(paired, remedies, scoring, max_accuracy_loss, n_classes, is_unequal, sees=True):
    """Apply the rule.

    Parameters
    ----------
    paired : PairedDraws
        Whose models are the remedies of one set of features.
    remedies : list of Remedy
        Those that ran, without "as it is".
    scoring : str
    max_accuracy_loss : float
    n_classes : int
    is_unequal : bool
        Whether the model as it is treats the groups unequally beyond chance.
    sees : bool, default=True
        Whether it sees the sensitive columns.

    Returns
    -------
    Verdict
    """
    if not is_unequal:
        return Verdict(None, [], [], is_unequal=False)
    changes = {remedy.name: paired.change(AS_IT_IS, remedy.name, scoring) for remedy in remedies}
    free, notes = {r.name for r in remedies if r.is_free}, {r.name: _note(r, sees) for r in remedies}
    changes = {name: change for name, change in changes.items() if np.isfinite(change[0])}
    if not changes:
        return Verdict(None, [], [])
    lows = simultaneous_lows(
        [value for value, _ in changes.values()], np.stack([drawn for _, drawn in changes.values()])
    )
    helping = [name for name, low in zip(changes, lows, strict=True) if low > 0]
    helping.sort(key=lambda name: -changes[name][0])
    too_dear = [name for name in helping if _is_too_dear(paired, name, max_accuracy_loss, n_classes)]
    cheap = [name for name in helping if name not in too_dear]
    if not cheap:
        return Verdict(None, helping, too_dear)
    best = cheap[0]
    for name in cheap:
        if name in free and all(_does_as_well(paired, other, name, scoring) for other in cheap):
            return Verdict(name, helping, too_dear, instead_of=None if name == best else best, note=notes[name])
    return Verdict(best, helping, too_dear, note=notes[best])


def verdict_in_words(verdict, paired, scoring, seeing):
    """Return the verdict on one set of features as a few sentences; `seeing` says which."""
    if np.isnan(paired.values[AS_IT_IS][scoring]):
        return f"{seeing}: it selects nobody of any group, so the {words_of(scoring)} is undefined."
    if not verdict.is_unequal:
        return f"{seeing}: it treats the groups no more unequally than chance explains, so nothing is recommended."
    if not verdict.beyond_chance:
        return f"{seeing}: nothing helps beyond chance. Keep the model as it is, or bring more rows."
    dear = [_with_price(paired, name, scoring) for name in verdict.too_dear]
    if verdict.best is None:
        return f"{seeing}: nothing is recommended. What helps costs too much: {'; '.join(dear)}."
    said = [f"{seeing}: {_with_price(paired, verdict.best, scoring)} is recommended."]
    if verdict.instead_of is not None:
        said.append(
            f"It does as well as {_with_price(paired, verdict.instead_of, scoring)}, within chance, and costs nothing."
        )
    if verdict.note:
        said.append(verdict.note)
    others = [
        f"“{name}”"
        for name in verdict.beyond_chance
        if name not in (*verdict.too_dear, verdict.best, verdict.instead_of)
    ]
    if others:
        said.append(f"Of help beyond chance too: {', '.join(others)}.")
    larger = [name for name in verdict.too_dear if paired.values[name][scoring] > paired.values[verdict.best][scoring]]
    if larger:
        said.append(f"More is possible at a higher price: {_with_price(paired, larger[0], scoring)}.")
    return " ".join(said)


def words_of(figure):
    """Return the name of a figure in words."""
    return figure.replace("roc_auc", "ROC-AUC").replace("_", " ")


def _note(remedy, sees):
    if remedy.needs_group:
        return "It has to know the group of every row it decides on, and sets each group its own threshold."
    return "" if sees else remedy.blind_note


def _is_too_dear(paired, name, max_accuracy_loss, n_classes):
    lost, _ = paired.change(AS_IT_IS, name, "accuracy")
    before, after = (paired.values[model]["balanced_accuracy"] - 1 / n_classes for model in (AS_IT_IS, name))
    return -lost > max_accuracy_loss or after < before / 2


def _does_as_well(paired, best, other, scoring):
    _, drawn = paired.change(other, best, scoring)
    return np.nanquantile(drawn, 0.025) <= 0


def _with_price(paired, name, scoring):
    gain, _ = paired.change(AS_IT_IS, name, scoring)
    prices = [f"{words_of(figure)} {paired.change(AS_IT_IS, name, figure)[0]:+.3f}" for figure in _PRICES]
    return f"“{name}” ({words_of(scoring)} {gain:+.2f}, {', '.join(prices)})"
