# What both twins in plain PyTorch read and how they make the pictures of an episode.
import json
import sys

import numpy as np
import torch

folder = sys.argv[1]
torch.set_num_threads(int(sys.argv[2]) if len(sys.argv) > 2 else 1)


def read(name):
    with open(f"{folder}/{name}") as file:
        return json.load(file)


def safetensors(name):
    with open(f"{folder}/{name}", "rb") as file:
        data = file.read()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    found = {}
    for key, entry in header.items():
        if key == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        values = np.frombuffer(data[8 + length + begin : 8 + length + end], dtype="<f4")
        found[key] = torch.tensor(values.reshape(entry["shape"]).copy())
    return found


def read_pictures(name):
    return torch.tensor(np.fromfile(f"{folder}/{name}", dtype=np.uint8).reshape(-1, 1, 28, 28))


def episode_batch(pictures, episode, shape):
    """Support and queries; `turns` are those of each class, by 90 degrees."""

    def batch(rows, each):
        found = pictures[rows].float() / 255
        return torch.stack([torch.rot90(p, -episode["turns"][i // each], (1, 2)) for i, p in enumerate(found)])

    return torch.cat([batch(episode["support"], shape["shots"]), batch(episode["queries"], shape["queries"])])


def targets(ways, each):
    return torch.arange(ways).repeat_interleave(each)
