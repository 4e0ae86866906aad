"""skfairgen evaluate: what a synthetic table is worth."""

import skfairgen
from skfairgen.cli._compare import tell
from skfairgen.cli._parser import add_favorable_argument, add_page_argument, add_seed_argument, add_table_arguments

NAME = "evaluate"
SUMMARY = "what is a synthetic table worth? anybody's will do"
DESCRIPTION = """\
Say what a synthetic table is worth on four axes: fairness, utility, fidelity, privacy. It is
compared with the real rows that it was made from (--train), and with real rows that its maker
has not seen (--test). It may come from any program."""
EXAMPLE = """\
  skfairgen evaluate --train loans.csv --test held_out.csv --synthetic rows.parquet --target paid --sensitive sex"""


def add_arguments(parser):
    parser.add_argument("--train", required=True, metavar="TABLE", help="the real rows that it was made from")
    parser.add_argument("--test", required=True, metavar="TABLE", help="real rows that its maker has not seen")
    parser.add_argument("--synthetic", required=True, metavar="TABLE", help="the synthetic rows")
    add_table_arguments(parser)
    add_favorable_argument(parser)
    add_page_argument(parser)
    add_seed_argument(parser)


def run(options):
    from skfairgen.cli._tables import check_output, favorable_class, read_labeled  # pandas, which help does not need

    check_output(options.html, options.train, options.test, options.synthetic)
    train = read_labeled(options, options.train)
    test, synthetic = (read_labeled(options, path, like=train[0]) for path in (options.test, options.synthetic))
    evaluation = skfairgen.evaluate(
        synthetic,
        *train,
        *test,
        sensitive_columns=options.sensitive,
        pos_label=favorable_class(train[1], options.favorable),
        random_state=options.seed,
        verbose=1,
    )
    tell(evaluation, options.html)
