# python bench/ngrams/reference.py ../shared/data: scikit-learn's n-gram features with its logistic regression on the same
# splits, with a vocabulary of the training rows in place of hashing.
import csv
import json
import sys

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

data = sys.argv[1]


def table(name):
    with open(f"{data}/{name}", newline="") as file:
        return list(csv.reader(file))


def splits(name):
    with open(f"{data}/peer_splits/{name}.json") as file:
        return json.load(file)


def sst2(name):
    with open(f"{data}/sst/{name}") as file:
        return [(line[2:].rstrip("\n"), line[0]) for line in file]


news = [(f"{title}. {text}", label) for label, title, text in table("ag_news_test/test.csv")]
tasks = {
    "AG News": (news, [news[i] for i in splits("agnews")["test"]], splits("agnews")),
    "SST-2": (sst2("stsa.binary.train"), sst2("stsa.binary.test"), splits("sst2")),
    "Banking77": (table("banking77/train.csv")[1:], table("banking77/test.csv")[1:], splits("banking77")),
}
vectorizers = {
    "tf-idf, words 1-2": dict(ngram_range=(1, 2)),
    "tf-idf, characters 3-5": dict(analyzer="char_wb", ngram_range=(3, 5)),
    "tf, characters 3-5": dict(analyzer="char_wb", ngram_range=(3, 5), use_idf=False),
}
for task, (train, test, rows) in tasks.items():
    for name, options in vectorizers.items():
        accuracies = []
        for seed in range(10):
            chosen = [train[i] for i in rows[str(seed)]]
            vectorizer = TfidfVectorizer(sublinear_tf=True, **options)
            x = vectorizer.fit_transform([text for text, _ in chosen])
            model = LogisticRegression(max_iter=200).fit(x, [label for _, label in chosen])
            accuracies.append(100 * model.score(vectorizer.transform([text for text, _ in test]), [label for _, label in test]))
        print(f"{task}, {name}: {np.mean(accuracies):.1f} ± {np.std(accuracies, ddof=1):.1f}", flush=True)
