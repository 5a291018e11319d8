"""Which features of two frozen vectors u and v tell a pair of texts best from eight labelled pairs a label.

    python bench/pairs/features.py MODEL_FOLDER FOLDER_OF_MAKE_MJS

Logistic regression by scikit-learn on all-MiniLM-L6-v2 or another sentence encoder, its penalty chosen of c = 10 and 100 by cross-validation, as `head` does
it; the mean and standard deviation of the accuracy over eight draws, measured on the rest of 500 pairs.
"""
import csv
import sys
import warnings

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from transformers import AutoModel, AutoTokenizer

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
folder, data = sys.argv[1:3]
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModel.from_pretrained(folder).eval()


def encode(texts: list) -> np.ndarray:
    """Means of the last states, of length 1."""
    vectors = []
    with torch.no_grad():
        for start in range(0, len(texts), 64):
            batch = tokenizer(texts[start : start + 64], padding=True, truncation=True, max_length=128, return_tensors="pt")
            states, present = model(**batch).last_hidden_state, batch["attention_mask"].unsqueeze(-1).float()
            vectors.append(torch.nn.functional.normalize((states * present).sum(1) / present.sum(1), dim=1).numpy())
    return np.concatenate(vectors)


def accuracy(x: np.ndarray, y: np.ndarray, seed: int) -> float:
    random = np.random.RandomState(seed)
    learnt = np.concatenate([random.permutation(np.where(y == label)[0])[:8] for label in (0, 1)])
    asked = np.setdiff1d(np.arange(len(y)), learnt)

    def losses(c: float) -> np.ndarray:
        folds = StratifiedKFold(4, shuffle=True, random_state=0)
        said = cross_val_predict(LogisticRegression(C=c, max_iter=500), x[learnt], y[learnt], cv=folds, method="predict_proba")
        return -np.log(said[np.arange(len(learnt)), y[learnt]] + 1e-9)

    gain = losses(10) - losses(100)
    c = 100 if gain.mean() > gain.std(ddof=1) / np.sqrt(len(gain)) else 10
    return 100 * LogisticRegression(C=c, max_iter=500).fit(x[learnt], y[learnt]).score(x[asked], y[asked])


for task in ("banking", "news", "hint3"):
    with open(f"{data}/{task}.csv") as file:
        rows = list(csv.reader(file))[1:]
    rows = [rows[i] for i in np.random.RandomState(0).permutation(len(rows))[:500]]
    u, v = (encode([row[side] for row in rows]) for side in (0, 1))
    y = np.array([row[2] == "yes" for row in rows]).astype(int)
    d, p = np.abs(u - v), u * v
    c = p.sum(1, keepdims=True)
    features = {
        "u, v": [u, v], "|u-v|": [d], "u*v": [p], "|u-v|, u*v": [d, p], "cos": [c], "|u-v|, cos": [d, c], "|u-v|, u*v, cos": [d, p, c],
        "|u-v|, u*v * sqrt(width), cos": [d, p * np.sqrt(u.shape[1]), c], "u, v, |u-v|": [u, v, d], "u, v, |u-v|, u*v": [u, v, d, p],
        "u, v, |u-v|, u*v, cos": [u, v, d, p, c],
    }
    print(task)
    for name, parts in features.items():
        found = [accuracy(np.hstack(parts), y, seed) for seed in range(8)]
        print(f"  {name:30} {np.mean(found):5.1f} ± {np.std(found, ddof=1):.1f}", flush=True)
