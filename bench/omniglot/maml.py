# The twin of MAML in plain PyTorch, of order 1 or 2, with the same initial weights, training episodes and test episodes. python maml.py FOLDER THREADS, as prototypical.py.
import json
import sys

import numpy as np
import torch
from torch.nn import functional as F

from shared import episode_batch, read, read_pictures, safetensors, targets

settings = read("settings.json")
shape, tasks, order = settings["shape"], settings["tasks"], settings["order"]
pictures = read_pictures("train.u8")
names = [f"{block}.{part}" for block in range(4) for part in ("filter", "bias", "gamma", "beta")]
initial = safetensors("initial.safetensors")
weights = [initial[n].permute(3, 2, 0, 1).contiguous() if n.endswith("filter") else initial[n] for n in names]
weights += [initial["head.weight"], initial["head.bias"]]
generator = torch.Generator().manual_seed(1)
weights = [w * (1 + settings.get("noise", 0) * torch.randn(w.shape, generator=generator)) for w in weights]
weights = [w.clone().requires_grad_() for w in weights]


def logits(w, x):
    for block in range(4):
        filters, bias, gamma, beta = w[4 * block : 4 * block + 4]
        x = F.batch_norm(F.conv2d(x, filters, bias, padding=1), None, None, gamma, beta, training=True)
        x = F.relu(F.max_pool2d(x, 2))
    # FSL has channels last where it flattens.
    return x.permute(0, 2, 3, 1).flatten(1) @ w[-2] + w[-1]


def adapted(x, of, order):
    count = of["ways"] * of["shots"]
    now = weights
    for _ in range(settings["steps"]):
        inner = F.cross_entropy(logits(now, x[:count]), targets(of["ways"], of["shots"]))
        slopes = torch.autograd.grad(inner, now, create_graph=order == 2)
        now = [w - settings["inner_rate"] * g for w, g in zip(now, slopes)]
    return logits(now, x[count:])


training = read("training.json")["episodes"]
steps = len(training) // tasks
optimizer = torch.optim.Adam(weights, lr=settings["rate"])
schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: 0.5 * (1 + np.cos(np.pi * s / steps)))
losses = []
for step in range(settings.get("losses", steps)):
    optimizer.zero_grad()
    losses.append(0.0)
    for episode in training[step * tasks : (step + 1) * tasks]:
        said = adapted(episode_batch(pictures, episode, shape), shape, order)
        loss = F.cross_entropy(said, targets(shape["ways"], shape["queries"])) / tasks
        loss.backward()
        losses[-1] += loss.item()
    optimizer.step()
    schedule.step()

if "losses" in settings:
    print(json.dumps({"losses": losses}))
    sys.exit()

asked = read_pictures("test.u8").float() / 255
accuracies = {}
for name, test in read("test.json").items():
    of = test["shape"]
    accuracies[name] = []
    for rows in test["episodes"]:
        said = adapted(asked[rows], of, 1).argmax(1)
        accuracies[name].append((said == targets(of["ways"], of["queries"])).float().mean().item())
print(json.dumps({"accuracies": accuracies}))
