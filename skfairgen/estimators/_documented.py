"""Where the HTML repr of an estimator links to."""

SITE = "https://skfairgen.readthedocs.io/en/stable"


class Documented:
    """Mixin before BaseEstimator: the repr in notebooks links to the pages of this package.

    With the link, scikit-learn's repr also shows the description of each parameter and fitted attribute.
    """

    _doc_link_module = "skfairgen"
    _doc_link_template = f"{SITE}/generated/skfairgen.{{estimator_name}}.html"
