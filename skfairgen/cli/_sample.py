"""skfairgen sample: draw rows from a generator's file."""

from skfairgen.cli._cells import wanted_cells
from skfairgen.cli._parser import add_seed_argument, count
from skfairgen.cli._terminal import say

NAME = "sample"
SUMMARY = "draw rows from a generator"
DESCRIPTION = """\
Draw synthetic rows from a generator that "skfairgen fit" or "skfairgen distill" wrote. Memory
does not grow with the number of rows. --cells draws of chosen classes and groups instead:
CLASS=ROWS, or CLASS,GROUP=ROWS with a value for each sensitive column; "skfairgen info" lists
them."""
EXAMPLE = """\
  skfairgen sample loans.skfairgen -n 1000000 -o rows.parquet
  skfairgen sample loans.skfairgen --cells 1,female=500 0,male=500 -o - | head"""
BATCH_ROWS = 65_536


def add_arguments(parser):
    parser.add_argument("generator", metavar="GENERATOR", help="its file; - is the standard input")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("-n", "--rows", type=count, metavar="N", help="number of rows")
    what.add_argument("--cells", nargs="+", metavar="CELL=ROWS", help="rows of each class, or class and group")
    parser.add_argument(
        "-o", "--output", default="-", metavar="FILE", help="CSV or parquet (default: -, CSV to stdout)"
    )
    add_seed_argument(parser)


def run(options):
    from skfairgen.cli._model_file import read_generator  # torch, which help does not need
    from skfairgen.cli._tables import check_output, write_table

    check_output(options.output, options.generator, is_table=True)
    generator = read_generator(options.generator)
    if options.cells is None:
        batches = _batches(generator, options.rows, options.seed)
    else:
        cells = wanted_cells(options.cells, generator)
        batches = [_frame(generator.sample(cells=cells, random_state=options.seed))]
    write_table(batches, options.output)


def _batches(generator, n_rows, seed):
    n_drawn = 0
    for drawn in generator.sample_batches(n_rows, BATCH_ROWS, random_state=seed):
        frame = _frame(drawn)
        yield frame
        n_drawn += len(frame)
        if n_rows > BATCH_ROWS:
            say(f"{n_drawn:,} of {n_rows:,} rows drawn")


def _frame(drawn):
    import pandas as pd

    X, y = drawn
    if getattr(X, "ndim", 2) != 2:
        raise ValueError(
            f"The generator draws items of shape {X.shape[1:]}, which no table holds: draw them in Python."
        )
    frame = pd.DataFrame(X)
    if y is None:
        return frame
    return frame.assign(**{str(getattr(y, "name", None) or "target"): y})
