"""Write the golden files again, when what estimators draw is meant to change. Run: python tests/golden/make.py"""

import sys

from golden_cases import CASES, FOLDER, as_text, drawn, fitted

from skfairgen import save


def main(names):
    FOLDER.mkdir(exist_ok=True)
    for name in names or CASES:
        estimator = fitted(name)
        if hasattr(estimator, "resampled"):
            as_text(estimator.resampled[0]).to_csv(FOLDER / f"{name}.resampled.csv.gz", index=False)
            del estimator.resampled
        as_text(drawn(estimator)).to_csv(FOLDER / f"{name}.csv.gz", index=False)
        save(estimator, FOLDER / f"{name}.skfairgen", private_export=False)


if __name__ == "__main__":
    main(sys.argv[1:])
