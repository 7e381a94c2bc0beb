"""Several processes that each hold the models and take documents as they come free."""

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TypeVar

from pipeline.errors import InputError, JianbaoError
from pipeline.runner import Jianbao
from pipeline.schema import Briefing, Document, Provenance

AHEAD = 3  # documents in hand for each process
T = TypeVar("T")
_loaded: Jianbao | JianbaoError | None = None  # what this process holds


class Pool:
    """A context manager; its processes load the models a config names, and compute with one thread each."""

    def __init__(self, config: Path, workers: int) -> None:
        """Takes the config and the number of processes."""
        self._workers = workers
        # A fresh interpreter each: onnxruntime's threads do not survive a fork.
        context = multiprocessing.get_context("spawn")
        self._executor = ProcessPoolExecutor(workers, mp_context=context, initializer=_load, initargs=(config,))

    def __enter__(self) -> "Pool":
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the processes; what was not begun is dropped."""
        self._executor.shutdown(cancel_futures=True)

    def provenance(self) -> Provenance:
        """That of the models the processes hold.

        Raises:
            JianbaoError: The models cannot be loaded, or a process died.
        """
        return _result(self._executor.submit(_provenance))

    def run(self, documents: Iterable[Document | InputError]) -> Iterator[Briefing | InputError]:
        """Briefings in the order of the documents; errors are handed on in their places.

        Raises:
            JianbaoError: A process died.
        """
        waiting: deque[Future[Briefing] | InputError] = deque()
        for document in documents:
            waiting.append(document if isinstance(document, InputError) else self._executor.submit(_run, document))
            if len(waiting) >= AHEAD * self._workers:
                yield _kept(waiting.popleft())
        while waiting:
            yield _kept(waiting.popleft())


def _kept(waiting: Future[Briefing] | InputError) -> Briefing | InputError:
    return waiting if isinstance(waiting, InputError) else _result(waiting)


def _result(future: Future[T]) -> T:
    try:
        return future.result()
    except BrokenProcessPool:
        raise JianbaoError("a process died, perhaps for want of memory: run the same with fewer --workers") from None


def _load(config: Path) -> None:
    global _loaded
    try:
        _loaded = Jianbao.from_config(config, threads=1)
    except JianbaoError as error:  # told when something is asked of this process
        _loaded = error


def _models() -> Jianbao:
    if not isinstance(_loaded, Jianbao):
        raise _loaded or JianbaoError("no models are loaded")
    return _loaded


def _provenance() -> Provenance:
    return _models().provenance


def _run(document: Document) -> Briefing:
    return _models().run(document)
