"""Adapts an encoder to a kind of text: masked language modelling on plain news.

Devlin et al. 2019, BERT (N19-1423), for the task; Gururangan et al. 2020, Don't Stop Pretraining (2020.acl-main.740), for
doing it on the texts a model will read. Windows are the tagger's: a title, then sentences, a separator after each.
"""

from pathlib import Path

import torch
from pydantic import Field
from transformers import AutoModelForMaskedLM, DataCollatorForLanguageModeling, Trainer, TrainingArguments, set_seed

from pipeline.config import Settings, WindowConfig
from pipeline.errors import InputError, ModelError
from pipeline.training.checkpoints import last_checkpoint
from pipeline.training.pretrained import load_tokenizer, set_dropout, window_encoder
from pipeline.training.tagger import computes_bf16
from pipeline.training.texts import text_windows

WORKERS = 8  # processes that mask and pad ahead of an accelerator


class AdaptEncoderConfig(Settings):
    """How an encoder is adapted. The rate is AdamW's, with linear warm-up and decay."""

    texts: tuple[Path, ...] = Field(min_length=1)
    leave_out: tuple[Path, ...] = ()
    encoder: str
    allow_download: bool = False
    output: Path
    work: Path = Path("build/adapt_encoder")
    window: WindowConfig = WindowConfig(limit=512, context=0, title=48)
    masked: float = Field(default=0.2, gt=0, lt=1, description="share of the tokens to guess")
    epochs: float = Field(default=1.0, gt=0)
    windows_per_step: int = Field(default=8, ge=1)
    rate: float = Field(default=2e-4, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    warmup: float = Field(default=0.05, ge=0, lt=1)
    held_out: float = Field(default=0.005, gt=0, lt=1)
    seed: int = 13


def adapt_encoder(settings: AdaptEncoderConfig) -> tuple[float, float]:
    """Trains and writes the encoder's folder; a run that was stopped goes on from its last checkpoint.

    Returns:
        Loss on the windows held out, in nats a masked token, before and after.

    Raises:
        InputError: A file cannot be used.
        ModelError: The encoder is not there, or its tokenizer has no mask.
    """
    set_seed(settings.seed)
    tokenizer = load_tokenizer(settings.encoder, settings.allow_download)
    if tokenizer.mask_token is None:
        raise ModelError(f"{settings.encoder}: its tokenizer has no mask token: choose an encoder of another kind")
    encode = window_encoder(tokenizer, settings.window)
    windows = text_windows(settings.texts, settings.leave_out, encode).remove_columns("units")
    if len(windows) < 2:
        raise InputError("one window is not enough: some are held out to watch the training")
    parts = windows.train_test_split(test_size=max(1, round(settings.held_out * len(windows))), seed=settings.seed)
    model = AutoModelForMaskedLM.from_pretrained(
        settings.encoder, dtype=torch.float32, local_files_only=not settings.allow_download, use_safetensors=True
    )
    set_dropout(model.config, 0.0)
    on_accelerator = torch.accelerator.is_available()
    trainer = Trainer(
        model=model,
        args=TrainingArguments(
            output_dir=str(settings.work),
            num_train_epochs=settings.epochs,
            per_device_train_batch_size=settings.windows_per_step,
            per_device_eval_batch_size=settings.windows_per_step,
            learning_rate=settings.rate,
            weight_decay=settings.weight_decay,
            warmup_steps=settings.warmup,
            bf16=computes_bf16(),
            train_sampling_strategy="group_by_length",
            dataloader_num_workers=WORKERS if on_accelerator else 0,
            use_cpu=not on_accelerator,
            save_steps=0.05,
            save_total_limit=1,
            logging_steps=50,
            report_to=[],
            seed=settings.seed,
        ),
        train_dataset=parts["train"],
        eval_dataset=parts["test"],
        data_collator=DataCollatorForLanguageModeling(tokenizer, mlm_probability=settings.masked),
    )
    before = trainer.evaluate()["eval_loss"]
    checkpoint = last_checkpoint(settings.work)
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    after = trainer.evaluate()["eval_loss"]
    adapted = trainer.accelerator.unwrap_model(model, keep_fp32_wrapper=False).float().cpu()
    adapted.base_model.save_pretrained(settings.output)
    tokenizer.save_pretrained(settings.output)
    return float(before), float(after)
