"""The same steps in PyTorch: python episode.py METHOD THREADS COUNT prints the processor time of each in milliseconds, as JSON."""
import json
import sys
import time

import torch
import torch.nn.functional as F

kind, threads, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
torch.manual_seed(1)
WAYS, SHOTS, QUERIES, RATE = 5, 5, 15, 0.4
weights = []
for block in range(4):
    cin = 1 if block == 0 else 64
    weights += [torch.randn(64, cin, 3, 3) * (2 / (9 * cin)) ** 0.5, torch.zeros(64), torch.ones(64), torch.zeros(64)]
if kind != "prototypical":
    weights += [torch.randn(WAYS, 64) / 8, torch.zeros(WAYS)]
weights = [w.requires_grad_() for w in weights]
images = torch.rand(WAYS * (SHOTS + QUERIES), 1, 28, 28)
support, queries = images[: WAYS * SHOTS], images[WAYS * SHOTS :]


def vectors(w, x):
    for block in range(4):
        filters, bias, gamma, beta = w[4 * block : 4 * block + 4]
        x = F.batch_norm(F.conv2d(x, filters, bias, padding=1), None, None, gamma, beta, training=True)
        x = F.relu(F.max_pool2d(x, 2))
    return x.flatten(1)


def targets(each):
    return torch.arange(WAYS).repeat_interleave(each)


def loss_of():
    if kind == "prototypical":
        found = vectors(weights, images)
        prototypes = found[: WAYS * SHOTS].reshape(WAYS, SHOTS, -1).mean(1)
        logits = -((found[WAYS * SHOTS :, None] - prototypes[None]) ** 2).sum(-1)
        return F.cross_entropy(logits, targets(QUERIES))
    inner = F.cross_entropy(F.linear(vectors(weights, support), *weights[-2:]), targets(SHOTS))
    slopes = torch.autograd.grad(inner, weights, create_graph=kind == "maml2")
    own = [w - RATE * g for w, g in zip(weights, slopes)]
    return F.cross_entropy(F.linear(vectors(own, queries), *own[-2:]), targets(QUERIES))


optimizer = torch.optim.Adam(weights, lr=1e-3, fused=True)
times = []
last = time.process_time()
for _ in range(count):
    optimizer.zero_grad()
    loss_of().backward()
    optimizer.step()
    now = time.process_time()
    times.append((now - last) * 1000)
    last = now
print(json.dumps(times[2:]))
