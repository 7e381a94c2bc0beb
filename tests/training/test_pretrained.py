from pathlib import Path

import pytest
from transformers import AutoConfig, PreTrainedModel

from pipeline.errors import ConfigError, ModelError
from pipeline.training.pretrained import freeze, load_classifier, load_tokenizer, window_encoder
from tests.conftest import TOPICS
from tests.training.builders import make_settings, save_encoder


@pytest.fixture(scope="module")
def encoders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    names = ("bert", "xlm-roberta", "modernbert")
    return {name: save_encoder(tmp_path_factory.mktemp(name), name) for name in names}


def classifier(folder: Path, **changes: object) -> PreTrainedModel:
    return load_classifier(make_settings(folder, folder, **changes))


def learning(model: PreTrainedModel) -> list[str]:
    return [name for name, p in model.named_parameters() if p.requires_grad]


@pytest.mark.parametrize(
    ("family", "first"),
    [("bert", "encoder.layer.1."), ("xlm-roberta", "encoder.layer.1."), ("modernbert", "layers.1.")],
)
def test_freeze_keeps_what_lies_below_a_layer(encoders: dict[str, Path], family: str, first: str) -> None:
    encoder = classifier(encoders[family]).base_model
    freeze(encoder, 1)
    names = [name for name, _ in encoder.named_parameters()]
    below = names.index(next(name for name in names if name.startswith(first)))
    assert below > 0 and learning(encoder) == names[below:]


def test_freeze_of_no_layer_and_of_all(encoders: dict[str, Path]) -> None:
    model = classifier(encoders["modernbert"])
    freeze(model.base_model, 0)
    assert len(learning(model)) == len(list(model.parameters()))
    freeze(model.base_model, 2)
    assert {name.partition(".")[0] for name in learning(model)} == {"head", "classifier"}
    with pytest.raises(ConfigError, match="freeze_layers: 3 is more than the 2 layers"):
        freeze(model.base_model, 3)


@pytest.mark.parametrize("family", ["bert", "xlm-roberta", "modernbert"])
def test_labels_are_the_topics_and_dropout_is_set(encoders: dict[str, Path], family: str) -> None:
    config = classifier(encoders[family], dropout=0.25).config
    assert [config.id2label[i] for i in range(3)] == list(TOPICS)
    names = (
        ("mlp_dropout", "attention_dropout")
        if family == "modernbert"
        else ("hidden_dropout_prob", "attention_probs_dropout_prob")
    )
    assert [getattr(config, name) for name in names] == [0.25, 0.0]


def test_a_tagger_of_other_topics_can_be_trained_on(encoders: dict[str, Path], tmp_path: Path) -> None:
    classifier(encoders["bert"]).save_pretrained(tmp_path)
    model = classifier(tmp_path, topics=[{"id": "one", "name": "一"}, {"id": "two", "name": "二"}])
    assert model.classifier.out_features == 2


@pytest.mark.parametrize(("family", "positions"), [("bert", 64), ("xlm-roberta", 64)])
def test_a_window_fits_the_encoder(encoders: dict[str, Path], family: str, positions: int) -> None:
    classifier(encoders[family], window={"limit": positions, "context": 16})
    with pytest.raises(ConfigError, match=rf"window\.limit 65 .* set window: {{limit: {positions}, context: 16}}"):
        classifier(encoders[family], window={"limit": 65, "context": 16})


def test_an_encoder_that_is_not_here_says_what_to_do() -> None:
    settings = make_settings(Path("nobody/no-such-encoder"), Path())
    for load in (lambda: load_tokenizer(settings.encoder), lambda: load_classifier(settings)):
        with pytest.raises(ModelError, match="allow_download: true") as caught:
            load()
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("family", "borders"), [("bert", ("[CLS]", "[SEP]")), ("modernbert", ("<bos>", "<eos>"))])
def test_windows_have_the_encoders_own_borders(
    encoders: dict[str, Path], family: str, borders: tuple[str, str]
) -> None:
    settings = make_settings(encoders[family], encoders[family])
    tokenizer = load_tokenizer(settings.encoder)
    _, (window,) = window_encoder(tokenizer, settings.window)(["今天“企业”很好。"])
    tokens = tokenizer.convert_ids_to_tokens(window.tokens.tolist())
    assert (tokens[0], tokens[-1]) == borders
    assert tokenizer.unk_token not in tokens, "quotes are read in a form the vocabulary has"


def test_the_families_are_what_the_hub_has(encoders: dict[str, Path]) -> None:
    types = {name: AutoConfig.from_pretrained(folder).model_type for name, folder in encoders.items()}
    assert types == {name: name for name in encoders}
