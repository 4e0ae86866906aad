"""skfairgen fit: learn a table, and write what was learned to a file."""

import skfairgen
from skfairgen.cli._parser import add_seed_argument, add_table_arguments, count
from skfairgen.cli._terminal import say

NAME = "fit"
SUMMARY = "learn a table; write a generator of rows"
DESCRIPTION = """\
Learn a table, and write a generator that draws rows of any class and group. Without --criterion
the rows are a faithful copy. With one, the rows are labeled so that a model that is trained on
them keeps its promise:
  demographic_parity  it selects the same share of every group
  equalized_odds      it has the same true and false positive rates in every group
  equal_opportunity   it has the same true positive rates in every group
  balanced_cells      of the rows only: classes are independent of the group
The file holds no row, but names and numbers of the table. To give it away, see "skfairgen
distill"."""
EXAMPLE = "  skfairgen fit loans.csv --target paid --sensitive sex --criterion demographic_parity -o loans.skfairgen"
CRITERIA = ("demographic_parity", "equalized_odds", "equal_opportunity", "balanced_cells")
LABEL_DRAWS = ("auto", "sharpen", "decide", "sample", "minimal")


def add_arguments(parser):
    parser.add_argument("table", metavar="TABLE", help="CSV or parquet file; - is the standard input")
    add_table_arguments(parser, needs_groups=False)
    parser.add_argument("--criterion", choices=CRITERIA, help="what a model trained on the rows is to keep")
    parser.add_argument(
        "--label-draw", choices=LABEL_DRAWS, default="auto", help='how rows are labeled; "sample" to publish them'
    )
    parser.add_argument(
        "--strength", type=float, default=1.0, metavar="SHARE", help="share of the gap to remove (default: 1)"
    )
    parser.add_argument(
        "--blind", action="store_true", help="the model that is trained on the rows will not see the sensitive columns"
    )
    parser.add_argument(
        "--legitimate", nargs="+", metavar="COLUMN", help="columns that may explain a difference between the groups"
    )
    parser.add_argument(
        "--epochs", type=count, default=14, metavar="N", help="passes over the rows at most (default: 14)"
    )
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="the generator; - is the standard output")
    add_seed_argument(parser)


def run(options):
    from skfairgen.cli._tables import binary_output, check_output, read_labeled  # pandas, which help does not need

    check_output(options.output, options.table)
    X, y = read_labeled(options, options.table)
    generator = skfairgen.FairGenerator(
        options.sensitive or None,
        criterion=options.criterion,
        strength=options.strength,
        label_draw=options.label_draw,
        sensitive_at_prediction=not options.blind,
        legitimate_columns=options.legitimate,
        max_epochs=options.epochs,
        random_state=options.seed,
        verbose=1,
    )
    generator.fit(X, y)
    with binary_output(options.output) as file:
        skfairgen.save(generator, file)
    say(f"The generator is in {options.output}: draw from it with skfairgen sample.")
