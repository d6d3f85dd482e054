"""An experiment: a small trained head that tells a passage that answers from one about nearly the same.

    python -m evals.train.head DATASET[:FILE,…]… --unseen DATASET[:FILE,…]… [--limit N]

Every question is asked as it is and with its articles hidden, as for the confidence. The head sees the frozen token
states of the question and of the best units of the first article; it learns on development halves, of the first group
of sets only, and scores each question by a copy of it that has seen no question about the same article, in either
language. What counts is the confidence with and without that score. What came of it is in `README.md`.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from assistant.ask import Scope, Trace, ask
from evals.datasets import Question, Selection, load, resolved
from evals.index import Index, configured, opened
from evals.metrics import auroc
from evals.progress import progress
from evals.shelf import unshelved
from evals.systems import remembering
from kb.embedding.onnx import OnnxEmbedder
from kb.embedding.protocol import FloatMatrix
from kb.errors import UsageError

UNITS = 4
"""Of the first article's evidence: as many as the confidence embeds anyway, so that the head costs no forward pass."""

WIDTH, FOLDS, EPOCHS, BATCH, RATE, SEED = 64, 4, 4, 32, 3e-3, 0
_SHARP = 8.0
"""Steepness of "this token found no partner", a logistic step over cosines."""

_LANGUAGE = re.compile(r"(?<=-)(de|en)-")


@dataclass(slots=True)
class Record:
    """A question as it was judged: its features, tokens asked and read, and whether the first article is right."""

    dataset: str
    question: Question
    case: str
    features: dict[str, float]
    right: bool
    answerable: bool
    asked: FloatMatrix
    read: FloatMatrix
    score: float = 0.0
    dev: bool = False
    fold: int = 0


@dataclass(slots=True)
class Head:
    """Projection (dimensions, WIDTH), salience of a question's token (dimensions), and a logistic output.

    Each token of the question meets its best partner of the evidence (ColBERT, Khattab & Zaharia 2020,
    arXiv:2004.12832); the salience-weighted mean of their cosines and of what found no partner are the two inputs.
    """

    projection: FloatMatrix
    salience: FloatMatrix
    out: FloatMatrix = field(default_factory=lambda: np.array([6.0, -2.0, -3.0, 0.6], np.float32))

    def parameters(self) -> list[FloatMatrix]:
        """The arrays that are learned, in the order of the gradients of ``learn``."""
        return [self.projection, self.salience, self.out]

    def logit(self, record: Record) -> float:
        """Log odds that the evidence answers."""
        return self.learn(record, None)[0]

    def learn(self, record: Record, target: tuple[float, float] | None) -> tuple[float, list[FloatMatrix]]:
        """The logit and, for (label, weight), the gradients of the weighted cross entropy."""
        q, (a, a_length) = record.asked, _unit(record.asked @ self.projection)
        cosines = a @ _unit(record.read @ self.projection)[0].T
        partner = cosines.argmax(axis=1)
        best = cosines[np.arange(len(q)), partner]
        w = np.exp((raw := q @ self.salience) - raw.max())
        w /= w.sum()
        lone = 1 / (1 + np.exp(-_SHARP * (self.out[3] - best)))
        inputs = np.array([w @ best, w @ lone, 1.0], np.float32)
        logit = float(self.out[:3] @ inputs)
        if target is None:
            return logit, []
        d = target[1] * (1 / (1 + np.exp(-logit)) - target[0])
        slope = _SHARP * lone * (1 - lone)
        d_best = d * w * (self.out[0] - self.out[1] * slope)
        value = self.out[0] * best + self.out[1] * lone
        d_salience = q.T @ (d * w * (value - w @ value))
        p = record.read[partner]
        b, b_length = _unit(p @ self.projection)
        d_a = d_best[:, None] * (b - best[:, None] * a) / a_length
        d_b = d_best[:, None] * (a - best[:, None] * b) / b_length
        d_out = np.append(d * inputs, d * self.out[1] * (w @ slope))
        return logit, [q.T @ d_a + p.T @ d_b, d_salience, d_out]


def _unit(rows: FloatMatrix) -> tuple[FloatMatrix, FloatMatrix]:
    length = np.linalg.norm(rows, axis=1, keepdims=True) + 1e-6
    return rows / length, length


@dataclass(slots=True)
class _Adam:
    array: FloatMatrix
    first: FloatMatrix
    second: FloatMatrix
    steps: int = 0

    def descend(self, gradient: FloatMatrix) -> None:
        self.steps += 1
        self.first += 0.1 * (gradient - self.first)
        self.second += 0.001 * (gradient**2 - self.second)
        first, second = self.first / (1 - 0.9**self.steps), self.second / (1 - 0.999**self.steps)
        self.array -= RATE * first / (np.sqrt(second) + 1e-8)


def train(records: Sequence[Record], seed: int = SEED) -> Head:
    """Cross entropy by Adam; sets weigh by the root of their size, right and wrong alike."""
    rng = np.random.default_rng(seed)
    states = np.concatenate([record.asked for record in records[:300]])
    head = Head(np.linalg.svd(states, full_matrices=False)[2][:WIDTH].T.copy(), np.zeros(states.shape[1], np.float32))
    sizes = Counter((record.dataset, record.right) for record in records)
    weights = np.array([sizes[record.dataset, record.right] ** -0.5 for record in records])
    weights /= weights.mean()
    rules = [_Adam(array, np.zeros_like(array), np.zeros_like(array)) for array in head.parameters()]
    for _ in range(EPOCHS):
        for batch in np.array_split(rng.permutation(len(records)), max(1, len(records) // BATCH)):
            found = [head.learn(records[i], (float(records[i].right), float(weights[i])))[1] for i in batch]
            for place, rule in enumerate(rules):
                rule.descend(np.mean([gradients[place] for gradients in found], axis=0))
    return head


def collect(index: Index, name: str, questions: Sequence[Question]) -> Iterator[Record]:
    """Ask each question as it is and, where the set has no unanswerable ones, with its articles hidden."""
    with unshelved(index.library):
        model = index.library.embedder
    if not isinstance(model, OnnxEmbedder):
        raise UsageError("The head reads the tokens of the bundled model.", "Leave embedding.model as it is.")
    hide = all(question.answerable for question in questions)
    found: list[tuple[Record, str, str]] = []
    with remembering(index.library, questions):
        for question in progress(questions, name):
            good = question.relevant | question.also_ok
            for hidden in [(), tuple(sorted(good))] if hide else [()]:
                trace = Trace()
                scope = Scope(language=question.target_language, limit=20, hidden=hidden)
                reply = ask(index.library, question.text, scope, log=False, trace=trace)
                steps = {step["step"]: step for step in trace.steps}
                if not reply.nearest or not steps["judge"]["features"]:
                    continue
                answerable = question.answerable and not hidden
                right = answerable and reply.nearest[0].article_id in good
                text = "\n".join(dict.fromkeys(unit["text"] for unit in steps["evidence"]["units"][:UNITS]))
                none = np.empty((0, 0), np.float32)
                judged = steps["judge"]
                record = Record(name, question, judged["case"], judged["features"], right, answerable, none, none)
                found.append((record, question.text, text))
    states = _tokens(model, sorted({text for _, asked, read in found for text in (asked, read)}))
    for record, asked, read in found:
        record.asked, record.read = states[asked], states[read]
        record.dev, record.fold = record.question.split == "dev", _fold(record.question)
        if len(record.asked) and len(record.read):
            yield record


def _tokens(model: OnnxEmbedder, texts: Sequence[str]) -> dict[str, FloatMatrix]:
    spans = [[span for span in model.token_offsets(text) if span[1] > span[0]] for text in texts]
    return dict(zip(texts, model.embed_spans_of(texts, spans), strict=True))


def _fold(question: Question) -> int:
    about = min(question.relevant | question.also_ok, default=question.id)
    return int(hashlib.sha1(_LANGUAGE.sub("", about).encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS


def confidence(records: Sequence[Record], *, scored: bool) -> dict[str, float | None]:
    """AUROC on the test half of each set of the confidence fitted on dev halves, with or without the head's score."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    p: dict[int, float] = {}
    sizes = Counter(record.dataset for record in records)
    for case in {record.case for record in records}:
        mine = [record for record in records if record.case == case]
        values = np.array([[*record.features.values(), *([record.score] if scored else [])] for record in mine])
        dev = np.array([record.dev for record in mine])
        weights = np.array([len(mine) / sizes[record.dataset] for record in mine])[dev]
        model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=5000))
        model.fit(
            values[dev], [record.right for record in mine if record.dev], logisticregression__sample_weight=weights
        )
        p |= {id(record): float(one) for record, one in zip(mine, model.predict_proba(values)[:, 1], strict=True)}
    return _apart(records, lambda record: p[id(record)], lambda record: record.answerable)


def alone(records: Sequence[Record]) -> dict[str, float | None]:
    """AUROC of the head's score by itself, on the test half of each set: the right passage against any other."""
    return _apart(records, lambda record: record.score, lambda record: record.right)


def _apart(
    records: Sequence[Record], value: Callable[[Record], float], positive: Callable[[Record], bool]
) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for name in sorted({record.dataset for record in records}):
        tested = [record for record in records if record.dataset == name and not record.dev]
        found[name] = auroc(
            [value(record) for record in tested if positive(record)],
            [value(record) for record in tested if not positive(record)],
        )
    return found


def score(records: Sequence[Record], learned_from: frozenset[str]) -> None:
    """Give every record the score of a head trained on other articles, and on those sets' development halves only."""
    for fold in progress(range(FOLDS), "Training"):
        head = train([one for one in records if one.dev and one.dataset in learned_from and one.fold != fold])
        for record in records:
            if record.fold == fold:
                record.score = head.logit(record)


def main(arguments: Sequence[str]) -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("datasets", nargs="+", metavar="DATASET[:FILE,...]")
    parser.add_argument("--unseen", nargs="*", default=[], metavar="DATASET[:FILE,...]")
    parser.add_argument("--limit", type=int)
    options = parser.parse_args(arguments)
    records: list[Record] = []
    seen: set[str] = set()
    for number, chosen in enumerate([*options.datasets, *options.unseen]):
        folder, _, files = chosen.partition(":")
        queries = tuple(Path(file) for file in files.split(",") if file)
        dataset = load(Path(folder), Selection(queries=queries, limit=options.limit))
        name = dataset.name + "".join(f"+{file.stem}" for file in queries)
        with opened(dataset.articles, configured()) as index:
            records += collect(index, name, resolved(dataset, index.names).questions)
        if number < len(options.datasets):
            seen.add(name)
    score(records, frozenset(seen))
    measures = (alone(records), confidence(records, scored=False), confidence(records, scored=True))
    lines = ["set | head alone | confidence | with the head's score"]
    for name in measures[0]:
        values = ["-" if (value := one[name]) is None else f"{value:.3f}" for one in measures]
        lines += [" | ".join([name, *values])]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
