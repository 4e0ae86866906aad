"""distill: from a fitted generator or encoder to a small one that does the same."""

from collections.abc import Mapping
from numbers import Integral, Real

from imblearn.base import BaseSampler
from sklearn.utils.validation import check_is_fitted

from skfairgen._compat import Interval, StrOptions, validate_params
from skfairgen.estimators._code_decoder import CodeDecoder
from skfairgen.estimators._distill_encoder import distill_encoder
from skfairgen.estimators._distill_generator import distill_generator, draws_repaired_labels
from skfairgen.estimators._row_sampler import RowSampler
from skfairgen.training import DistillationOptions, draw_seed, random_generator, torch_generator, torch_runtime

SMALL = 0.2  # of the teacher's parameters
GENERATOR_RATE, ENCODER_RATE = 0.05, 0.02
REPAIRED_UTILITY, ENCODER_UTILITY = 10.0, 1.0


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
    teacher,
    *,
    data=None,
    size="small",
    quality_weight=1.0,
    utility_weight="auto",
    temperature=1.0,
    max_epochs=12,
    max_seconds=None,
    lr="auto",
    random_state=None,
    verbose=0,
):
    r"""Distill a fitted generator or encoder into a small one, from rows that the teacher draws: no data are needed.

    The student is a smaller network of the teacher's kind. Of a generator, it minimizes

    .. math:: w_q \sum_j \mathrm{KL}\bigl(p_T(t_j \mid t_{<j}, y, s) \,\|\, p_S\bigr)
              + w_u \, \mathrm{KL}\bigl(P_T(y \mid t, s) \,\|\, P_S\bigr),

    the quality loss and the utility loss of [1]_, on rows of the teacher. With
    ``criterion="demographic_parity"`` the teacher's labels are repaired after its network has drawn a row, and its
    conditionals given the repaired label have no closed form: the student then maximizes the likelihood of the
    repaired rows, with the divergence given the label before the repair as a control variate. Either way the
    student draws repaired rows with no repair step.

    Of an encoder, the student gives the teacher's codes z from fewer parameters:

    .. math:: w_q \Bigl(\mathrm{KL}\bigl(q_T(z \mid t) \,\|\, q_S(z \mid t)\bigr)
              + \mathcal E(z_T / \sigma, z_S / \sigma)\Bigr)
              + w_u \, \mathrm{KL}\bigl(p(y \mid z_T) \,\|\, p(y \mid z_S)\bigr),

    with :math:`\sigma` the noise of the teacher's code, which makes the first term a squared distance in its unit, and
    :math:`\mathcal E` the energy distance. Decoder and outcome head stay the teacher's.

    Parameters
    ----------
    teacher : FairGenerator, DistilledGenerator, FairDistillResampler or FairEncoder
        Fitted; of a resampler, its generator is taken.
    data : tuple (X, y) or (X, y, sensitive_features), default=None
        Real rows to compare teacher and student on, in the place of the teacher's. Not with a generator of
        ``criterion="demographic_parity"``, since their labels are not repaired.
    size : "small", float in (0, 1] or dict, default="small"
        Size of the student: at most this share of the teacher's parameters (of an encoder's, without its decoder),
        "small" being 0.2; or the widths themselves, ``{"embedding_features": 4, "hidden_features": 8}``, and
        ``{"hidden_features": 32}`` for an encoder.
    quality_weight : float, default=1.0
        Weight :math:`w_q` of the conditionals, or of the codes.
    utility_weight : "auto" or float, default="auto"
        Weight :math:`w_u` of the label distributions, which costs a pass over the rows for each class. "auto" is 1.0
        for an encoder; 10.0 for a generator whose labels are repaired after a row is drawn, where it tells the student
        what drawn labels tell only in the mean; and 0.0 for others: the quality loss, given the label, needs it not.
    temperature : float, default=1.0
        Temperature of the quality loss of a generator.
    max_epochs : int, default=12
        Passes over 8,192 rows of the teacher at most (fewer where the teacher was fitted on fewer).
    max_seconds : float, default=None
        Seconds of training at most. Results then depend on the machine.
    lr : "auto" or float, default="auto"
        Largest learning rate; "auto" is 0.05 for a generator and 0.02 for an encoder.
    random_state : int, RandomState or None, default=None
        Seed.
    verbose : bool or int, default=0
        1 shows a progress bar.

    Returns
    -------
    DistilledGenerator or FairEncoder
        The student. That of an encoder has no ``dependence_``, which only ``FairEncoder(distill=True)`` measures;
        :func:`~skfairgen.metrics.group_leakage` does for the codes of rows at hand.

        ``distillation_report_`` has a row for each generated column, over all rows (group "(all)") and in each group:
        ``n_rows`` of the teacher it was measured on (never trained on), ``log_loss`` of the student (nats), and ``kl``,
        the divergence from the teacher (nats; NaN with "demographic_parity"). The column "(label)" tells the same of
        the label given the row, after the repair, and ``class_share_gap``: the largest difference between the class
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
    teacher = _checked_teacher(teacher)
    if data is not None and not 1 <= len(data) <= 3:
        raise ValueError(f"data has {len(data)} parts; expected (X, y) or (X, y, sensitive_features).")
    is_encoder = isinstance(teacher, CodeDecoder)
    if utility_weight == "auto":
        utility_weight = ENCODER_UTILITY if is_encoder else REPAIRED_UTILITY if draws_repaired_labels(teacher) else 0.0
    if quality_weight == 0 and utility_weight == 0:
        raise ValueError("quality_weight and utility_weight are both 0: nothing is left to learn. Give one a weight.")
    size = SMALL if isinstance(size, str) else size
    lr = (ENCODER_RATE if is_encoder else GENERATOR_RATE) if lr == "auto" else lr
    options = DistillationOptions(
        quality_weight, utility_weight, temperature, max_epochs, max_seconds, lr, teacher.device, int(verbose)
    )
    rng = random_generator(random_state)
    generator = torch_generator(draw_seed(rng))
    with torch_runtime(teacher.n_threads, teacher.device):
        return (distill_encoder if is_encoder else distill_generator)(teacher, data, size, options, rng, generator)


def _checked_teacher(teacher):
    if isinstance(teacher, BaseSampler):
        check_is_fitted(teacher, "generator_")
        teacher = teacher.generator_
    if not isinstance(teacher, RowSampler | CodeDecoder):
        raise TypeError(
            "distill takes a fitted FairGenerator, DistilledGenerator, FairDistillResampler or FairEncoder; found "
            f"{type(teacher).__name__}."
        )
    check_is_fitted(teacher, "net_")
    return teacher
