"""What regressions expect of rows that are drawn column by column."""

from itertools import accumulate

import torch
from torch import Tensor

from skfairgen.nn.table._column_skip import ColumnSkip


class RunningMeans:
    """The means of the columns that have scores, in rows that are drawn column by column.

    Parameters
    ----------
    skip : ColumnSkip
        Whose effects they sum.
    values : Tensor of shape (B, S), int64
        What is given of each row.
    """

    def __init__(self, skip: ColumnSkip, values: Tensor) -> None:
        is_scored = torch.tensor(skip.scored, dtype=torch.bool, device=values.device)
        self._ranks: list[int] = [0, *accumulate(map(int, skip.scored))]
        self._offsets: list[int] = skip.offsets.tolist()[skip.n_given :]
        self._effects: Tensor = skip.effects[:, is_scored].T.contiguous()
        self._means: Tensor = skip.means(values)[:, is_scored].T.contiguous()

    def of(self, place: int) -> Tensor:
        """Return the mean of a column that has scores, shape (B,)."""
        return self._means[self._ranks[place]]

    def add(self, place: int, tokens: Tensor) -> None:
        """Add the effects of what is seen of a column, shape (B,), to the means of those after it."""
        later = slice(self._ranks[place + 1], None)
        self._means[later] += self._effects[later, self._offsets[place] :].index_select(1, tokens)
