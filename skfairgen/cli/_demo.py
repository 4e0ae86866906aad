"""skfairgen demo: the first minute; what weights and fair rows do to a model of a real table."""

import skfairgen
from skfairgen.cli._compare import boosting, tell
from skfairgen.cli._parser import add_favorable_argument, add_page_argument, add_seed_argument
from skfairgen.cli._terminal import say, show

NAME = "demo"
SUMMARY = "does a remedy help? try it on a real table"
DESCRIPTION = """\
Train a classifier on the 1990 Boston mortgage applications as they are, with class x group
weights, and with fair rows added. Compare the three on held-out real rows, where the classifier
sees the groups and where it does not. Takes a minute or two. Give --csv, --target and
--sensitive for your own table; "skfairgen compare" tries more remedies on it."""
EXAMPLE = """\
  skfairgen demo --sensitive race sex
  skfairgen demo --csv loans.csv --target paid --sensitive sex"""
REMEDIES = ["class x group weights", "fair rows added"]
SENSITIVE_COLUMNS = ("race", "sex")
N_FOLDS = 3


def add_arguments(parser):
    parser.add_argument(
        "--sensitive",
        nargs="+",
        default=["race"],
        metavar="COLUMN",
        help="columns whose values make the groups; of the mortgages race, sex, or both (default: race)",
    )
    parser.add_argument("--csv", metavar="FILE", help="your table, CSV or parquet, in place of the mortgages")
    parser.add_argument("--target", metavar="COLUMN", help="the column of your table to predict")
    add_favorable_argument(parser)
    add_page_argument(parser, default="skfairgen-demo.html")
    add_seed_argument(parser)
    parser.set_defaults(dtypes=None)


def run(options):
    if (options.csv is None) != (options.target is None):
        raise ValueError("Give both --csv and --target, or neither of them for the mortgages.")
    if options.csv is None and not set(options.sensitive) <= set(SENSITIVE_COLUMNS):
        raise ValueError(
            f"The mortgages have the sensitive columns race and sex, found {', '.join(options.sensitive)}."
        )
    # the first line comes before the slow imports
    say(f"skfairgen {skfairgen.__version__}: does a remedy help, on rows that the model has not seen?")
    from skfairgen.cli._tables import check_output, favorable_class, read_labeled

    check_output(options.html, options.csv)
    sensitive = list(dict.fromkeys(options.sensitive))
    if options.csv is None:
        X, y = skfairgen.datasets.load_mortgages(return_X_y=True)
    else:
        X, y = read_labeled(options, options.csv)
    favorable = favorable_class(y, options.favorable)
    what = "Boston mortgage applications of 1990, approved" if options.csv is None else f"rows, {y.name} = {favorable}"
    rates = (y == favorable).groupby([X[name].astype(object) for name in sensitive], dropna=False).mean()
    show(f"{len(X):,} {what}, by group: {', '.join(f'{_name(group)} {rate:.1%}' for group, rate in rates.items())}\n")
    comparison = skfairgen.compare(
        boosting(),
        X,
        y,
        sensitive_columns=sensitive,
        remedies=REMEDIES,
        cv=N_FOLDS,
        pos_label=favorable,
        random_state=options.seed,
        verbose=1,
    )
    tell(comparison, options.html)


def _name(group):
    values = group if isinstance(group, tuple) else (group,)
    return " ".join("missing" if value != value or value is None else str(value) for value in values)
