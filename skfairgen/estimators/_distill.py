"""distill: from a fitted generator or encoder to a small one that does the same."""

import time
from collections.abc import Mapping
from copy import copy
from numbers import Integral, Real
from typing import Any, Literal

import pandas as pd
from imblearn.base import BaseSampler
from sklearn.utils.validation import check_is_fitted

from skfairgen._compat import Interval, StrOptions, validate_params
from skfairgen.data import RandomState
from skfairgen.estimators._bad_fits import warn_of_a_far_student
from skfairgen.estimators._distilled_generator import DistilledGenerator, student_drawer
from skfairgen.estimators._fair_generator import FairGenerator
from skfairgen.estimators._fitted import set_fitted
from skfairgen.estimators._generator_fitting import drawer_of
from skfairgen.estimators._table_guards import warn_of_identifiers
from skfairgen.models import CodeModel, distill_code, distill_density, distill_latent
from skfairgen.nn import LatentDensity
from skfairgen.training import DistillationOptions, draw_seed, random_generator, torch_generator

SMALL = 0.2  # of the teacher's parameters
GENERATOR_RATE, ENCODER_RATE, LATENT_RATE = 0.05, 0.02, 0.003
REPAIRED_UTILITY, CODE_UTILITY = 10.0, 1.0
#: what a student takes over from its teacher
KEPT = ("reader_", "classes_", "groups_", "n_features_in_", "feature_names_in_")


@validate_params(
    {
        "teacher": "no_validation",
        "data": [tuple, None],
        "size": [StrOptions({"small"}), Interval(Real, 0, 1, closed="right"), Mapping],
        "quality_weight": [Interval(Real, 0, None, closed="left")],
        "utility_weight": [StrOptions({"auto"}), Interval(Real, 0, None, closed="left")],
        "temperature": [Interval(Real, 0, None, closed="neither")],
        "max_epochs": [Interval(Integral, 1, None, closed="left")],
        "max_seconds": [Interval(Real, 0, None, closed="neither"), None],
        "lr": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    },
    prefer_skip_nested_validation=True,
)
def distill(
    teacher: Any,
    *,
    data: tuple[Any, ...] | None = None,
    size: float | Literal["small"] | Mapping[str, int] = "small",
    quality_weight: float = 1.0,
    utility_weight: float | Literal["auto"] = "auto",
    temperature: float = 1.0,
    max_epochs: int = 12,
    max_seconds: float | None = None,
    lr: float | Literal["auto"] = "auto",
    random_state: RandomState = None,
    verbose: int = 0,
) -> Any:
    r"""Distill a fitted generator or encoder into a small one, from rows that the teacher draws: no data are needed.

    The student is a smaller network of the teacher's kind. Of a generator, it minimizes

    .. math:: w_q \sum_j \mathrm{KL}\bigl(p_T(t_j \mid t_{<j}, y, s) \,\|\, p_S\bigr)
              + w_u \, \mathrm{KL}\bigl(P_T(y \mid t, s) \,\|\, P_S\bigr),

    the quality loss and the utility loss of [1]_, on rows of the teacher. A criterion such as "demographic_parity"
    makes labels after the network has drawn a row, so the conditionals given such a label have no closed form. The
    student then maximizes the likelihood of the labeled rows, with the divergence given the label before as a control
    variate. Either way the student draws labeled rows in one step.

    Of an encoder, the student gives the teacher's codes z from fewer parameters:

    .. math:: w_q \Bigl(\mathrm{KL}\bigl(q_T(z \mid t) \,\|\, q_S(z \mid t)\bigr)
              + \mathcal E(z_T / \sigma, z_S / \sigma)\Bigr)
              + w_u \, \mathrm{KL}\bigl(p(y \mid z_T) \,\|\, p(y \mid z_S)\bigr),

    with :math:`\sigma` the noise of the teacher's code, which makes the first term a squared distance in its unit, and
    :math:`\mathcal E` the energy distance. Decoder and outcome head stay the teacher's.

    A teacher with a code has a student of two parts. A small network draws codes of a class; its quality loss is the
    energy distance to the teacher's codes, its utility loss the divergence of their label distributions. A narrower
    decoder learns what the teacher makes of codes.

    Parameters
    ----------
    teacher : FairGenerator, DistilledGenerator, FairDistillResampler or FairEncoder
        Fitted; of a resampler, its generator is taken.
    data : tuple (X, y) or (X, y, sensitive_features), default=None
        Real rows to compare teacher and student on, in the place of the teacher's. Not where a criterion makes the
        labels after a row is drawn, since real rows have no such labels.
    size : "small", float in (0, 1] or dict, default="small"
        Size of the student: at most this share of the teacher's parameters (of an encoder's, without its decoder),
        "small" being 0.2; or the widths themselves, ``{"embedding_features": 4, "hidden_features": 8}``, and
        ``{"hidden_features": 32}`` for an encoder.
    quality_weight : float, default=1.0
        Weight :math:`w_q` of the conditionals, or of the codes.
    utility_weight : "auto" or float, default="auto"
        Weight :math:`w_u` of the label distributions, which costs a pass over the rows for each class. "auto" is 1.0
        for an encoder; 10.0 for a generator whose labels are repaired after a row is drawn, where it tells the student
        what drawn labels tell only in the mean; and 0.0 for others, whose quality loss is already given the label.
    temperature : float, default=1.0
        Temperature of the quality loss of a generator.
    max_epochs : int, default=12
        Passes over 8,192 rows of the teacher at most (fewer where the teacher was fitted on fewer).
    max_seconds : float, default=None
        Seconds from the call to the end of training at most. Results then depend on the machine.
    lr : "auto" or float, default="auto"
        Largest learning rate; "auto" is 0.05 for a generator, 0.003 for one with a code and 0.02 for an
        encoder.
    random_state : int, RandomState or None, default=None
        Seed.
    verbose : bool or int, default=0
        1 shows a progress bar.

    Returns
    -------
    DistilledGenerator or FairEncoder
        The student. That of an encoder has no ``dependence_``, which only ``FairEncoder(distill=True)`` measures;
        :func:`~skfairgen.metrics.group_leakage` does for the codes of rows at hand.

        ``distillation_report_`` has a row for each generated column (with a code one, "(item)", in nats of a number),
        over all rows (group "(all)") and in each group:
        ``n_rows`` of the teacher it was measured on (never trained on), ``log_loss`` of the student (nats), and ``kl``,
        the divergence from the teacher (nats; NaN where labels are made after a row is drawn). The column "(label)"
        tells the same of the label given the row, and ``class_share_gap``: the largest difference between the class
        shares of the group's rows and those of all rows. Of an encoder it has a row for each component in use and
        group: ``n_rows``, ``kl`` (nats) and ``variance_ratio``, the variance of the student's codes over that of the
        teacher's.

    Raises
    ------
    TypeError
        If the teacher is neither a generator of rows nor an encoder.
    NotFittedError
        If it is not fitted.
    ValueError
        If both weights are 0, a size is unknown, or data do not have the teacher's columns.

    References
    ----------
    .. [1] M. F. Sikder, R. Ramachandranpillai, D. de Leng, F. Heintz, "Generating Synthetic Fair Syntax-agnostic
       Data by Learning and Distilling Fair Representation", arXiv:2408.10755, 2024.

    Examples
    --------
    >>> from skfairgen import FairGenerator, distill
    >>> from skfairgen.datasets import make_biased_classification
    >>> table = make_biased_classification(n_samples=400, random_state=0)
    >>> teacher = FairGenerator(table.sensitive_columns, max_epochs=2, random_state=0).fit(table.data, table.target)
    >>> X, y = distill(teacher, max_epochs=2, random_state=0).sample(1000, random_state=0)
    >>> X.shape == (1000, table.data.shape[1])
    True
    """
    started = time.monotonic()
    teacher = _checked_teacher(teacher)
    if data is not None and not 1 <= len(data) <= 3:
        raise ValueError(f"data has {len(data)} parts; expected (X, y) or (X, y, sensitive_features).")
    is_encoder = isinstance(teacher.model_, CodeModel)
    drawer = None if is_encoder else _drawer(teacher)
    is_latent = drawer is not None and isinstance(drawer.model.density, LatentDensity)
    if utility_weight == "auto":
        is_repaired = not is_encoder and drawer.repair is not None
        utility_weight = CODE_UTILITY if is_encoder or is_latent else REPAIRED_UTILITY if is_repaired else 0.0
    if quality_weight == 0 and utility_weight == 0:
        raise ValueError("quality_weight and utility_weight are both 0: nothing is left to learn. Give one a weight.")
    size = SMALL if isinstance(size, str) else size
    if lr == "auto":
        lr = ENCODER_RATE if is_encoder else LATENT_RATE if is_latent else GENERATOR_RATE
    weights = (quality_weight, utility_weight, temperature)
    options = DistillationOptions(*weights, max_epochs, max_seconds, lr, teacher.device, int(verbose), started)
    warn_of_identifiers(teacher.reader_)
    rng = random_generator(random_state)
    generator = torch_generator(draw_seed(rng))
    if is_encoder:
        return _small_encoder(teacher, data, size, options, rng, generator)
    return _small_generator(teacher, drawer, data, size, options, rng, generator)


def _small_generator(teacher, drawer, data, size, options, rng, generator):
    """Return the student of a generator of rows."""
    if drawer.repair is not None and (data is not None or options.temperature != 1):
        raise ValueError(
            "data= or a temperature other than 1 was given for a teacher whose criterion makes labels after a row is "
            "drawn. Real rows have no such labels, and their likelihood has no temperature. Leave both out."
        )
    model = drawer.model.with_shares(drawer.shares)
    if isinstance(model.density, LatentDensity):
        if data is not None:
            raise ValueError("data= was given for a teacher with a code, which is distilled from codes. Leave it out.")
        made = distill_latent(model, size, options, rng, generator, drawer.n_threads)
        names = ["(item)"]
    else:
        rows = None if data is None else drawer.reader.read(*data)
        made = distill_density(model, drawer.repair, rows, size, options, rng, generator, drawer.n_threads)
        names = drawer.reader.codec.item_term_names(drawer.reader.schema.feature_names)
    student = DistilledGenerator(device=teacher.device, n_threads=teacher.n_threads)
    kept = {name: getattr(teacher, name) for name in KEPT if hasattr(teacher, name)}
    kept["reader_"] = kept["reader_"].without_strata()
    warn_of_a_far_student(pd.DataFrame(made.report), drawer.reader.codec, options.lr)
    report = _named(made.report, drawer.reader.schema)
    if drawer.reader.schema.target is None:
        report = report[report["term"].notna()]
    report.insert(0, "column", [names[int(term)] if pd.notna(term) else "(label)" for term in report["term"]])
    set_fitted(
        student,
        model_=made.model,
        history_=pd.DataFrame(made.history),
        distillation_report_=report.drop(columns="term").reset_index(drop=True),
        **kept,
    )
    return student


def _small_encoder(teacher, data, size, options, rng, generator):
    """Return a copy of a fitted FairEncoder with a student in the place of its encoder."""
    model = teacher.model_
    if options.temperature != 1 or (options.quality_weight == 0 and model.autoencoder.head is None):
        raise ValueError(
            f"Found temperature={options.temperature} and quality_weight={options.quality_weight} for an encoder; a "
            "temperature is for generators, and an encoder that predicts no class has nothing but its codes to teach. "
            "Use temperature=1 and quality_weight above 0."
        )
    reader, rows = teacher.reader_, None
    if data is not None:
        frame = reader.schema.read(*data)
        sensitive_features = data[2] if len(data) > 2 else None
        rows = reader.items(frame), reader.schema.group_codes(frame, sensitive_features)
    made, report = distill_code(model, rows, size, options, rng, generator, teacher.n_threads)
    student = copy(teacher)
    kept = {name: getattr(teacher, name) for name in (*KEPT, "history_") if hasattr(teacher, name)}
    set_fitted(student, model_=made, distillation_report_=_named(report, reader.schema), **kept)
    return student.set_params(distill=True)


def _named(report, schema):
    """Return records as a frame, with the names of groups in the place of their codes."""
    frame = pd.DataFrame(report)
    names = ["(group)"] if schema.group_names is None else schema.group_names
    rows = frame["group"].isna() if schema.group_names is None else slice(None)
    frame["group"] = pd.Series(
        ["(all)" if pd.isna(code) else names[int(code)] for code in frame["group"]], dtype=object
    )
    return frame[rows] if schema.group_names is None else frame


def _drawer(teacher):
    return drawer_of(teacher) if isinstance(teacher, FairGenerator) else student_drawer(teacher)


def _checked_teacher(teacher):
    if isinstance(teacher, BaseSampler):
        check_is_fitted(teacher, "generator_")
        teacher = teacher.generator_
    if not isinstance(teacher, FairGenerator | DistilledGenerator) and not hasattr(teacher, "inverse_transform"):
        raise TypeError(
            "distill takes a fitted FairGenerator, DistilledGenerator, FairDistillResampler or FairEncoder; found "
            f"{type(teacher).__name__}."
        )
    check_is_fitted(teacher, "model_")
    return teacher
