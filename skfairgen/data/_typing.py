"""What public signatures call a table and its columns."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

Rows: TypeAlias = pd.DataFrame | pd.Series | ArrayLike | Sequence[Any]
"""One value, or one row of values, for each sample."""
Table: TypeAlias = Rows | pd.Index | Mapping[str, Any]
"""One column or several, with or without names."""
Columns: TypeAlias = Hashable | Sequence[Hashable]
"""Labels or positions of columns: one, or a list."""
RandomState: TypeAlias = int | np.random.RandomState | None
"""Seed of random draws; None draws a new one."""
