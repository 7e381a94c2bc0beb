"""Tiny random models of the classes that summarizers on the hub have, each with a tokenizer of single characters."""

from collections.abc import Callable
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors
from transformers import (
    AutoModelForSeq2SeqLM,
    BartConfig,
    BertTokenizer,
    MT5Config,
    PegasusConfig,
    PreTrainedConfig,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
    T5Config,
    set_seed,
)

TEXT = "".join(
    sorted(
        set(
            "海屿市委书记程望舒率党政代表团赴深圳走访云拓机器人公司，与董事长罗启明座谈。双方签署战略合作协议总投资亿元项目落户"
            "东江理工大学校长许知行表示愿共建研究院月日0123456789.%AIabc“”（）《》；、"
        )
    )
)
READS = 128


def character_tokenizer() -> PreTrainedTokenizerBase:
    words = ["<pad>", "</s>", "<unk>", *TEXT]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="</s>", unk_token="<unk>", pad_token="<pad>", model_max_length=READS
    )


def bert_tokenizer() -> PreTrainedTokenizerBase:
    plain = [c for c in TEXT.lower() if c not in "“”"]
    words = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *dict.fromkeys([*plain, '"']),
        *(f"##{c}" for c in "0123456789abi"),
    ]
    return BertTokenizer(vocab={word: i for i, word in enumerate(words)})


SMALL = {"d_model": 32, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2, "decoder_attention_heads": 2,
         "encoder_ffn_dim": 64, "decoder_ffn_dim": 64, "max_position_embeddings": READS}  # fmt: skip
T5_SMALL = {"d_model": 32, "d_kv": 16, "d_ff": 64, "num_layers": 1, "num_heads": 2, "decoder_start_token_id": 0}
FAMILIES: dict[str, tuple[Callable[[], PreTrainedTokenizerBase], Callable[..., PreTrainedConfig]]] = {
    "bart": (bert_tokenizer, lambda **ids: BartConfig(**SMALL, **ids, forced_eos_token_id=None)),
    "t5": (character_tokenizer, lambda **ids: T5Config(**T5_SMALL, **ids)),
    "mt5": (character_tokenizer, lambda **ids: MT5Config(**T5_SMALL, **ids)),
    "pegasus": (character_tokenizer, lambda **ids: PegasusConfig(**SMALL, **ids, forced_eos_token_id=None)),
}


def save_seq2seq(folder: Path, family: str) -> Path:
    """Writes a random model of a family, whose words differ from call to call of no seed but one."""
    make_tokenizer, make_config = FAMILIES[family]
    tokenizer = make_tokenizer()
    start = tokenizer.cls_token_id if tokenizer.cls_token_id is not None else tokenizer.pad_token_id
    end = tokenizer.eos_token_id if tokenizer.eos_token_id is not None else tokenizer.sep_token_id
    set_seed(7)
    config = make_config(
        vocab_size=len(tokenizer), pad_token_id=tokenizer.pad_token_id, eos_token_id=end, bos_token_id=start
    )
    config.decoder_start_token_id = start
    model = AutoModelForSeq2SeqLM.from_config(config)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
