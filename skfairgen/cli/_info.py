"""skfairgen info: what a file is, and what it holds of the data."""

from skfairgen.cli._cells import cells_by_name, group_name
from skfairgen.cli._terminal import show

NAME = "info"
SUMMARY = "what a file is, and what it holds of the data"
DESCRIPTION = "Tell the kind of a file, its columns, groups and cells, what it holds of the data, and who wrote it."
EXAMPLE = "  skfairgen info loans.skfairgen"
HOLDS = {
    True: "No row. Names of categories and groups that at least 5 rows held; quantiles of numeric columns, without the "
    "outermost 5 rows; class labels and numbers of rows of cells likewise.",
    False: "No row. Names of all categories and groups, rare ones included; quantiles and ends of numeric columns; all "
    "class labels; the number of rows of each cell. To give a generator away, distill it.",
}


def add_arguments(parser):
    parser.add_argument("file", metavar="FILE", help="a file of skfairgen; - is the standard input")


def run(options):
    from skfairgen.cli._model_file import read_model  # torch, which help does not need

    model, manifest = read_model(options.file)
    generator = getattr(model, "generator_", model)
    show(f"kind: {manifest['class']}, {generator.n_parameters_:,} parameters")
    if getattr(generator, "criterion", None) is not None:
        strength = f", strength {generator.strength:g}" if hasattr(generator, "strength") else ""
        show(f"criterion: {generator.criterion}{strength}")
    show(f"columns: {_columns(generator)}")
    if generator.classes_ is not None:
        show(f"classes: {', '.join(map(str, generator.classes_))}")
    if generator.groups_ is not None:
        show(f"groups: {'; '.join(map(group_name, generator.groups_))}")
    counts = getattr(generator, "cell_counts_", None)
    if counts is not None:
        show("rows of each cell, for skfairgen sample --cells:")
        named = {cell: name for name, cell in cells_by_name(generator).items()}
        least = generator.codec_.min_category_count if manifest["private_export"] else 0
        for cell, n_rows in counts.items():
            told = f"{n_rows:,}" if n_rows >= least else f"fewer than {least}"
            show(f"  {named.get(cell, group_name(cell))}: {told}")
    show(f"what it holds of the data: {HOLDS[bool(manifest['private_export'])]}")
    show("written by: " + ", ".join(f"{package} {version}" for package, version in manifest["versions"].items()))


def _columns(generator):
    """Return the columns with their dtypes, as a drawn row has them."""
    import pandas as pd

    if not hasattr(generator, "sample"):
        names = getattr(generator, "feature_names_in_", range(generator.n_features_in_))
        return ", ".join(map(str, names))
    X = generator.sample(1, random_state=0)[0]
    if getattr(X, "ndim", 2) != 2:
        return f"none; items of shape {X.shape[1:]}"
    X = pd.DataFrame(X)
    return ", ".join(f"{name} ({dtype})" for name, dtype in X.dtypes.items())
