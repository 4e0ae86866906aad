"""skfairgen distill: from a generator to a small one to give away."""

import skfairgen
from skfairgen.cli._parser import add_seed_argument
from skfairgen.cli._terminal import say

NAME = "distill"
SUMMARY = "make a small generator to give away"
DESCRIPTION = """\
Distill a generator into a small one that draws the same rows. It needs no data. Its file names
no category, and no group, that fewer than 5 rows held, and not the outermost numbers of a
column. That is not anonymity: see the page "Publish a table" of the documentation."""
EXAMPLE = "  skfairgen distill loans.skfairgen -o small.skfairgen"


def add_arguments(parser):
    parser.add_argument("generator", metavar="GENERATOR", help="its file; - is the standard input")
    parser.add_argument(
        "--size", type=float, default=0.2, metavar="SHARE", help="share of its parameters to keep (default: 0.2)"
    )
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="the small one; - is the standard output")
    add_seed_argument(parser)


def run(options):
    from skfairgen.cli._model_file import read_model  # torch, which help does not need
    from skfairgen.cli._tables import binary_output, check_output

    check_output(options.output, options.generator)
    teacher, _ = read_model(options.generator)
    student = skfairgen.distill(teacher, size=options.size, random_state=options.seed, verbose=1)
    with binary_output(options.output) as file:
        account = skfairgen.save(student, file)
    for column, coarsened in account.itertuples(index=False):
        say(f"{column}: {coarsened}.")
    whole = getattr(teacher, "generator_", teacher)
    say(f"{options.output} has {student.n_parameters_:,} parameters in the place of {whole.n_parameters_:,}.")
