"""One process of the comparison: load, encode twice, print the seconds as JSON, and leave the vectors in a file."""
import json
import resource
import sys
import time

import torch

model, texts_file, vectors_file, threads = sys.argv[1:]
torch.set_num_threads(int(threads))

from sentence_transformers import SentenceTransformer  # noqa: E402

texts = json.load(open(texts_file, encoding="utf-8"))
start = time.perf_counter()
encoder = SentenceTransformer(model, device="cpu")
loaded = time.perf_counter()
before = time.process_time()
vectors = encoder.encode(texts, batch_size=32, show_progress_bar=False)
first = time.perf_counter()
processor = time.process_time() - before
encoder.encode(texts, batch_size=32, show_progress_bar=False)
second = time.perf_counter()
vectors.astype("<f4").tofile(vectors_file)
print(
    json.dumps(
        {
            "seconds": {"load": loaded - start, "first": first - loaded, "second": second - first},
            "processor": processor,  # of the first call
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    )
)
