"""What is drawn from and what is shipped: a prior of the codes, and a narrower decoder."""

import torch
from _latent_training import Given, cell_balanced_probabilities, one_cycle

from skfairgen.losses import energy_distance, utility_loss
from skfairgen.nn.priors import PRIORS

N_STEPS, BATCH_SIZE = 1_500, 500


def codes_of(teacher, grid, classes, groups, generator, n_codes=20_000):
    """Return codes of training rows, with their noise, and their classes: cells as often as in training."""
    means, log_variances = teacher.encode(grid)
    cells = (classes * (groups.max() + 1) + groups).numpy()
    chances = torch.as_tensor(cell_balanced_probabilities(cells))
    rows = torch.multinomial(chances, n_codes, replacement=True, generator=generator)
    noise = torch.randn(n_codes, means.shape[1], generator=generator)
    return means[rows] + noise * (log_variances[rows] / 2).exp(), classes[rows]


def train_prior(name, codes, classes, head, generator, *, n_steps=N_STEPS, lr=3e-3):
    """Return a prior trained on codes: its own loss, and the label distributions of each class's draws."""
    n_classes = head.out_features
    settings = {"distance": energy_distance} if name == "energy" else {}
    if name != "moments":
        settings["generator"] = generator
    prior = PRIORS[name](codes.shape[1], n_classes, **settings)
    prior.adapt(codes, classes)
    if name == "moments":
        return prior
    draws_in_one_step = name not in ("flow", "ddpm")
    optimizer = torch.optim.AdamW(prior.parameters(), lr, betas=getattr(prior, "betas", (0.9, 0.999)))
    schedule = one_cycle(optimizer, lr, n_steps)
    by_class = [torch.where(classes == label)[0] for label in range(n_classes)]
    each = BATCH_SIZE // n_classes
    labels = torch.arange(n_classes).repeat_interleave(each)
    for _ in range(n_steps):
        rows = torch.cat([own[torch.randint(len(own), (each,), generator=generator)] for own in by_class])
        loss = prior.loss(codes[rows], labels, generator)
        if draws_in_one_step:
            made = prior.sample(labels, torch.rand(len(labels), prior.n_noise, generator=generator))
            teacher, student = (
                head(drawn).softmax(dim=1).view(n_classes, each, -1).mean(dim=1) for drawn in (codes[rows], made)
            )
            loss = loss + utility_loss(teacher.detach(), student.log()).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return prior.eval()


def distil_decoder(teacher, prior, size, n_levels, generator, *, n_steps=400, batch_size=128, lr=3e-3):
    """Return a narrower decoder trained without data: codes of the prior, decoded under any group."""
    student = type(teacher.decoder)(**teacher.decoder.student_settings(size), generator=generator)
    student.spectrum.copy_(teacher.decoder.spectrum)
    optimizer = torch.optim.AdamW(student.parameters(), lr)
    schedule = one_cycle(optimizer, lr, n_steps)
    for _ in range(n_steps):
        labels = torch.randint(teacher.head.out_features, (batch_size,), generator=generator)
        levels = torch.randint(n_levels, (batch_size, 1), generator=generator)
        given = Given(labels, levels)
        with torch.no_grad():
            code = prior.sample(labels, torch.rand(batch_size, prior.n_noise, generator=generator))
        loss = student.divergence(teacher.decoder.target({}, given, code=code), {}, given, code=code).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return student.eval()


@torch.no_grad()
def draw(decoder, prior, labels, groups, generator, size=1_000):
    """Return drawn items of these classes and groups."""
    parts = []
    for label, group in zip(labels.split(size), groups.split(size), strict=True):
        code = prior.sample(label, torch.rand(len(label), prior.n_noise, generator=generator))
        given = Given(label, group[:, None])
        parts.append(decoder.sample(given, torch.rand(len(label), decoder.n_noise, generator=generator), code)["grid"])
    return torch.cat(parts)
