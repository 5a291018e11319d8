# The twin in plain PyTorch: prototypical networks with the same initial weights, the same training episodes and the same test episodes.
# python prototypical.py FOLDER THREADS: reads what run.mjs has written there, prints a JSON of accuracies, one list a setting.
import json

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from shared import episode_batch, read, read_pictures, safetensors, targets

settings = read("settings.json")
pictures = read_pictures("train.u8")


class Conv4(nn.Module):
    def __init__(self, initial):
        super().__init__()
        self.blocks = nn.ModuleList()
        for block in range(4):
            conv = nn.Conv2d(1 if block == 0 else 64, 64, 3, padding=1)
            norm = nn.BatchNorm2d(64, track_running_stats=False)
            with torch.no_grad():
                conv.weight.copy_(initial[f"{block}.filter"].permute(3, 2, 0, 1))
                conv.bias.copy_(initial[f"{block}.bias"])
                norm.weight.copy_(initial[f"{block}.gamma"])
                norm.bias.copy_(initial[f"{block}.beta"])
            self.blocks.append(nn.ModuleList([conv, norm]))
        self.frozen = None

    def forward(self, x, blocks=4):
        for number in range(blocks):
            conv, norm = self.blocks[number]
            x = conv(x)
            if self.frozen is None:
                x = norm(x)
            else:
                mean, variance = self.frozen[number]
                x = F.batch_norm(x, mean, variance, norm.weight, norm.bias, False, 0, 1e-5)
            x = F.relu(F.max_pool2d(x, 2))
        return x.flatten(1)

    @torch.no_grad()
    def freeze(self, batches):
        self.frozen = []
        for number in range(4):
            conv, _ = self.blocks[number]
            means, variances = [], []
            for x in batches:
                for before in range(number):
                    c, n = self.blocks[before]
                    mean, variance = self.frozen[before]
                    x = F.relu(F.max_pool2d(F.batch_norm(c(x), mean, variance, n.weight, n.bias, False, 0, 1e-5), 2))
                seen = conv(x)
                means.append(seen.mean((0, 2, 3)))
                variances.append(seen.var((0, 2, 3), unbiased=False))
            self.frozen.append((torch.stack(means).mean(0), torch.stack(variances).mean(0)))


def logits(vectors, shape):
    count = shape["ways"] * shape["shots"]
    prototypes = vectors[:count].reshape(shape["ways"], shape["shots"], -1).mean(1)
    return -((vectors[count:, None] - prototypes[None]) ** 2).sum(-1)


training = read("training.json")
shape = settings["shape"]
net = Conv4(safetensors("initial.safetensors"))
steps = len(training["episodes"])
optimizer = torch.optim.Adam(net.parameters(), lr=settings["rate"])
schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: 0.5 * (1 + np.cos(np.pi * s / steps)))
for episode in training["episodes"]:
    loss = F.cross_entropy(logits(net(episode_batch(pictures, episode, shape)), shape), targets(shape["ways"], shape["queries"]))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()
net.freeze([episode_batch(pictures, e, shape) for e in training["statistics"]])
with torch.no_grad():
    vectors = torch.cat([net(part.float() / 255) for part in read_pictures("test.u8").split(200)])
accuracies = {}
for name, test in read("test.json").items():
    of = test["shape"]
    accuracies[name] = []
    for rows in test["episodes"]:
        said = logits(vectors[rows], of).argmax(1)
        accuracies[name].append((said == targets(of["ways"], of["queries"])).float().mean().item())
print(json.dumps({"accuracies": accuracies}))
