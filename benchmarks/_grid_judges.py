"""Small classifiers that judge images and sequences, by what is learned from them and in their features."""

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from torch import nn

from skfairgen.metrics import c2st_auc, density_coverage

N_STEPS, BATCH_SIZE, LR = 400, 128, 2e-3
MOST_JUDGED = 1_500


class SmallConvNet(nn.Module):
    """Two convolutions, a dense layer of 64 features and a linear one.

    Parameters
    ----------
    shape : tuple of int
        (C, T) or (C, H, W).
    n_classes : int
    """

    def __init__(self, shape, n_classes, channels=24):
        super().__init__()
        convolution = nn.Conv1d if len(shape) == 2 else nn.Conv2d
        self.features = nn.Sequential(
            *(convolution(shape[0], channels, 5, 2, 2), nn.ReLU()),
            *(convolution(channels, 2 * channels, 3, 2, 1), nn.ReLU()),
            *(nn.Flatten(), nn.Dropout(0.25)),
            *(nn.LazyLinear(64), nn.ReLU()),
        )
        self.out = nn.Linear(64, n_classes)
        self.features(torch.zeros(1, *shape))  # sizes the lazy layer

    def forward(self, grid):
        """Return logits."""
        return self.out(self.features(grid))


def as_grid(samples):
    """Return images or sequences, channels last, as a tensor with the channels first, of about unit scale."""
    grid = np.moveaxis(np.asarray(samples, dtype="float32"), -1, 1)
    return torch.from_numpy(np.ascontiguousarray(grid / 64 if samples.dtype == np.uint8 else grid))


def oversampled(classes, groups):
    """Return the chance of each row with which every cell is drawn equally often."""
    cells = np.unique(np.column_stack([classes, groups]), axis=0, return_inverse=True)[1].ravel()
    weights = 1 / np.bincount(cells)[cells]
    return weights / weights.sum()


def train_classifier(grid, labels, n_classes, *, chances=None, seed=0, n_steps=N_STEPS):
    """Return a net trained for 400 batches of 128 rows, drawn with these chances."""
    torch.manual_seed(seed)
    labels = torch.as_tensor(labels)
    rng, net = np.random.default_rng(seed), SmallConvNet(tuple(grid.shape[1:]), n_classes).train()
    optimizer = torch.optim.AdamW(net.parameters(), LR, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LR, n_steps)
    for _ in range(n_steps):
        rows = torch.as_tensor(rng.choice(len(grid), BATCH_SIZE, p=chances))
        loss = F.cross_entropy(net(grid[rows]), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return net.eval()


@torch.no_grad()
def predict(net, grid):
    """Return the most likely class of each item, an array."""
    return torch.cat([net(part).argmax(dim=1) for part in grid.split(1000)]).numpy()


def accuracy(net, grid, labels):
    """Return the share of items whose most likely class is their label."""
    return float((predict(net, grid) == labels).mean())


def leak(codes, groups):
    """Return how well a support vector machine tells the group from codes, 5-fold: balanced accuracy."""
    model = make_pipeline(StandardScaler(), SVC(C=10))
    return cross_val_score(model, codes, groups, cv=5, scoring="balanced_accuracy").mean()


def cramers_v(a, b):
    """Return the strength of association of two integer arrays, in [0, 1]."""
    table = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(table, (a, b), 1)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    chi2 = ((table - expected) ** 2 / expected).sum()
    return float(np.sqrt(chi2 / (table.sum() * (min(table.shape) - 1))))


@torch.no_grad()
def fidelity(net, real, made, classes_real, classes_made):
    """Return density, coverage, C2ST and spread of made items beside real ones, in the features of a net."""
    real_features, made_features = (
        torch.cat([net.features(part) for part in grid[:MOST_JUDGED].split(1000)]).double().numpy()
        for grid in (real, made)
    )
    spreads = [
        np.sqrt(features[labels[:MOST_JUDGED] == label].var(axis=0).sum())
        for label in np.unique(classes_real)
        for features, labels in ((made_features, classes_made), (real_features, classes_real))
    ]
    density, coverage = density_coverage(real_features, made_features)
    return {
        "density": density,
        "coverage": coverage,
        "c2st": c2st_auc(real_features, made_features),
        "spread": float(np.mean(np.divide(spreads[::2], spreads[1::2]))),
    }
