"""A load on a running `jianbao serve`, by Locust, with the documents of the corpus.

    locust --headless --locustfile scripts/locustfile.py --host http://127.0.0.1:8300 --users 8 --run-time 3m

Who is sent away waits as Retry-After says and comes again. At the end stand rate and times of each kind of answer, and the
memory of the service before and after. A token is taken from JIANBAO_TOKEN.
"""

import os
import random
from typing import Any

import gevent
import requests
from locust import HttpUser, constant, events, task

from pipeline import PROJECT
from pipeline.corpus import load_corpus

BODIES = [gold.document.body for gold in load_corpus(PROJECT / "data" / "corpus.jsonl", "test")]
MEMORY = "process_resident_memory_bytes"
TOKEN = os.environ.get("JIANBAO_TOKEN")
HEADERS = {"Authorization": f"Bearer {TOKEN}"} if TOKEN else {}


class Editor(HttpUser):
    """Pastes one article after another."""

    wait_time = constant(0)

    @task
    def briefing(self) -> None:
        """Ask for a briefing; come again if the service is busy."""
        body = {"text": random.choice(BODIES)}
        with self.client.post("/v1/briefings", json=body, headers=HEADERS, catch_response=True) as answer:
            if answer.status_code == 503:
                answer.request_meta["name"] = "sent away for now"
                answer.success()
                gevent.sleep(float(answer.headers.get("Retry-After", "1")))


@events.test_start.add_listener
@events.test_stop.add_listener
def tell_memory(environment: Any, **_: object) -> None:  # noqa: ANN401 - locust has no types
    """Print the memory of the service, from its metrics, at the start and at the end."""
    lines = requests.get(f"{environment.host}/metrics", headers=HEADERS, timeout=60).text.splitlines()
    memory = next((float(line.split()[1]) / 1e6 for line in lines if line.startswith(MEMORY)), float("nan"))
    print(f"memory of the service: {memory:.0f} MB")
