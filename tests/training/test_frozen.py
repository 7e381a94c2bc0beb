from collections.abc import Callable

import pytest
import torch
from transformers import BertConfig, BertModel, ModernBertConfig, ModernBertModel, PreTrainedModel, set_seed

from pipeline.errors import ConfigError
from pipeline.training.frozen import FrozenLayers, pad_states

WINDOWS = [[0, 5, 6, 7, 2], [0, 9, 2]]
SIZES = {"vocab_size": 20, "hidden_size": 16, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 32}


def bert() -> PreTrainedModel:
    return BertModel(BertConfig(**SIZES), add_pooling_layer=False)


def modern_bert() -> PreTrainedModel:
    ids = {"pad_token_id": 1, "cls_token_id": 0, "bos_token_id": 0, "sep_token_id": 2, "eos_token_id": 2}
    return ModernBertModel(ModernBertConfig(**SIZES, **ids))


@pytest.mark.parametrize("make", [bert, modern_bert])
def test_recorded_states_give_what_the_whole_encoder_gives(make: Callable[[], PreTrainedModel]) -> None:
    set_seed(3)
    encoder = make().eval()
    ids, mask = torch.tensor([WINDOWS[0], [*WINDOWS[1], 1, 1]]), torch.tensor([[1] * 5, [1, 1, 1, 0, 0]])
    whole = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
    frozen = FrozenLayers(encoder, 2)
    states = frozen.record(WINDOWS)
    assert [s.shape for s in states] == [(5, 16), (3, 16)]
    with frozen.cut() as recorded:
        recorded.states = pad_states(states)
        cut = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        assert sum(p.numel() for p in encoder.parameters()) < sum(p.numel() for p in make().parameters())
    torch.testing.assert_close(cut[mask.bool()], whole[mask.bool()], atol=2e-3, rtol=0)
    again = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
    torch.testing.assert_close(again, whole)


def test_there_are_not_more_layers_than_there_are() -> None:
    with pytest.raises(ConfigError, match="5 is more than the 4 layers"):
        FrozenLayers(bert(), 5)
