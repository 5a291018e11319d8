"""One process of the comparison: SetFit on the rows of a JSON file, trained and asked; its accuracy and the seconds of its parts as JSON.

Usage: theirs.py MODEL ROWS.json THREADS [SECONDS], where the rows are {"train": [[text, label], ...], "test": [...]}. With seconds, there are
as many steps of training as fill them beside imports and loading, by the speed of some steps that are made before and do not count.
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
seconds = float(sys.argv[4]) if len(sys.argv) > 4 else None
torch.set_num_threads(int(threads))
with open(rows_file, encoding="utf-8") as file:
    rows = json.load(file)
texts, labels = zip(*rows["train"])
asked, truth = zip(*rows["test"])

dataset = Dataset.from_dict({"text": list(texts), "label": list(labels)})


def trainer_of(steps):
    return Trainer(
        model=SetFitModel.from_pretrained(model_folder),
        args=TrainingArguments(
            batch_size=16,
            num_epochs=1,
            num_iterations=20,
            max_steps=-1 if steps is None else steps,
            body_learning_rate=2e-5,
            seed=rows["seed"],
            report_to="none",
            save_strategy="no",
            show_progress_bar=False,
        ),
        train_dataset=dataset,
    )


def seconds_of(trainer):
    began = time.perf_counter()
    trainer.train_embeddings(*trainer.dataset_to_parameters(dataset))
    return time.perf_counter() - began


loading = time.perf_counter()
trainer = trainer_of(None)
loaded = time.perf_counter()
steps = None
if seconds is not None:
    few, more = 5, 20
    short, long = seconds_of(trainer_of(few)), seconds_of(trainer_of(few + more))
    left = seconds - (imported - start) - (loaded - loading) - short
    steps = max(1, few + int(left * more / (long - short)))
    trainer = trainer_of(steps)
model = trainer.model
began = time.perf_counter()
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
                "load": loaded - loading,
                "training": trained - began,
                "asking": ended - trained,
            },
            "steps": steps,
        }
    )
)
