"""Fitted values that know no frames and no estimators: what draws, codes, labels and is distilled."""

from skfairgen.models._code_model import CodeModel
from skfairgen.models._density_model import DensityModel
from skfairgen.models._distillation import distill_density
from skfairgen.models._draws import Draws
from skfairgen.models._encoder_distillation import distill_code
from skfairgen.models._fair_labels import Tuning
from skfairgen.models._label_repair import BarycenterRepair, RepairedDraws, draw_repaired
from skfairgen.models._latent_distillation import distill_latent
from skfairgen.models._latent_model import LatentSettings, fit_latent_density
from skfairgen.models._rows_for_odds import rows_for_odds
from skfairgen.models._teacher_model import REPAIRED, TeacherModel, Wish

__all__ = [
    "REPAIRED",
    "BarycenterRepair",
    "CodeModel",
    "DensityModel",
    "Draws",
    "LatentSettings",
    "RepairedDraws",
    "TeacherModel",
    "Tuning",
    "Wish",
    "distill_code",
    "distill_density",
    "distill_latent",
    "draw_repaired",
    "fit_latent_density",
    "rows_for_odds",
]
