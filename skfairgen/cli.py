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
    demo = commands.add_parser("demo", help="repair a real table and print what changed", description=_DEMO)
    demo.add_argument("--seed", type=_seed, default=0, help="of folds, generator and intervals (default: 0)")
    demo.add_argument(
        "--sensitive",
        nargs="+",
        choices=SENSITIVE_COLUMNS,
        default=["race"],
        metavar="COLUMN",
        help="columns whose values make the groups: race, sex, or both (default: race)",
    )
    return parser


_DEMO = (
    "Train a classifier on the 1990 Boston mortgage applications, then on the same rows plus the synthetic ones that "
    "make every group's approval rate equal, and compare the two on held-out real rows. Takes about half a minute."
)


def _seed(word):
    if not word.isdecimal() or int(word) >= 2**32:
        raise argparse.ArgumentTypeError(f"{word!r} is not an integer from 0 to {2**32 - 1}")
    return int(word)


def _demo(options):
    # the first line comes before the slow imports
    print(f"skfairgen {__version__}: the 1990 Boston mortgage applications, before and after repair\n", flush=True)
    from skfairgen._demo import compare_on_mortgages, describe

    try:
        comparison = compare_on_mortgages(list(dict.fromkeys(options.sensitive)), seed=options.seed)
    except ImportError as error:
        print(error)
        return 1
    print(describe(comparison))
    return 0
