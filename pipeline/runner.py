"""The pipeline put together: settings to models, documents to briefings."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from pipeline import __version__
from pipeline.config import OnnxTaggerConfig, PipelineConfig, PointerConfig, TopicConfig, config_digest, load_config
from pipeline.errors import ConfigError, InputError, JianbaoError
from pipeline.schema import Briefing, Document, Provenance
from pipeline.summarizing.base import Summarizer
from pipeline.summarizing.build import build_summarizer
from pipeline.tagging.base import Tagger, tag
from pipeline.tagging.build import build_tagger
from pipeline.text.sentences import split_sentences
from pipeline.visits.record import find_visits
from pipeline.visits.tours import find_tour

DIED = "a process died, perhaps for want of memory"


class Jianbao:
    """Turns documents into briefings. Make one with `from_config` and use it for any number of documents."""

    def __init__(self, config: PipelineConfig, tagger: Tagger, summarizer: Summarizer) -> None:
        """Puts ready parts together.

        Raises:
            ConfigError: The tagger's topics are not those of the configuration.
        """
        wanted = [topic.id for topic in config.topics]
        if sorted(wanted) != sorted(tagger.topics):
            raise ConfigError(
                f"the config's topics ({', '.join(wanted)}) are not those of {tagger.name} ({', '.join(tagger.topics)})"
            )
        if unknown := set(config.thresholds) - set(wanted):
            raise ConfigError(f"thresholds for unknown topics: {', '.join(sorted(unknown))}")
        self._config, self._tagger, self._summarizer = config, tagger, summarizer
        self._extracts = isinstance(config.summarizer, PointerConfig) and config.summarizer.extracts
        self._provenance = Provenance(
            version=__version__,
            config_digest=config_digest(config),
            models={"tagger": tagger.name, "summarizer": summarizer.name},
        )

    @classmethod
    def from_config(cls, path: str | Path, *, threads: int | None = None) -> "Jianbao":
        """Loads the models a YAML file names.

        Args:
            path: The file.
            threads: Threads of models run by onnxruntime, instead of the file's.

        Raises:
            ConfigError: The file or a value in it is wrong.
            ModelError: A model is missing, damaged, or may not be downloaded.
        """
        path = Path(path)
        config = load_config(path, PipelineConfig)
        tagger_config, summarizer_config = config.tagger, config.summarizer
        if threads is not None and isinstance(tagger_config, OnnxTaggerConfig):
            tagger_config = tagger_config.model_copy(update={"threads": threads})
        if threads is not None and isinstance(summarizer_config, PointerConfig):
            summarizer_config = summarizer_config.model_copy(update={"threads": threads})
        load_tagger = partial(build_tagger, tagger_config, path, [topic.id for topic in config.topics])
        load_summarizer = partial(build_summarizer, summarizer_config, path, config.topics)
        if not isinstance(tagger_config, OnnxTaggerConfig) or not isinstance(summarizer_config, PointerConfig):
            return cls(config, load_tagger(), load_summarizer())
        with ThreadPoolExecutor(1) as thread:  # onnxruntime prepares its graphs outside the interpreter's lock
            tagger, summarizer = thread.submit(load_tagger), load_summarizer()
            return cls(config, tagger.result(), summarizer)

    @property
    def provenance(self) -> Provenance:
        """What its briefings say of their making."""
        return self._provenance

    @property
    def topics(self) -> tuple[TopicConfig, ...]:
        """The topics with their names, in the order of the configuration."""
        return self._config.topics

    def run(self, document: Document) -> Briefing:
        """Tags every sentence of a document and summarizes it, whole and by topic, and records its visits."""
        sentences = split_sentences(document, semicolons=self._config.sentences.semicolons)
        tagged = tag(self._tagger, sentences, document.title, self._config.thresholds, salience=self._extracts)
        present = [t.id for t in self._config.topics if any(t.id in s.topics for s in tagged)]
        visits = find_visits(document, tagged)
        tours = {topic: tour for topic in (None, *present) if (tour := find_tour(visits, tagged, topic))}
        whole, *by_topic = self._summarizer.summarize_all(tagged, [None, *present], tours)
        return Briefing(
            document=document,
            sentences=tagged,
            abstract=whole,
            topic_abstracts=dict(zip(present, by_topic, strict=True)),
            provenance=self._provenance,
            visits=visits,
        )

    def attempt(self, document: Document) -> Briefing | InputError:
        """The briefing, or in place of a fault that shows at this document one line that names both.

        Raises:
            JianbaoError: Something that is not of this document, such as a model, is wrong.
        """
        try:
            return self.run(document)
        except JianbaoError:
            raise
        except Exception as error:
            return unprocessed(document, ": ".join(filter(None, [type(error).__name__, " ".join(str(error).split())])))

    def run_many(self, documents: Iterable[Document]) -> Iterator[Briefing]:
        """Briefings of documents, one at a time, in the same order."""
        return map(self.run, documents)


def unprocessed(document: Document, reason: str) -> InputError:
    """That a document was read but gave no briefing."""
    return InputError(f"{document.source}: could not be processed ({reason})")
