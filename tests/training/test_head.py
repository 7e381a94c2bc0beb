from pathlib import Path

import pytest
import torch

from pipeline.corpus import GoldDocument
from pipeline.training.examples import collate, make_examples, unit_means
from pipeline.training.head import StandardisedHead, feature_statistics, unit_features
from pipeline.training.pretrained import load_classifier, load_tokenizer, window_encoder
from tests.conftest import TOPICS
from tests.training.builders import make_settings, save_encoder


def test_the_folded_head_equals_the_standardised_one() -> None:
    torch.manual_seed(0)
    head = StandardisedHead(torch.randn(8), torch.rand(8) + 0.1, 3)
    torch.nn.init.normal_(head.linear.weight)
    states = torch.randn(2, 5, 8)
    torch.testing.assert_close(head.fold()(states), head(states))


def test_statistics_of_one_unit_are_finite() -> None:
    mean, deviation = feature_statistics(torch.tensor([[1.0, 2.0]]))
    assert mean.tolist() == [1.0, 2.0]
    assert (deviation > 0).all()


@pytest.mark.parametrize("family", ["bert", "modernbert"])
def test_features_are_what_the_classifier_reads(family: str, learnable: list[GoldDocument], tmp_path: Path) -> None:
    settings = make_settings(save_encoder(tmp_path, family), tmp_path)
    model = load_classifier(settings)
    examples = make_examples(learnable[:3], window_encoder(load_tokenizer(settings.encoder), settings.window), TOPICS)
    with torch.no_grad():
        by_features = model.classifier(unit_features(model, examples))
        rows = []
        for example in examples:
            batch = collate([example], 0)
            logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
            rows.append(unit_means(logits, batch["units"], batch["labels"].shape[1])[0])
    torch.testing.assert_close(by_features, torch.cat(rows), atol=1e-5, rtol=1e-4)
