"""Torch modules: encoders, decoders, students."""

from skfairgen.nn._class_posterior import class_logits, class_posterior
from skfairgen.nn._column_decoder import ColumnDecoder
from skfairgen.nn._encoder import Encoder
from skfairgen.nn._fair_autoencoder import CodedRows, FairAutoencoder

__all__ = ["CodedRows", "ColumnDecoder", "Encoder", "FairAutoencoder", "class_logits", "class_posterior"]
