"""One process of the comparison: SetFit on the rows of a JSON file, trained and asked; its accuracy and the seconds of its parts as JSON.

Usage: theirs.py MODEL ROWS.json THREADS, where the rows are {"train": [[text, label], ...], "test": [...]}.
"""

import json
import sys
import time

start = time.perf_counter()
import torch  # noqa: E402  the imports are part of what is timed
from datasets import Dataset  # noqa: E402
from setfit import SetFitModel, Trainer, TrainingArguments  # noqa: E402

imported = time.perf_counter()
model_folder, rows_file, threads = sys.argv[1:4]
torch.set_num_threads(int(threads))
with open(rows_file, encoding="utf-8") as file:
    rows = json.load(file)
texts, labels = zip(*rows["train"])
asked, truth = zip(*rows["test"])

model = SetFitModel.from_pretrained(model_folder)
arguments = TrainingArguments(
    batch_size=16,
    num_epochs=1,
    num_iterations=20,
    body_learning_rate=2e-5,
    seed=rows["seed"],
    report_to="none",
    save_strategy="no",
    show_progress_bar=False,
)
trainer = Trainer(
    model=model,
    args=arguments,
    train_dataset=Dataset.from_dict({"text": list(texts), "label": list(labels)}),
)
loaded = time.perf_counter()
trainer.train()
trained = time.perf_counter()
said = model.predict(list(asked), as_numpy=True)
ended = time.perf_counter()
print(
    json.dumps(
        {
            "accuracy": 100 * sum(int(a == b) for a, b in zip(said, truth)) / len(truth),
            "parts": {
                "import": imported - start,
                "load": loaded - imported,
                "training": trained - loaded,
                "asking": ended - trained,
            },
        }
    )
)
