from pathlib import Path

import pytest
import yaml

from pipeline import PROJECT
from pipeline.config import PipelineConfig, load_config, resolve_model
from pipeline.errors import ConfigError, ModelError
from pipeline.evaluation.baselines import fit_linear
from pipeline.runner import Jianbao
from pipeline.summarizing.build import build_summarizer
from pipeline.tagging.build import build_tagger
from pipeline.training.adapt import AdaptEncoderConfig
from pipeline.training.pointer_train import TrainSummarizerConfig
from pipeline.training.settings import FinetuneSummarizerConfig, TrainTaggerConfig
from pipeline.training.silver import LabelTextsConfig
from tests.conftest import ROOT, TOPICS
from tests.tagging.tiny import save_classifier

DEFAULT = (ROOT / "configs" / "default.yaml").read_text(encoding="utf-8")
CONFIGS = sorted((ROOT / "configs").rglob("*.yaml"))


def with_key(key: str) -> list[Path]:
    """The configs that have this key: what a config is for is told by its keys, not by its name."""
    return [path for path in CONFIGS if key in yaml.safe_load(path.read_text(encoding="utf-8"))]


BRANCHES = with_key("layers_rate")  # loaded in tests/training
FINETUNINGS = [path for path in with_key("task") if path not in BRANCHES]
SUMMARIZER_TRAININGS = [path for path in with_key("start") if path not in BRANCHES]
ADAPTATIONS, LABELLINGS = with_key("masked"), with_key("teachers")
SALIENCES = with_key("strength")  # loaded in tests/training
TRAININGS = [path for path in with_key("encoder") if path not in (*ADAPTATIONS, *BRANCHES)]
PIPELINES = [path for path in with_key("tagger") if path not in FINETUNINGS]
WRITERS = [path for path in PIPELINES if path.parent.name == "seq2seq"]  # built in tests/summarizing


def written(folder: Path, text: str) -> Path:
    path = folder / "my.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", [path for path in PIPELINES if path not in WRITERS], ids=lambda p: p.name)
def test_every_pipeline_config_loads_and_builds(path: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    config = load_config(path, PipelineConfig)
    build_summarizer(config.summarizer)
    model = tmp_path / "model"
    if config.tagger.kind == "linear":  # its model is made by the user: make a small one
        fit_linear(request.getfixturevalue("learnable"), TOPICS).save(model)
    elif config.tagger.kind in ("transformer", "sequence"):  # names a model nobody has: the message says what to do
        with pytest.raises(ModelError, match="allow_download: true"):
            build_tagger(config.tagger, path)
        labels = config.tagger.labels if config.tagger.kind == "sequence" else TOPICS
        save_classifier(model, "bert", list(labels), sequence=config.tagger.kind == "sequence")
    if model.exists():
        text = path.read_text(encoding="utf-8")
        path = written(tmp_path, text.replace(config.tagger.model, str(model)))
    assert Jianbao.from_config(path).topics == config.topics


@pytest.mark.parametrize("path", TRAININGS, ids=lambda p: p.name)
def test_every_training_config_loads(path: Path) -> None:
    settings = load_config(path, TrainTaggerConfig)
    if settings.corpus.is_relative_to("data"):  # else the user's own
        assert (ROOT / settings.corpus).is_file()
    if settings.encoder.startswith("models/"):  # else from the hub
        assert (ROOT / settings.encoder / "config.json").is_file()


@pytest.mark.parametrize("path", SUMMARIZER_TRAININGS, ids=lambda p: p.name)
def test_every_summarizer_training_config_loads(path: Path) -> None:
    settings = load_config(path, TrainSummarizerConfig)
    assert settings.texts or settings.corpora


@pytest.mark.parametrize("path", FINETUNINGS, ids=lambda p: p.name)
def test_every_summarizer_fine_tuning_config_loads(path: Path) -> None:
    settings = load_config(path, FinetuneSummarizerConfig)
    assert (ROOT / settings.data).is_file()


@pytest.mark.parametrize(
    ("path", "kind"),
    [*((path, AdaptEncoderConfig) for path in ADAPTATIONS), *((path, LabelTextsConfig) for path in LABELLINGS)],
    ids=lambda value: value.name if isinstance(value, Path) else "",
)
def test_configs_of_unlabelled_texts_load(path: Path, kind: type[AdaptEncoderConfig | LabelTextsConfig]) -> None:
    assert load_config(path, kind).texts


def test_every_config_is_for_one_thing() -> None:
    named = [*PIPELINES, *TRAININGS, *SUMMARIZER_TRAININGS, *FINETUNINGS, *ADAPTATIONS, *LABELLINGS]
    named += [*SALIENCES, *BRANCHES]
    assert sorted(named) == CONFIGS


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("topic_chars:", "topic_char:", r"unknown key summarizer\.pointer\.topic_char \(did you mean topic_chars\?\)"),
        ("tagger:", "taggers:", r"unknown key taggers \(did you mean tagger\?\)"),
        ("kind: onnx", "kind: onx", "'onnx', 'transformer', 'sequence', 'linear'"),
        ("beams: 4", "beams: many", r"summarizer\.pointer\.beams: .*integer"),
        (
            "beams: 4",
            "zzz: 1",
            r"unknown key summarizer\.pointer\.zzz; known are beams, no_repeat_ngram, target_chars, topic_chars, kind",
        ),
        ("topics:", "topics: [", "not readable as YAML"),
    ],
)
def test_a_mistake_is_one_line_that_names_it(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        load_config(written(tmp_path, DEFAULT.replace(old, new, 1)), PipelineConfig)
    assert "\n" not in str(caught.value)
    assert "my.yaml" in str(caught.value)


def test_windows_that_share_too_much_are_refused(tmp_path: Path) -> None:
    tagger = "tagger: {kind: transformer, model: m, window: {limit: 64, context: 48}}\nother:"
    with pytest.raises(ConfigError, match=r"context \(48\) must be at most half of limit \(64\)"):
        load_config(written(tmp_path, DEFAULT.replace("tagger:", tagger, 1)), PipelineConfig)


@pytest.mark.parametrize("text", ["", "- a list", "just text"])
def test_a_config_is_a_mapping(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="mapping"):
        load_config(written(tmp_path, text), PipelineConfig)


def test_missing_config() -> None:
    with pytest.raises(ConfigError, match="no such config file"):
        load_config(Path("nowhere.yaml"), PipelineConfig)


def test_yaml_that_makes_objects_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not readable as YAML"):
        load_config(written(tmp_path, "topics: !!python/object/apply:os.getcwd []"), PipelineConfig)


def test_models_are_found_beside_the_config_and_in_the_project(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    assert resolve_model("./mine", tmp_path / "my.yaml") == str(tmp_path / "mine")
    assert Path(resolve_model("models/tagger", tmp_path / "my.yaml")).samefile(PROJECT / "models" / "tagger")
    assert resolve_model("someone/model", tmp_path / "my.yaml") == "someone/model"
    with pytest.raises(ConfigError, match=r"no model folder \./none"):
        resolve_model("./none", tmp_path / "my.yaml")


def test_topics_must_be_those_of_the_tagger(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"the config's topics .* are not those of tagger@"):
        Jianbao.from_config(written(tmp_path, DEFAULT.replace("outcome_summary", "policy")))


def test_thresholds_decide_what_a_sentence_carries(tmp_path: Path) -> None:
    from pipeline.reading.documents import read_document

    document = read_document(str(ROOT / "data" / "samples" / "haiyu_delegation.txt"))
    strict = "\nthresholds: {enterprise_visit: 0.999999}\n"
    briefing = Jianbao.from_config(written(tmp_path, DEFAULT + strict)).run(document)
    assert not any("enterprise_visit" in s.topics for s in briefing.sentences)
    with pytest.raises(ConfigError, match="thresholds for unknown topics: policy"):
        Jianbao.from_config(written(tmp_path, DEFAULT + "\nthresholds: {policy: 0.5}\n"))
