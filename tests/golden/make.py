"""Write what the cases draw again, when what estimators draw is meant to change. Run: python tests/golden/make.py"""

import sys

from golden_cases import CASES, DRAWN, as_text, drawn, fitted


def main(names):
    DRAWN.mkdir(exist_ok=True)
    for name in names or CASES:
        estimator = fitted(name)
        if hasattr(estimator, "resampled"):
            as_text(estimator.resampled[0]).to_csv(DRAWN / f"{name}.resampled.csv.gz", index=False)
        as_text(drawn(estimator)).to_csv(DRAWN / f"{name}.csv.gz", index=False)


if __name__ == "__main__":
    main(sys.argv[1:])
