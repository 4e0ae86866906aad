"""Things that belong to the rows of X have one entry a row."""


def check_lengths(n_rows: int, **lengths: int) -> None:
    """Raise ValueError if something that belongs to `n_rows` rows of X has another length; its name is the keyword."""
    for name, length in lengths.items():
        if length != n_rows:
            raise ValueError(
                f"Found input variables with inconsistent numbers of samples: X has {n_rows:,} rows, {name} "
                f"{length:,}. Pass {name} of the very rows of X."
            )
