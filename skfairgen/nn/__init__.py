"""Torch modules: encoders, decoders, students."""

from skfairgen.nn._class_posterior import class_logits, class_posterior
from skfairgen.nn._fair_autoencoder import CodedRows, FairAutoencoder
from skfairgen.nn.table._column_density import ColumnDensity
from skfairgen.nn.table._column_encoder import ColumnEncoder

__all__ = ["CodedRows", "ColumnDensity", "ColumnEncoder", "FairAutoencoder", "class_logits", "class_posterior"]
