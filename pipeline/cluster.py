"""Many processes, on this machine or on a cluster, that each hold the models: the work is handed out by Ray Data."""

import json
import logging
import os
import re
import socket
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError, InputError, JianbaoError
from pipeline.runner import DIED, Jianbao, unprocessed
from pipeline.schema import Briefing, Document, Provenance
from pipeline.writing.json import document_from_dict, document_to_dict, from_dict, to_jsonl

SEGMENT = 10_000  # documents read and handed over at a time
BATCH = 8  # documents a worker takes at a time; lost and done anew if it dies
TRIES = 3  # of a document at which workers die; machines may go at any time, but not always at the same document
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DATA_LOG_LEVEL": "WARNING", "RAY_BACKEND_LOG_LEVEL": "fatal"}
SECONDS = 10  # to reach a cluster
COLOUR = re.compile(r"\x1b\[[\d;]*m")
STORE = 256 * 2**20  # bytes of shared memory for documents under way, on this machine


class Cluster:
    """A context manager; its workers load the models a config names, and compute with one thread each."""

    def __init__(self, config: Path, workers: int, address: str | None = None) -> None:
        """Takes what there is to know; nothing is started yet.

        Args:
            config: The pipeline, a file that all workers can read under this path.
            workers: Processes, each with its own models.
            address: A cluster that runs already; None for the one that RAY_ADDRESS names, or else one on this machine for the
                time of the run.

        Raises:
            ConfigError: Ray is not installed.
        """
        for name, value in QUIET.items():
            os.environ.setdefault(name, value)
        try:
            import ray.data
        except ImportError:
            raise ConfigError("--engine ray needs a library that is not here: pip install 'jianbao[ray]'") from None
        self._ray = ray
        self._config, self._workers = config.absolute(), workers
        self._address = address or os.environ.get("RAY_ADDRESS")

    def __enter__(self) -> "Cluster":
        """Itself, after the cluster was started or joined.

        Raises:
            JianbaoError: There is none, or it does not start.
        """
        from ray.data import DataContext
        from ray.util.debug import log_once

        context = DataContext.get_current()
        context.enable_progress_bars = False
        log_once("ray_data_progress_manager_disabled")  # as if Ray had said so
        context.execution_options.preserve_order = True
        quiet = {"logging_level": logging.ERROR, "log_to_driver": False}
        own = {"address": "local", "num_cpus": self._workers, "include_dashboard": False, "object_store_memory": STORE}
        try:
            if self._address:
                _reachable(self._address)
            with _hushed():
                self._ray.init(**({"address": self._address} if self._address else own), **quiet)
        except (Exception, SystemExit) as error:
            where = f"the cluster at {self._address}" if self._address else "a cluster on this machine"
            raise JianbaoError(f"Ray cannot use {where}: {_line(error)}") from None
        return self

    def __exit__(self, *_: object) -> None:
        """Leaves the cluster; one of our own ends."""
        self._ray.shutdown()

    def provenance(self) -> Provenance:
        """That of the models the workers will load.

        Raises:
            JianbaoError: The models cannot be loaded.
        """
        return Jianbao.from_config(self._config, threads=1).provenance

    def run(self, documents: Iterable[Document | InputError]) -> Iterator[Briefing | InputError]:
        """Briefings in the order of the documents; errors are handed on in their places.

        Raises:
            JianbaoError: The models cannot be used, or Ray gave up.
        """
        rest = iter(documents)
        while segment := list(islice(rest, SEGMENT)):
            results = self._computed([document for document in segment if isinstance(document, Document)])
            for document in segment:
                yield document if isinstance(document, InputError) else next(results)

    def _computed(self, documents: list[Document]) -> Iterator[Briefing | InputError]:
        ray = self._ray
        rows = [{"document": json.dumps(document_to_dict(document), ensure_ascii=False)} for document in documents]
        blocks = -(-len(rows) // BATCH)
        try:
            results = ray.data.from_items(rows, override_num_blocks=blocks).map_batches(
                _Worker,
                fn_constructor_args=(self._config, Path.cwd(), ray.remote(_Tries).options(num_cpus=0).remote()),
                batch_size=None,  # a block
                batch_format="pyarrow",
                compute=ray.data.ActorPoolStrategy(size=min(self._workers, blocks)),
                num_cpus=1,
            )
            for row in results.iter_rows():
                yield _read(row)
        except (OSError, ray.exceptions.RayError) as error:
            raise JianbaoError(f"Ray gave up: {_line(getattr(error, 'cause', None) or error)}") from None


class _Tries:
    """Counts, in a process that outlasts the workers, how often each document was begun and not ended."""

    def __init__(self) -> None:
        self._begun: Counter[str] = Counter()

    def begin(self, document: str) -> int:
        self._begun[document] += 1
        return self._begun[document]

    def end(self, document: str) -> None:
        del self._begun[document]


class _Worker:
    """What runs in the cluster: rows of documents to rows that say what came of them."""

    def __init__(self, config: Path, folder: Path, tries: Any) -> None:  # noqa: ANN401 - the handle of a `_Tries`
        self._tries = tries
        with suppress(OSError):  # models may be named from where the command runs, if this machine has the folder
            os.chdir(folder)
        try:
            self._models: Jianbao | JianbaoError = Jianbao.from_config(config, threads=1)
        except JianbaoError as error:  # told when something is asked of this process
            self._models = error

    def __call__(self, batch: Any) -> Mapping[str, list[str]]:  # noqa: ANN401 - a pyarrow.Table
        results = [self._result(document_from_dict(json.loads(text))) for text in batch["document"].to_pylist()]
        return {
            "kind": [type(result).__name__ for result in results],
            "text": [to_jsonl(result) if isinstance(result, Briefing) else str(result) for result in results],
        }

    def _result(self, document: Document) -> Briefing | JianbaoError:
        import ray

        if isinstance(self._models, JianbaoError):
            return self._models
        if ray.get(self._tries.begin.remote(document.id)) > TRIES:
            return unprocessed(document, DIED)
        try:
            return self._models.attempt(document)
        except JianbaoError as error:
            return error
        finally:
            self._tries.end.remote(document.id)


def _read(row: Mapping[str, str]) -> Briefing | InputError:
    match row["kind"]:
        case Briefing.__name__:
            return from_dict(json.loads(row["text"]))
        case InputError.__name__:
            return InputError(row["text"])
    raise JianbaoError(row["text"])


def _reachable(address: str) -> None:
    """That somebody listens there; Ray itself asks for minutes.

    Raises:
        OSError: Nobody does.
    """
    host, _, port = address.rpartition(":")
    if port.isdigit():
        socket.create_connection((host.removeprefix("ray://"), int(port)), timeout=SECONDS).close()


def _line(error: BaseException) -> str:
    return COLOUR.sub("", str(error)).strip().partition("\n")[0]


@contextmanager
def _hushed() -> Iterator[None]:
    """Nothing reaches standard error, not even what is written past Python."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
