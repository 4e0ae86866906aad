"""Classes and cells by the words of the command line: "1", or "1,female,black"."""


def cells_by_name(generator):
    """Return the classes, and the (class, group) pairs, of a generator by their names; a missing value is "missing"."""
    classes = [] if generator.classes_ is None else generator.classes_.tolist()
    named = {str(label): label for label in classes}
    return named | {
        f"{label},{group_name(group)}": (label, group) for label in classes for group in generator.groups_ or []
    }


def group_name(group):
    """Return the name of a group: its values with commas between them."""
    values = group if isinstance(group, tuple) else (group,)
    return ",".join("missing" if value is None else str(value) for value in values)


def wanted_cells(words, generator):
    """Return the rows of each cell that words such as "1,female=500" ask for.

    Raises
    ------
    ValueError
        If there is no such cell, or no number.
    """
    named = cells_by_name(generator)
    wanted = {}
    for word in words:
        name, _, number = word.rpartition("=")
        if not number.isdecimal():
            raise ValueError(f"--cells {word!r} has no number of rows: write CLASS=ROWS or CLASS,GROUP=ROWS.")
        if name not in named:
            raise ValueError(f"--cells names {name!r}; there are {'; '.join(list(named)[:20])}.")
        wanted[named[name]] = int(number)
    return wanted
