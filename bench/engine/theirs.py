"""One process of the comparison: forward passes, or training steps, of MiniLM's architecture; milliseconds of each as JSON."""
import json
import resource
import sys
import time

import torch
from transformers import BertConfig, BertModel

kind, threads, steps, device = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
torch.set_num_threads(threads)
torch.manual_seed(1)
rate = 0.0 if kind == "forward" else float(kind)
config = BertConfig(
    vocab_size=30522,
    hidden_size=384,
    num_hidden_layers=6,
    num_attention_heads=12,
    intermediate_size=1536,
    hidden_dropout_prob=rate,
    attention_probs_dropout_prob=rate,
)
config._attn_implementation = "sdpa"
model = BertModel(config, add_pooling_layer=False).to(device)
head = torch.nn.Linear(384, 2, bias=False).to(device)
model.train(kind != "forward")
labels = torch.arange(16, device=device) % 2
place = torch.arange(64)


def embed(step: int) -> torch.Tensor:
    ids = (step * 7919 + torch.arange(16)[:, None] * 613 + place * 131 + place * place) % 30522
    return model(input_ids=ids.to(device)).last_hidden_state.mean(1)


optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], lr=2e-5, weight_decay=0.01, fused=True)
times, losses = [], []
last = time.perf_counter()
for step in range(steps):
    if kind == "forward":
        with torch.inference_mode():
            embed(step).cpu().numpy()
    else:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(head(embed(step)), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    now = time.perf_counter()
    times.append((now - last) * 1000)
    last = now
usage = resource.getrusage(resource.RUSAGE_SELF)
print(
    json.dumps(
        {
            "times": times[2:],
            "losses": losses,
            "memory": usage.ru_maxrss / 1024,
            "processor": usage.ru_utime + usage.ru_stime,
        }
    )
)
