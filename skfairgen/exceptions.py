"""The typed warnings of the package: filter them, or turn them into errors, by class."""


class SkfairgenWarning(UserWarning):
    """Base of every warning this package emits."""


class SmallGroupWarning(SkfairgenWarning):
    """A group, a class or a cell has too few rows for what was asked of it; the message names it."""


class LeakageWarning(SkfairgenWarning):
    """Something that should hide the sensitive columns, or hold no record, still reveals them."""


class CollapseWarning(SkfairgenWarning):
    """A code, or decisions that obey a criterion, keep little of what the rows tell, or do not obey it."""


class WarmStartWarning(SkfairgenWarning):
    """A fit with ``warm_start=True`` could not go on from the last one and started over."""


class TrainingBudgetWarning(SkfairgenWarning):
    """Training stopped at its time or epoch budget before it had converged."""


class TextColumnWarning(SkfairgenWarning):
    """A column of text reads as numbers or dates, or holds no known category; the message says how to turn it."""
