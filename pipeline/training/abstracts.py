"""Fine-tunes any `AutoModelForSeq2SeqLM` on texts with abstracts; what it reads is chosen as it will be in use."""

import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
import yaml
from datasets import Dataset
from pydantic import BaseModel, Field, ValidationError
from transformers import DataCollatorForSeq2Seq, Seq2SeqTrainer, Seq2SeqTrainingArguments, set_seed

from pipeline.config import PipelineConfig, Settings, load_config, resolve_model
from pipeline.corpus import read_rows
from pipeline.errors import InputError
from pipeline.evaluation.rouge import rouge
from pipeline.schema import Document, TaggedSentence
from pipeline.summarizing.generator import load_seq2seq, readable, room
from pipeline.summarizing.select import reading
from pipeline.text.sentences import split_sentences
from pipeline.training.data import DEV_SHARE
from pipeline.training.export import publish
from pipeline.training.pointer import IGNORED
from pipeline.training.run import is_first_process
from pipeline.training.settings import FinetuneSummarizerConfig
from pipeline.training.tagger import computes_bf16


class TextWithAbstract(BaseModel):
    """A line of the data."""

    text: str = Field(min_length=1)
    abstract: str = Field(min_length=1)
    title: str = ""
    topic_abstracts: dict[str, str] = Field(default_factory=dict)
    split: Literal["", "train", "dev", "test"] = ""


def load_abstracts(path: Path) -> dict[str, list[TextWithAbstract]]:
    """Texts with abstracts by split; where the file names none, a fifth is dev, by the SHA-256 of the text.

    Raises:
        InputError: A line lacks text or abstract, or a split is empty; the message names file and line.
    """
    rows = []
    for number, raw in read_rows(path):
        try:
            rows.append(TextWithAbstract.model_validate(raw))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise InputError(f"{path}:{number}: {where}: {first['msg']}") from None
    if not any(row.split for row in rows):
        rows.sort(key=lambda row: hashlib.sha256(row.text.encode()).hexdigest())
        kept_apart = max(1, round(DEV_SHARE * len(rows)))
        rows = [row.model_copy(update={"split": "dev" if i < kept_apart else "train"}) for i, row in enumerate(rows)]
    splits = {name: [row for row in rows if row.split == name] for name in ("train", "dev")}
    for name, found in splits.items():
        if not found:
            raise InputError(f"{path}: no texts of the split {name}: two are needed at least, one of each")
    return splits


def finetune_summarizer(
    config_path: Path, *, data: Path | None = None, output: Path | None = None, model: str | None = None
) -> tuple[Path, dict[str, float]] | None:
    """Trains, keeps the epoch that is best on dev, and writes the model folder and a config that uses it.

    The same call after a kill goes on from the last checkpoint.

    Args:
        config_path: Settings, as `FinetuneSummarizerConfig` describes them.
        data: JSON Lines with `text` and `abstract`, instead of the settings'.
        output: The folder to write, instead of the settings' own.
        model: A folder or hub id to start from, instead of the settings'.

    Returns:
        The config, and ROUGE on dev by name; None in a distributed run's processes but the first.

    Raises:
        ConfigError, InputError, ModelError: The settings, the data or the model cannot be used.
    """
    settings = load_config(config_path, FinetuneSummarizerConfig)
    name = resolve_model(model or settings.summarizer.model, config_path)
    settings = settings.model_copy(update={"data": data or settings.data, "output": output or settings.output})
    splits = load_abstracts(settings.data)
    work = settings.work / fingerprint(settings, settings.data, name)
    set_seed(settings.seed)
    network, tokenizer = load_seq2seq(name, settings.summarizer, torch.float32)
    examples = {split: [encode(settings, network, tokenizer, row) for row in rows] for split, rows in splits.items()}
    references = [row.abstract for row in splits["dev"]]
    trainer = Seq2SeqTrainer(
        model=network,
        args=arguments(settings, work),
        train_dataset=Dataset.from_list(examples["train"]),
        eval_dataset=Dataset.from_list(examples["dev"]),
        data_collator=DataCollatorForSeq2Seq(tokenizer, model=network, label_pad_token_id=IGNORED),
        compute_metrics=lambda found: score(tokenizer, found.predictions, references),
    )
    trainer.train(resume_from_checkpoint=any(work.glob("checkpoint-*")))
    figures = {key: float(value) for key, value in trainer.evaluate().items() if "rouge" in key}
    if not is_first_process():
        return None
    settings.output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.output.parent) as made:
        trainer.accelerator.unwrap_model(network, keep_fp32_wrapper=False).save_pretrained(made)
        tokenizer.save_pretrained(made)
        publish(Path(made), settings.output)
    shutil.rmtree(work, ignore_errors=True)  # the checkpoints have served
    return write_config(settings), figures


def fingerprint(settings: Settings, data: Path, model: str) -> str:
    """Names what is trained on what, so that checkpoints are never taken up by another run."""
    described = settings.model_dump_json(exclude={"output", "work"}).encode() + model.encode()
    return hashlib.sha256(described + data.read_bytes()).hexdigest()[:12]


def encode(settings: FinetuneSummarizerConfig, network: Any, tokenizer: Any, row: TextWithAbstract) -> dict[str, Any]:  # noqa: ANN401
    """`input_ids`, `attention_mask` and `labels` of a text: the sentences that the model would read in use, and the abstract."""
    prefix = settings.summarizer.prefix
    plain = split_sentences(Document(id="", source="", title="", body=row.text))
    sentences = [TaggedSentence(sentence=sentence, scores={}, topics=()) for sentence in plain]

    def count(text: str) -> int:
        return len(tokenizer(readable(tokenizer, text), add_special_tokens=False)["input_ids"])

    budget = room(network, tokenizer, settings.summarizer) - len(tokenizer(prefix)["input_ids"])
    source = prefix + readable(tokenizer, reading(sentences, None, budget, count).text)
    read = tokenizer(source, truncation=True, max_length=room(network, tokenizer, settings.summarizer))
    target = readable(tokenizer, row.abstract)
    labels = tokenizer(text_target=target, truncation=True, max_length=settings.target_tokens)["input_ids"]
    return {"input_ids": read["input_ids"], "attention_mask": read["attention_mask"], "labels": labels}


def score(tokenizer: Any, predictions: Any, references: Sequence[str]) -> dict[str, float]:  # noqa: ANN401
    """Mean ROUGE over characters of what was generated."""
    ids = np.where(predictions < 0, tokenizer.pad_token_id, predictions)
    written = tokenizer.batch_decode(ids, skip_special_tokens=True)
    rows = [rouge(text, reference) for text, reference in zip(written, references, strict=True)]
    names = ("rouge_1", "rouge_2", "rouge_l")
    return {name: float(np.mean([getattr(row, name) for row in rows])) for name in names}


def arguments(settings: FinetuneSummarizerConfig, work: Path) -> Seq2SeqTrainingArguments:
    """The settings as `Trainer` takes them."""
    on_cpu = settings.summarizer.device == "cpu" or not torch.accelerator.is_available()
    return Seq2SeqTrainingArguments(
        output_dir=str(work),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.texts_per_step,
        per_device_eval_batch_size=settings.texts_per_step,
        learning_rate=settings.rate,
        weight_decay=settings.weight_decay,
        warmup_steps=settings.warmup,
        bf16=settings.precision == "bf16" or (settings.precision == "auto" and computes_bf16()),
        use_cpu=on_cpu,
        eval_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=2,
        load_best_model_at_end=True,
        metric_for_best_model="rouge_l",
        predict_with_generate=True,
        generation_max_length=settings.target_tokens,
        generation_num_beams=1,
        logging_steps=10,
        report_to=[],
        seed=settings.seed,
    )


def write_config(settings: FinetuneSummarizerConfig) -> Path:
    """Writes a config for `jianbao run` beside the model folder, and gives its path."""
    path = settings.output.with_name(settings.output.name + ".yaml")
    summarizer = settings.summarizer.model_copy(update={"model": f"./{settings.output.name}"})
    summarizer.model_fields_set.add("model")
    config = PipelineConfig(topics=settings.topics, tagger=settings.tagger, summarizer=summarizer)
    values = config.model_dump(mode="json", exclude_unset=True)
    text = yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=120)
    path.write_text(f"# jianbao run FILE --config {path}\n{text}", encoding="utf-8")
    return path
