"""The command line."""

import argparse
from collections.abc import Sequence

from skfairgen import __version__

SENSITIVE_COLUMNS = ("race", "sex")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command of ``skfairgen``.

    Parameters
    ----------
    arguments : list of str or None, default=None
        Words after the program's name; None takes those of the command line.

    Returns
    -------
    int
        Exit status: 0, or 1 when a package that the command needs is not installed.

    Raises
    ------
    SystemExit
        If the words are not understood (status 2), or ask for help or the version (status 0).

    Examples
    --------
    >>> from skfairgen.cli import main
    >>> main([])
    usage: skfairgen ...
    0
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 0
    return _demo(options)


def _parser():
    parser = argparse.ArgumentParser(prog="skfairgen", description="Fair synthetic rows for unequal tables.")
    parser.add_argument("--version", action="version", version=f"skfairgen {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="command")
    demo = commands.add_parser("demo", help="try remedies on a real table, or on yours", description=_DEMO)
    demo.add_argument("--seed", type=_seed, default=0, help="of folds, generator and intervals (default: 0)")
    demo.add_argument(
        "--sensitive",
        nargs="+",
        default=["race"],
        metavar="COLUMN",
        help="columns whose values make the groups; of the mortgages race, sex, or both (default: race)",
    )
    demo.add_argument("--csv", metavar="FILE", help="your table, in place of the mortgages")
    demo.add_argument("--target", metavar="COLUMN", help="the column of your table to predict, of two classes")
    demo.add_argument("--favorable", metavar="CLASS", help="the class that people want (default: the last in order)")
    demo.add_argument(
        "--page", metavar="FILE", default="skfairgen-demo.html", help="the page to write (default: %(default)s)"
    )
    return parser


_DEMO = (
    "Train a classifier on a real table as it is, with class x group weights, and with fair rows added; compare the "
    "three on held-out real rows, where the classifier sees the groups and where it does not. Takes under a minute on "
    "the 1990 Boston mortgage applications; give --csv, --target and --sensitive for your own table."
)


def _seed(word):
    if not word.isdecimal() or int(word) >= 2**32:
        raise argparse.ArgumentTypeError(f"{word!r} is not an integer from 0 to {2**32 - 1}")
    return int(word)


def _demo(options):
    if (options.csv is None) != (options.target is None):
        print("Give both --csv and --target, or neither of them for the mortgages.")
        return 1
    if options.csv is None and not set(options.sensitive) <= set(SENSITIVE_COLUMNS):
        print(f"The mortgages have the sensitive columns {' and '.join(SENSITIVE_COLUMNS)}, found {options.sensitive}.")
        return 1
    # the first line comes before the slow imports
    print(f"skfairgen {__version__}: does a remedy help, on rows that the model has not seen?\n", flush=True)
    from skfairgen import _demo

    sensitive = list(dict.fromkeys(options.sensitive))
    try:
        if options.csv is None:
            table = _demo.read_mortgages(sensitive)
        else:
            table = _demo.read_csv(options.csv, options.target, sensitive, options.favorable)
        print(f"{table.found}\n", flush=True)
        print(_demo.run(table, seed=options.seed, page=options.page))
    except (ImportError, OSError, ValueError) as error:
        print(error)
        return 1
    return 0
