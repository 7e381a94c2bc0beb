"""Several processes that each hold the models and take documents as they come free."""

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TypeVar

from pipeline.errors import InputError, JianbaoError
from pipeline.runner import DIED, Jianbao, unprocessed
from pipeline.schema import Briefing, Document, Provenance

AHEAD = 3  # documents in hand for each process
T = TypeVar("T")
InHand = tuple[Document, Future[Briefing | InputError]] | Briefing | InputError
_loaded: Jianbao | JianbaoError | None = None  # what this process holds


class Pool:
    """A context manager; its processes load the models a config names, and compute with one thread each."""

    def __init__(self, config: Path, workers: int) -> None:
        """Takes the config and the number of processes."""
        self._config, self._workers = config, workers
        self._executor = self._started()

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
            JianbaoError: The models cannot be used.
        """
        waiting: deque[InHand] = deque()
        for document in documents:
            waiting.append(document if isinstance(document, InputError) else (document, self._submit(document)))
            if len(waiting) >= AHEAD * self._workers:
                yield self._next(waiting)
        while waiting:
            yield self._next(waiting)

    def _started(self) -> ProcessPoolExecutor:
        # A fresh interpreter each: onnxruntime's threads do not survive a fork.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._workers, mp_context=context, initializer=_load, initargs=(self._config,))

    def _submit(self, document: Document) -> Future[Briefing | InputError]:
        try:
            return self._executor.submit(_run, document)
        except BrokenProcessPool as error:  # a process died since the last result
            failed: Future[Briefing | InputError] = Future()
            failed.set_exception(error)
            return failed

    def _next(self, waiting: deque[InHand]) -> Briefing | InputError:
        """The first result; where a process died, all that was in hand is done anew, one document at a time."""
        if _died(waiting[0]):
            self._restart()
            for place, item in enumerate(waiting):
                if isinstance(item, tuple) and _died(item):
                    waiting[place] = self._alone(item[0])
        first = waiting.popleft()
        return first[1].result() if isinstance(first, tuple) else first

    def _alone(self, document: Document) -> Briefing | InputError:
        try:
            return self._submit(document).result()
        except BrokenProcessPool:
            self._restart()
            return unprocessed(document, DIED)

    def _restart(self) -> None:
        """Fresh processes, of which one has loaded the models."""
        self._executor.shutdown()
        self._executor = self._started()
        self.provenance()


def _died(item: InHand) -> bool:
    return isinstance(item, tuple) and isinstance(item[1].exception(), BrokenProcessPool)


def _result(future: Future[T]) -> T:
    try:
        return future.result()
    except BrokenProcessPool:
        raise JianbaoError(f"{DIED}: run the same with fewer --workers") from None


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


def _run(document: Document) -> Briefing | InputError:
    return _models().attempt(document)
