"""skorch nets, batches, callbacks, seeds and threads."""

from skfairgen.training._blind_outcome import blind_scores, fit_blind_outcome
from skfairgen.training._distillation import divergence_by_column, divergence_of_labels, fit_student
from skfairgen.training._encoder import MIN_BATCHES, EncoderFit, fit_encoder
from skfairgen.training._encoder_distillation import fit_encoder_student
from skfairgen.training._fair_objective import FairObjective
from skfairgen.training._files import read_archive, write_archive
from skfairgen.training._runtime import draw_seed, random_generator, torch_runtime
from skfairgen.training._student_training import DistillationOptions, TrainedNet
from skfairgen.training._teacher import TrainingOptions, fit_teacher

__all__ = [
    "MIN_BATCHES",
    "blind_scores",
    "fit_blind_outcome",
    "DistillationOptions",
    "EncoderFit",
    "FairObjective",
    "TrainedNet",
    "TrainingOptions",
    "divergence_by_column",
    "divergence_of_labels",
    "draw_seed",
    "fit_encoder",
    "fit_encoder_student",
    "fit_student",
    "fit_teacher",
    "random_generator",
    "read_archive",
    "torch_runtime",
    "write_archive",
]
