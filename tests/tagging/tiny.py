"""Tiny random models of the classes that encoders on the hub have, each with a tokenizer of its family."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors
from transformers import (
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    BertConfig,
    BertTokenizer,
    GemmaTokenizer,
    ModernBertConfig,
    PreTrainedConfig,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
    T5Config,
    XLMRobertaConfig,
    XLMRobertaTokenizer,
    set_seed,
)

TEXT = "".join(
    sorted(
        set(
            "今天企业大学签约气很好。，、书记率队到访座谈协议一二三四五六七八九十abc0123456789\"'-.:()市长考察公司与校董事"
        )
    )
)
CURLY = "“”‘’—…："
SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}


def bert_tokenizer(text: str = TEXT) -> PreTrainedTokenizerBase:
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *text, *(f"##{c}" for c in text)]
    return BertTokenizer(vocab={word: i for i, word in enumerate(words)})


def xlm_roberta_tokenizer(text: str = TEXT) -> PreTrainedTokenizerBase:
    pieces = [(piece, 0.0) for piece in ("<s>", "<pad>", "</s>", "<unk>")]
    return XLMRobertaTokenizer(vocab=[*pieces, *((piece, -2.0) for piece in ("▁", *text)), ("<mask>", 0.0)])


def gemma_tokenizer() -> PreTrainedTokenizerBase:
    """Gemma's vocabulary has <s> as well, a tag of HTML."""
    words = [
        "<pad>",
        "<eos>",
        "<bos>",
        "<unk>",
        "<mask>",
        "<s>",
        "</s>",
        *(f"<0x{i:02X}>" for i in range(256)),
        "▁",
        *TEXT,
    ]
    return GemmaTokenizer(vocab={word: i for i, word in enumerate(words)}, merges=[])


def t5_tokenizer() -> PreTrainedTokenizerBase:
    """An encoder without a first token."""
    words = ["<pad>", "</s>", "<unk>", *TEXT]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="</s>", unk_token="<unk>", pad_token="<pad>", model_max_length=64
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """How to make one: its tokenizer, and its config with a vocabulary of this size, reading 64 tokens."""

    tokenizer: Callable[[], PreTrainedTokenizerBase]
    config: Callable[..., PreTrainedConfig]
    borders: tuple[str | None, str]


FAMILIES = {
    # chinese-roberta-wwm-ext, chinese-macbert-base, chinese-lert-base, rbt3, bge-small-zh-v1.5
    "bert": Family(
        tokenizer=bert_tokenizer,
        config=lambda **sizes: BertConfig(**SMALL, **sizes, max_position_embeddings=64),
        borders=("[CLS]", "[SEP]"),
    ),
    "xlm-roberta": Family(  # its two positions up to that of the padding hold no token
        tokenizer=xlm_roberta_tokenizer,
        config=lambda **sizes: XLMRobertaConfig(**SMALL, **sizes, max_position_embeddings=66),
        borders=("<s>", "</s>"),
    ),
    "modernbert": Family(  # mmBERT
        tokenizer=gemma_tokenizer,
        config=lambda **sizes: ModernBertConfig(
            **SMALL,
            **sizes,
            max_position_embeddings=64,
            local_attention=16,
            cls_token_id=2,
            bos_token_id=2,
            sep_token_id=1,
            eos_token_id=1,
        ),
        borders=("<bos>", "<eos>"),
    ),
    "t5": Family(
        tokenizer=t5_tokenizer,
        config=lambda **sizes: T5Config(
            **sizes, d_model=32, d_kv=16, d_ff=64, num_layers=2, num_heads=2, decoder_start_token_id=0
        ),
        borders=(None, "</s>"),
    ),
}


def save_classifier(
    folder: Path, name: str, labels: Sequence[str], *, sequence: bool = False, problem_type: str | None = None
) -> Path:
    """Writes a random classifier of a family with these labels, of tokens or of sequences."""
    family = FAMILIES[name]
    tokenizer = family.tokenizer()
    set_seed(1)
    config = family.config(vocab_size=len(tokenizer), pad_token_id=tokenizer.pad_token_id)
    config.id2label, config.label2id = dict(enumerate(labels)), {label: i for i, label in enumerate(labels)}
    config.problem_type = problem_type
    model = (AutoModelForSequenceClassification if sequence else AutoModelForTokenClassification).from_config(config)
    if name != "t5":  # its start is large
        for parameter in model.parameters():  # so that scores differ by more than rounding
            parameter.data.mul_(8.0 if parameter.dim() > 1 else 1.0)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
