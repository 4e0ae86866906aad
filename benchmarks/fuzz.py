"""Learn random tables of every dtype and container: rows of the same kind, or one sentence before training.

Run ``python benchmarks/fuzz.py [--examples 1000] [--seed 0]``. Distinct failures are printed with a case each.
"""

import argparse
import collections
import json
import logging

from _random_tables import cases, check
from hypothesis import HealthCheck, Phase, given, seed, settings


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    outcomes, failures = collections.Counter(), {}

    @seed(options.seed)
    @settings(
        max_examples=options.examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases())
    def run(case):
        try:
            outcome = check(case)
        except Exception as error:
            outcome = "failed"
            failures.setdefault(str(error)[:160], case)
        outcomes[outcome if outcome in ("learned", "not made", "failed") else "refused"] += 1

    run()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.info("%s", dict(outcomes))
    for message, case in failures.items():
        logging.info("%s\n    %s", message, json.dumps(case))
    return len(failures)


if __name__ == "__main__":
    raise SystemExit(main() > 0)
