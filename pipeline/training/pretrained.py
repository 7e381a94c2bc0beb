"""The encoder a tagger starts from: a folder or a hub model of any architecture that has a token classifier."""

import os
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import torch
from transformers import (
    AutoConfig,
    AutoModelForTokenClassification,
    AutoTokenizer,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from pipeline.config import WindowConfig
from pipeline.errors import ConfigError, ModelError
from pipeline.tagging.features import WindowEncoder
from pipeline.tagging.special import SpecialTokens
from pipeline.training.settings import TrainTaggerConfig

# What architectures call the dropout of hidden states (BERT, ModernBERT) and of attention.
HIDDEN_DROPOUT = ("hidden_dropout_prob", "embedding_dropout", "mlp_dropout")
ATTENTION_DROPOUT = ("attention_probs_dropout_prob", "attention_dropout")
# Their positions count from after the padding's.
SHIFTED_POSITIONS = ("roberta", "xlm-roberta", "camembert", "xlm-roberta-xl", "roberta-prelayernorm")


def load_tokenizer(encoder: str, allow_download: bool = False) -> PreTrainedTokenizerFast:
    """The encoder's tokenizer.

    Raises:
        ModelError: It is not there and may not be downloaded, or is not a fast one.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(encoder, local_files_only=not allow_download)
    except (OSError, ValueError) as error:
        raise _not_loaded(encoder, allow_download, error) from None
    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        raise ModelError(f"{encoder}: has no fast tokenizer, which is needed: convert it to tokenizer.json")
    return tokenizer


def window_encoder(tokenizer: PreTrainedTokenizerFast, window: WindowConfig) -> WindowEncoder:
    """Windows as the tagger will make them from the same tokenizer."""
    backend = tokenizer.backend_tokenizer
    special = SpecialTokens.resolve(backend, tokenizer.special_tokens_map)
    return WindowEncoder(tokenizer=backend, window=window, special=special)


def load_classifier(settings: TrainTaggerConfig, device: torch.device | None = None) -> PreTrainedModel:
    """The encoder under a new linear classifier with one output per topic, in float32.

    Args:
        settings: Encoder, topics, window, dropout.
        device: Where to; left out, the CPU.

    Raises:
        ConfigError: A window would not fit the encoder.
        ModelError: The encoder is not there and may not be downloaded, or has no token classifier.
    """
    topics = [topic.id for topic in settings.topics]
    local = not settings.allow_download
    try:
        config = AutoConfig.from_pretrained(settings.encoder, num_labels=len(topics), local_files_only=local)
        _check_window(settings, config)
        config.id2label, config.label2id = dict(enumerate(topics)), {topic: i for i, topic in enumerate(topics)}
        set_dropout(config, settings.dropout)
        model: PreTrainedModel = AutoModelForTokenClassification.from_pretrained(
            settings.encoder,
            config=config,
            dtype=torch.float32,
            local_files_only=local,
            use_safetensors=True,
            ignore_mismatched_sizes=True,
        )
    except (OSError, ValueError) as error:
        raise _not_loaded(settings.encoder, settings.allow_download, error) from None
    if not isinstance(getattr(model, "classifier", None), torch.nn.Linear):
        raise ModelError(f"{settings.encoder}: {type(model).__name__} has no linear classifier: choose another encoder")
    keep_layers(model.base_model, settings.layers)
    torch.nn.Module.to(model, device or torch.device("cpu"))
    return model


def set_dropout(config: PreTrainedConfig, hidden: float) -> None:
    """Sets the dropout of hidden states, and none in attention, whatever the architecture calls them."""
    for names, value in ((HIDDEN_DROPOUT, hidden), (ATTENTION_DROPOUT, 0.0)):
        for name in names:
            if hasattr(config, name):
                setattr(config, name, value)


def keep_layers(encoder: torch.nn.Module, count: int) -> None:
    """Keeps `count` evenly spaced layers of an encoder, the last among them, in place (Sanh et al. 2019, arXiv:1910.01108).

    Raises:
        ConfigError: There are fewer, or the architecture is one whose layers differ in kind.
    """
    stack = _layers(encoder)
    if not count or count == len(stack):
        return
    if count > len(stack):
        raise ConfigError(f"layers: {count} is more than the {len(stack)} of the encoder")
    config: Any = encoder.config
    if getattr(config, "layer_types", None):
        raise ConfigError(f"layers: those of {config.model_type} differ in kind: leave the setting out")
    kept = [stack[len(stack) * (number + 1) // count - 1] for number in range(count)]
    del stack[:]
    stack.extend(kept)
    config.num_hidden_layers = count


def _layers(encoder: torch.nn.Module) -> torch.nn.ModuleList:
    """An encoder's stack of layers: the longest list of modules in it."""
    lists = [module for module in encoder.modules() if isinstance(module, torch.nn.ModuleList)]
    return max(lists, key=len, default=torch.nn.ModuleList())


def _not_loaded(encoder: str, allow_download: bool, error: Exception) -> ModelError:
    hint = "" if allow_download else "; to fetch it from the hub once, set allow_download: true in the config"
    return ModelError(f"{encoder}: the encoder cannot be loaded ({str(error).splitlines()[0]}){hint}")


def _check_window(settings: TrainTaggerConfig, config: PreTrainedConfig) -> None:
    positions = getattr(config, "max_position_embeddings", None)
    if positions and config.model_type in SHIFTED_POSITIONS:
        positions -= config.pad_token_id + 1
    if positions and settings.window.limit > positions:
        raise ConfigError(
            f"window.limit {settings.window.limit} is more than the {positions} tokens {settings.encoder} reads: set"
            f" window: {{limit: {positions}, context: {positions // 4}}}"
        )


def freeze(encoder: torch.nn.Module, layers: int) -> None:
    """Keeps what lies below layer number `layers` of an encoder as it is, which saves its backward pass.

    Encoders define their parts in the order they compute: embeddings, perhaps a projection, layers, perhaps a norm. With
    as many layers as there are, everything is kept.

    Raises:
        ConfigError: There are fewer layers.
    """
    stack = _layers(encoder)
    if layers > len(stack):
        raise ConfigError(f"freeze_layers: {layers} is more than the {len(stack)} layers of the encoder")
    learning = {id(p) for layer in list(stack)[layers:] for p in layer.parameters()}
    for parameter in encoder.parameters() if layers else ():
        if id(parameter) in learning:
            break
        parameter.requires_grad_(False)
