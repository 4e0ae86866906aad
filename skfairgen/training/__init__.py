"""The training loop, what it is used for, seeds, threads and files."""

from skfairgen.training._batches import TensorRows, row_tensors
from skfairgen.training._cell_balance import BALANCE
from skfairgen.training._fair_objective import FairObjective
from skfairgen.training._fit_autoencoder import MIN_BATCHES, AutoencoderFit, fit_autoencoder
from skfairgen.training._fit_density import DensityFit, fit_density
from skfairgen.training._fit_encoder_student import fit_encoder_student
from skfairgen.training._fit_latent import LatentObjective, fit_latent, latent_batch_size
from skfairgen.training._fit_latent_student import fit_latent_student
from skfairgen.training._fit_prior import codes_by_class, fit_prior
from skfairgen.training._fit_student import divergence_by_column, divergence_of_labels, fit_student
from skfairgen.training._loop import train
from skfairgen.training._options import MAX_ROWS_AN_EPOCH, DistillationOptions, TrainingOptions
from skfairgen.training._pools import StudentFit
from skfairgen.training._runtime import (
    MAX_THREADS,
    checked_device,
    draw_seed,
    own_defaults,
    random_generator,
    torch_generator,
    torch_runtime,
)

__all__ = [
    "BALANCE",
    "MIN_BATCHES",
    "AutoencoderFit",
    "DensityFit",
    "DistillationOptions",
    "FairObjective",
    "LatentObjective",
    "MAX_ROWS_AN_EPOCH",
    "MAX_THREADS",
    "StudentFit",
    "TensorRows",
    "TrainingOptions",
    "codes_by_class",
    "divergence_by_column",
    "divergence_of_labels",
    "checked_device",
    "draw_seed",
    "fit_autoencoder",
    "fit_density",
    "fit_encoder_student",
    "fit_latent",
    "fit_latent_student",
    "fit_prior",
    "fit_student",
    "latent_batch_size",
    "own_defaults",
    "random_generator",
    "row_tensors",
    "torch_generator",
    "torch_runtime",
    "train",
]
