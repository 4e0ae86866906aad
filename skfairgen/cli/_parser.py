"""The words of the command line: what all commands share."""

from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter

EXAMPLES = """\
a first hour:
  skfairgen demo                                                       does a remedy help? on a real table
  skfairgen compare loans.csv --target paid --sensitive sex            ... and on yours
  skfairgen fit loans.csv --target paid --sensitive sex --criterion demographic_parity -o loans.skfairgen
  skfairgen sample loans.skfairgen -n 10000 -o rows.parquet            fair rows to train on
  skfairgen distill loans.skfairgen -o small.skfairgen                 a generator to give away
  skfairgen evaluate --train loans.csv --test held_out.csv --synthetic rows.parquet --target paid --sensitive sex

Tables are CSV (.csv, .csv.gz) or parquet (.parquet); - is the standard input or output, as CSV.
"skfairgen COMMAND --help" tells all of a command."""


def new_parser(version):
    """Return the parser of the program, and where its commands go."""
    parser = ArgumentParser(
        prog="skfairgen",
        description="Fair synthetic rows for tables that treat groups unequally.",
        epilog=EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"skfairgen {version}")
    return parser, parser.add_subparsers(dest="command", metavar="COMMAND")


def add_command(commands, module):
    """Add the command of a module: its NAME, SUMMARY, DESCRIPTION and EXAMPLE, ``add_arguments`` and ``run``."""
    parser = commands.add_parser(
        module.NAME,
        help=module.SUMMARY,
        description=module.DESCRIPTION,
        epilog=f"example:\n{module.EXAMPLE}",
        formatter_class=RawDescriptionHelpFormatter,
    )
    module.add_arguments(parser)
    parser.add_argument("--debug", action="store_true", help="show where an error comes from")
    parser.set_defaults(run=module.run)


def add_table_arguments(parser, *, needs_groups=True):
    """Add what says how a labeled table is read."""
    needed = "" if needs_groups else " (default: none)"
    parser.add_argument(
        "--target", metavar="COLUMN", required=needs_groups, help=f"the column of the classes to predict{needed}"
    )
    parser.add_argument(
        "--sensitive",
        nargs="+",
        default=[],
        required=needs_groups,
        metavar="COLUMN",
        help=f"columns whose values make the groups{needed}",
    )
    parser.add_argument(
        "--dtypes",
        metavar="FILE",
        help='JSON of columns to pandas dtypes, such as {"zip": "str", "age": "Int64"}; others are inferred',
    )


def add_favorable_argument(parser):
    parser.add_argument("--favorable", metavar="CLASS", help="the class that people want (default: 1, or the last)")


def add_page_argument(parser, default=None):
    parser.add_argument("--html", metavar="FILE", default=default, help="write a page with all figures and a picture")


def add_seed_argument(parser):
    parser.add_argument(
        "--seed", type=_seed, default=0, metavar="N", help="the same seed gives the same result (default: 0)"
    )


def count(word):
    """Read a number of rows or of repetitions."""
    plain = word.replace("_", "").replace(",", "")
    if not plain.isdecimal() or int(plain) < 1:
        raise ArgumentTypeError(f"{word!r} is not a whole number above 0")
    return int(plain)


def _seed(word):
    if not word.isdecimal() or int(word) >= 2**32:
        raise ArgumentTypeError(f"{word!r} is not an integer from 0 to {2**32 - 1}")
    return int(word)
