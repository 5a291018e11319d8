"""Per-seed accuracy of scikit-learn's LogisticRegression (C=1) on sentence-transformers' vectors of the same rows, as JSON.

Usage: python reference.py SHARED_FOLDER
"""

import csv
import json
import sys
from pathlib import Path

from sentence_transformers import SentenceTransformer
from sklearn.linear_model import LogisticRegression

shared = Path(sys.argv[1])
with open(shared / "data/ag_news_test/test.csv", encoding="utf-8", newline="") as file:
    rows = list(csv.reader(file))
texts = [f"{title}. {description}" for _, title, description in rows]
labels = [label for label, _, _ in rows]
splits = json.loads((shared / "data/peer_splits/agnews.json").read_text())

model = SentenceTransformer(str(shared / "models/all-MiniLM-L6-v2"), device="cpu")
needed = sorted({row for key in [*map(str, range(10)), "test"] for row in splits[key]})
vectors = dict(zip(needed, model.encode([texts[row] for row in needed], batch_size=32)))

test = splits["test"]
accuracy = {}
for key in map(str, range(10)):
    train = splits[key]
    head = LogisticRegression(C=1, max_iter=1000).fit([vectors[r] for r in train], [labels[r] for r in train])
    accuracy[key] = head.score([vectors[r] for r in test], [labels[r] for r in test])
json.dump(accuracy, sys.stdout)
