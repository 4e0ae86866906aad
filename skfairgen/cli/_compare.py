"""skfairgen compare: what each remedy does to a model of your table, on held-out rows."""

import skfairgen
from skfairgen.cli._parser import (
    add_favorable_argument,
    add_page_argument,
    add_seed_argument,
    add_table_arguments,
    count,
)
from skfairgen.cli._terminal import show

NAME = "compare"
SUMMARY = "does a remedy make a model of your table fairer?"
DESCRIPTION = """\
Train gradient boosting on your table as it is, and once for each remedy. Judge every model on
held-out real rows, where it sees the sensitive columns and where it does not. Say which remedy
to take, if one helps beyond chance."""
EXAMPLE = "  skfairgen compare loans.csv --target paid --sensitive sex --html loans.html"
REMEDIES = (
    "class x group weights",
    "random copies",
    "SMOTENC",
    "fair rows added",
    "fair rows instead",
    "group thresholds",
)
SCORES = ("demographic_parity_ratio", "equalized_odds_ratio", "equal_opportunity_ratio")


def add_arguments(parser):
    parser.add_argument("table", metavar="TABLE", help="CSV or parquet file; - is the standard input")
    add_table_arguments(parser)
    add_favorable_argument(parser)
    parser.add_argument(
        "--remedies", nargs="+", choices=REMEDIES, metavar="REMEDY", help=f"some of: {', '.join(REMEDIES)}"
    )
    parser.add_argument("--scoring", choices=SCORES, default=SCORES[0], help="what is to be 1 (default: %(default)s)")
    parser.add_argument(
        "--max-accuracy-loss", type=float, default=0.02, metavar="SHARE", help="what a remedy may cost (default: 0.02)"
    )
    parser.add_argument("--folds", type=count, default=5, metavar="N", help="each is held out once (default: 5)")
    parser.add_argument("--repeats", type=count, default=1, metavar="N", help="ways to cut the folds (default: 1)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes (default: 1)")
    add_page_argument(parser)
    add_seed_argument(parser)


def run(options):
    from skfairgen.cli._tables import check_output, favorable_class, read_labeled  # pandas, which help does not need

    check_output(options.html, options.table)
    X, y = read_labeled(options, options.table)
    comparison = skfairgen.compare(
        boosting(),
        X,
        y,
        sensitive_columns=options.sensitive,
        remedies=options.remedies or "auto",
        cv=options.folds,
        n_repeats=options.repeats,
        scoring=options.scoring,
        max_accuracy_loss=options.max_accuracy_loss,
        pos_label=favorable_class(y, options.favorable),
        random_state=options.seed,
        n_jobs=options.jobs,
        verbose=1,
    )
    tell(comparison, options.html)


def boosting():
    """Return the model that remedies are tried on."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(random_state=0)


def tell(account, page):
    """Write the summary of a comparison or an evaluation to the standard output, and its page where one is named."""
    from skfairgen.cli._tables import binary_output

    show(account.summary())
    if page is not None:
        contents = account.to_html()
        with binary_output(page) as file:
            file.write(contents.encode())
        show(f"\nThe picture, and all figures, are in {page}: open it in a browser.")
