"""A seq2seq model that copies: pointer-generator (See et al. 2017, P17-1099) over a pretrained encoder.

Shapes: batch B, source tokens S, target tokens T, hidden H, generated vocabulary V.
The next token is copied from a source position or, as a gate decides, taken from a small vocabulary of frequent pieces. The copy
attention tells for each output token the place in the source it came from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from transformers import BertConfig, BertModel, PreTrainedConfig, PreTrainedModel

IGNORED = -100
FLOOR = 1e-9
SPREAD = 0.5  # deviation of standardised states: about that of the encoder's own in the middle of its layers


class PointerConfig(PreTrainedConfig):  # type: ignore[no-untyped-call] # transformers has no types
    """Sizes of a pointer-generator; `encoder` is the encoder's configuration as a dictionary."""

    model_type = "pointer_generator"

    def __init__(
        self,
        encoder: dict[str, Any] | None = None,
        decoder_layers: int = 3,
        target_positions: int = 256,
        frequent: tuple[int, ...] = (),
        **others: Any,  # noqa: ANN401 - handed on
    ) -> None:
        """Takes the encoder's configuration and what the decoder adds.

        Args:
            encoder: `BertConfig.to_dict()`.
            decoder_layers: Layers of the decoder.
            target_positions: Longest output in tokens.
            frequent: Ids of the pieces that can be generated without a source.
            others: Arguments of `PreTrainedConfig`.
        """
        self.encoder = encoder or {}
        self.decoder_layers = decoder_layers
        self.target_positions = target_positions
        self.frequent = list(frequent)
        super().__init__(**others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What the decoder reads of a source: copy keys (B, S, H), mask (B, S), keys and values per layer (B, heads, S, d)."""

    copy_keys: Tensor
    copyable: Tensor
    mask: Tensor
    keys: list[Tensor]
    values: list[Tensor]


class Standard(nn.Module):
    """States with the mean and deviation of each dimension taken out.

    A sentence encoder's states lie in a narrow cone: what they have in common is far larger than what tells them apart, and
    attention over them starts uniform and stays so. The statistics are buffers, measured once (`measure`).
    """

    def __init__(self, size: int) -> None:
        """Until it has measured, it changes nothing but the scale."""
        super().__init__()
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("deviation", torch.ones(size))
        self.mean: Tensor
        self.deviation: Tensor

    def measure(self, states: Tensor) -> None:
        """Takes the statistics of states (N, H)."""
        self.mean.copy_(states.mean(dim=0))
        self.deviation.copy_(states.std(dim=0).clamp(min=1e-4))

    def forward(self, states: Tensor) -> Tensor:
        """(..., H) to (..., H), of deviation `SPREAD`."""
        return (states - self.mean) / self.deviation * SPREAD


class DecoderLayer(nn.Module):
    """A post-norm transformer layer with self-attention, cross-attention and feed-forward, as BERT's."""

    def __init__(self, config: BertConfig) -> None:
        """Takes the encoder's sizes."""
        super().__init__()
        size, self.heads = config.hidden_size, config.num_attention_heads
        self.query, self.key, self.value, self.merge = (nn.Linear(size, size) for _ in range(4))
        self.cross_query, self.cross_key, self.cross_value, self.cross_merge = (nn.Linear(size, size) for _ in range(4))
        self.widen, self.narrow = nn.Linear(size, config.intermediate_size), nn.Linear(config.intermediate_size, size)
        self.norm, self.cross_norm, self.last_norm = (nn.LayerNorm(size, eps=config.layer_norm_eps) for _ in range(3))

    def split(self, states: Tensor) -> Tensor:
        """(B, T, H) to (B, heads, T, d)."""
        return states.reshape(*states.shape[:2], self.heads, -1).transpose(1, 2)

    def memory(self, states: Tensor) -> tuple[Tensor, Tensor]:
        """Cross-attention keys and values of the source states: two of (B, heads, S, d)."""
        return self.split(self.cross_key(states)), self.split(self.cross_value(states))

    def forward(
        self, states: Tensor, past: tuple[Tensor, Tensor], cross: tuple[Tensor, Tensor], source_mask: Tensor
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """One layer over new positions.

        Args:
            states: (N, T, H); N rows, the same number in a row for each source, such as its beams.
            past: Keys and values of earlier positions, (N, heads, P, d); P is 0 at the start.
            cross: Keys and values of the sources, (B, heads, S, d).
            source_mask: (B, S), true where there is a token.

        Returns:
            States (N, T, H), and keys and values of earlier and new positions.
        """
        new, before = states.shape[1], past[0].shape[2]
        keys = torch.cat([past[0], self.split(self.key(states))], dim=2)
        values = torch.cat([past[1], self.split(self.value(states))], dim=2)
        seen = torch.ones(new, before + new, dtype=torch.bool, device=states.device).tril(before)
        attended = scaled_dot_product_attention(self.split(self.query(states)), keys, values, attn_mask=seen)
        states = self.norm(states + self.merge(attended.transpose(1, 2).flatten(2)))
        asked = self.split(by_source(self.cross_query(states), source_mask.shape[0]))
        readable = source_mask[:, None, None].expand(
            -1, -1, asked.shape[2], -1
        )  # onnxruntime wants a row for each query
        attended = scaled_dot_product_attention(asked, *cross, attn_mask=readable)
        states = self.cross_norm(states + self.cross_merge(attended.transpose(1, 2).flatten(2).reshape(states.shape)))
        wide = nn.functional.gelu(self.widen(states))
        return self.last_norm(states + self.narrow(wide)), (keys, values)


def by_source(states: Tensor, sources: int) -> Tensor:
    """(N, T, H) to (sources, N / sources * T, H): all that is asked of one source stands in one row."""
    return states.reshape(sources, -1, states.shape[-1])


class PointerGenerator(PreTrainedModel):  # type: ignore[no-untyped-call]
    """Encoder, decoder, copy attention and gate; see the module."""

    config_class = PointerConfig
    base_model_prefix = "pointer"

    def __init__(self, config: PointerConfig) -> None:
        """Builds the model with random weights; `from_encoder` starts from a pretrained one."""
        super().__init__(config)
        sizes = BertConfig(**config.encoder)
        size = sizes.hidden_size
        self.encoder = BertModel(sizes, add_pooling_layer=False)
        self.positions = nn.Embedding(config.target_positions, size)
        self.entry_norm = nn.LayerNorm(size, eps=sizes.layer_norm_eps)
        self.layers = nn.ModuleList(DecoderLayer(sizes) for _ in range(config.decoder_layers))
        self.source_standard, self.target_standard, self.word_standard = (Standard(size) for _ in range(3))
        self.copy_query, self.copy_key, self.copy_word = (nn.Linear(size, size) for _ in range(3))
        self.out = nn.Linear(size, size)
        self.out_bias = nn.Parameter(torch.zeros(len(config.frequent)))
        self.gate = nn.Linear(2 * size, 1)
        self.register_buffer("frequent", torch.tensor(config.frequent, dtype=torch.long))
        self.frequent: Tensor
        self.post_init()  # type: ignore[no-untyped-call]

    def words(self, ids: Tensor) -> Tensor:
        """Standardised embeddings of tokens, (..., H)."""
        embedded: Tensor = self.word_standard(self.encoder.embeddings.word_embeddings(ids))
        return embedded

    def remember(self, input_ids: Tensor, attention_mask: Tensor, copyable: Tensor) -> Memory:
        """Reads a source.

        Args:
            input_ids: (B, S).
            attention_mask: (B, S), 1 where there is a token.
            copyable: (B, S), true where the token may be copied (not the control prefix, not separators).
        """
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        states = self.source_standard(states)
        left = self.words(torch.cat([input_ids[:, :1], input_ids[:, :-1]], dim=1))
        pairs = [layer.memory(states) for layer in self.layers]  # type: ignore[operator]
        return Memory(
            copy_keys=self.copy_key(states) + self.copy_word(left),
            copyable=copyable,
            mask=attention_mask.bool(),
            keys=[k for k, _ in pairs],
            values=[v for _, v in pairs],
        )

    def decode(
        self, memory: Memory, tokens: Tensor, past: list[tuple[Tensor, Tensor]]
    ) -> tuple[Tensor, Tensor, list[tuple[Tensor, Tensor]]]:
        """Distributions after each of the new tokens.

        Args:
            memory: What `remember` gave.
            tokens: New target tokens, (N, T); N rows, the same number in a row for each source.
            past: Keys and values per layer; see `empty_past`.

        Returns:
            Probability of generating each frequent piece (N, T, V), of copying each source position (N, T, S) (together
            they sum to 1), and the new past.
        """
        before = past[0][0].shape[2]
        places = torch.arange(before, before + tokens.shape[1], device=tokens.device)
        states = self.entry_norm(self.encoder.embeddings.word_embeddings(tokens) + self.positions(places))
        grown = []
        for layer, kept, keys, values in zip(self.layers, past, memory.keys, memory.values, strict=True):
            states, kept = layer(states, kept, (keys, values), memory.mask)
            grown.append(kept)
        states = self.target_standard(states)
        # A place is likely to be copied if what stands left of it is what was written last: both sides share `copy_word`.
        asked = by_source(self.copy_query(states) + self.copy_word(self.words(tokens)), memory.mask.shape[0])
        scores = asked @ memory.copy_keys.transpose(1, 2) / states.shape[-1] ** 0.5
        by_rows = scores.masked_fill(~memory.copyable[:, None], -1e4).softmax(dim=-1)
        context = (by_rows @ memory.copy_keys).reshape(states.shape)
        attention = by_rows.reshape(*states.shape[:2], -1)  # (N, T, S)
        generated = (self.out(states) @ self.words(self.frequent).T + self.out_bias).softmax(dim=-1)  # (N, T, V)
        gate = self.gate(torch.cat([states, context], dim=-1)).sigmoid()  # (N, T, 1)
        return gate * generated, (1 - gate) * attention, grown

    def empty_past(self, batch: int) -> list[tuple[Tensor, Tensor]]:
        """The past before the first token: keys and values of length 0 per layer."""
        sizes = self.encoder.config
        shape = (batch, sizes.num_attention_heads, 0, sizes.hidden_size // sizes.num_attention_heads)
        return [(self.positions.weight.new_zeros(shape), self.positions.weight.new_zeros(shape)) for _ in self.layers]

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, copyable: Tensor, decoder_input_ids: Tensor, labels: Tensor
    ) -> dict[str, Tensor]:
        """Mean negative log-likelihood of the target, in nats a token.

        Targets that can be neither generated nor copied count nothing. Label smoothing is not used: a copy is right or wrong.

        Args:
            input_ids: (B, S).
            attention_mask: (B, S).
            copyable: (B, S).
            decoder_input_ids: Target shifted right, (B, T).
            labels: Target, (B, T), `IGNORED` where there is none.
        """
        memory = self.remember(input_ids, attention_mask, copyable)
        generated, copied, _ = self.decode(memory, decoder_input_ids, self.empty_past(len(input_ids)))
        generated, copied = generated.float(), copied.float()
        same = (labels[:, :, None] == input_ids[:, None, :]) & copyable[:, None]  # (B, T, S)
        place = torch.full((self.encoder.config.vocab_size,), -1, device=labels.device)
        place[self.frequent] = torch.arange(len(self.frequent), device=labels.device)
        index = place[labels.clamp(min=0)]  # (B, T); -1 where the piece cannot be generated
        by_rule = generated.gather(-1, index.clamp(min=0)[..., None])[..., 0] * (index >= 0)
        chance = by_rule + (copied * same).sum(dim=-1)
        reachable = (labels != IGNORED) & ((index >= 0) | same.any(dim=-1))
        loss = -(chance.clamp(min=FLOOR).log() * reachable).sum() / reachable.sum().clamp(min=1)
        return {"loss": loss}


def from_encoder(
    folder: str, *, decoder_layers: int, target_positions: int, frequent: Mapping[int, int]
) -> PointerGenerator:
    """A pointer-generator whose encoder is a pretrained one and whose decoder starts from its layers.

    Decoder layers are copies of evenly spaced encoder layers but the last, which draws all states together;
    cross-attention starts as their self-attention. `calibrate` has to follow.

    Args:
        folder: An encoder folder (BERT architecture).
        decoder_layers: Layers of the decoder.
        target_positions: Longest output in tokens.
        frequent: Ids of the pieces that can be generated, each with how often it is in the targets.
    """
    encoder = BertModel.from_pretrained(folder, add_pooling_layer=False, dtype=torch.float32)
    encoder.config.hidden_dropout_prob = encoder.config.attention_probs_dropout_prob = 0.0
    config = PointerConfig(
        encoder=encoder.config.to_dict(),
        decoder_layers=decoder_layers,
        target_positions=target_positions,
        frequent=tuple(frequent),
    )
    model = PointerGenerator(config)
    model.encoder.load_state_dict(encoder.state_dict())
    with torch.no_grad():
        positions = encoder.embeddings.position_embeddings.weight + encoder.embeddings.token_type_embeddings.weight[0]
        model.positions.weight.copy_(positions[:target_positions])
        model.entry_norm.load_state_dict(encoder.embeddings.LayerNorm.state_dict())
        model.word_standard.measure(encoder.embeddings.word_embeddings.weight)
        counts = torch.tensor(list(frequent.values()), dtype=torch.float32)
        model.out_bias.copy_((counts + 1).log() - (counts + 1).sum().log())
        for linear in (model.copy_query, model.copy_key):
            nn.init.orthogonal_(linear.weight)
        nn.init.eye_(model.copy_word.weight)
    layers = encoder.config.num_hidden_layers
    for number, layer in enumerate(model.layers):
        source: Any = encoder.encoder.layer[max(0, layers * (number + 1) // (decoder_layers + 1) - 1)]
        own = source.attention
        pairs = {
            "query": own.self.query, "key": own.self.key, "value": own.self.value, "merge": own.output.dense,
            "cross_query": own.self.query, "cross_key": own.self.key, "cross_value": own.self.value,
            "cross_merge": own.output.dense, "widen": source.intermediate.dense, "narrow": source.output.dense,
            "norm": own.output.LayerNorm, "cross_norm": own.output.LayerNorm, "last_norm": source.output.LayerNorm,
        }  # fmt: skip
        for name, module in pairs.items():
            layer.get_submodule(name).load_state_dict(module.state_dict())
    return model


@torch.no_grad()
def calibrate(model: PointerGenerator, batch: Mapping[str, Tensor]) -> None:
    """Measures on a batch, as `forward` takes it, what encoder and decoder states have in common."""
    read = {name: batch[name] for name in ("input_ids", "attention_mask", "copyable")}
    states = model.encoder(input_ids=read["input_ids"], attention_mask=read["attention_mask"]).last_hidden_state
    model.source_standard.measure(states[read["attention_mask"].bool()])
    found: list[Tensor] = []
    hook = model.target_standard.register_forward_pre_hook(lambda _, inputs: found.append(inputs[0]))
    model.decode(model.remember(**read), batch["decoder_input_ids"], model.empty_past(len(batch["labels"])))
    hook.remove()
    model.target_standard.measure(found[0][batch["labels"] != IGNORED])
