"""Priors: networks that draw codes of a class from noise, blind to the group."""

from skfairgen.nn.priors._ddpm_prior import DDPMPrior
from skfairgen.nn.priors._energy_prior import EnergyPrior
from skfairgen.nn.priors._flow_prior import FlowPrior
from skfairgen.nn.priors._guided_prior import GuidedPrior
from skfairgen.nn.priors._lsgan_prior import LSGANPrior
from skfairgen.nn.priors._moments_prior import MomentsPrior
from skfairgen.nn.priors._prior import Prior
from skfairgen.nn.priors._wgan_gp_prior import WGANGPPrior

#: by the names that an estimator's ``prior=`` takes
PRIORS = {
    "energy": EnergyPrior,
    "moments": MomentsPrior,
    "flow": FlowPrior,
    "ddpm": DDPMPrior,
    "wgan-gp": WGANGPPrior,
    "lsgan": LSGANPrior,
}

__all__ = [
    "PRIORS",
    "DDPMPrior",
    "EnergyPrior",
    "FlowPrior",
    "GuidedPrior",
    "LSGANPrior",
    "MomentsPrior",
    "Prior",
    "WGANGPPrior",
]
