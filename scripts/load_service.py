"""A load on a running `jianbao serve`: python scripts/load_service.py --requests 500 --clients 8.

Sends the documents of a corpus over and over, waits as Retry-After says where it is sent away, and prints rate, times, answers by
status, and the memory of the service before and after.
"""

import json
import os
import statistics
import time
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import psutil
import typer

from pipeline import PROJECT
from pipeline.corpus import load_corpus


def main(
    address: Annotated[str, typer.Option(help="Where it listens.")] = "http://127.0.0.1:8300",
    data: Annotated[Path, typer.Option(help="Documents to send: their split test.")] = PROJECT
    / "data"
    / "corpus.jsonl",
    requests: Annotated[int, typer.Option(min=1)] = 200,
    clients: Annotated[int, typer.Option(min=1)] = 8,
) -> None:
    """Send, and print what came back."""
    bodies = [json.dumps({"text": gold.document.body}).encode() for gold in load_corpus(data, "test")]
    statuses: Counter[int] = Counter()

    def send(number: int) -> float:
        started = time.perf_counter()
        while True:
            status, wait = post(f"{address}/v1/briefings", bodies[number % len(bodies)])
            statuses[status] += 1
            if status != 503:
                return time.perf_counter() - started
            time.sleep(wait)

    port = int(address.rpartition(":")[2])
    before = memory(port)
    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        seconds = sorted(pool.map(send, range(requests)))
    taken = time.perf_counter() - started
    typer.echo(f"{requests / taken:.2f} documents/s, {clients} clients; answers {dict(statuses)}")
    typer.echo(
        f"p50 {statistics.median(seconds):.2f} s, p99 {seconds[int(0.99 * (len(seconds) - 1))]:.2f} s, waits included"
    )
    typer.echo(f"memory of the service: {before:.0f} MB before, {memory(port):.0f} MB after")
    if statuses[200] < requests:
        raise typer.Exit(1)


def post(address: str, body: bytes) -> tuple[int, float]:
    """The status of an answer, and how many seconds to wait."""
    token = os.environ.get("JIANBAO_TOKEN", "")
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(urllib.request.Request(address, body, headers)) as answer:
            json.load(answer)
            return answer.status, 0
    except urllib.error.HTTPError as error:
        return error.code, float(error.headers.get("Retry-After", "1"))


def memory(port: int) -> float:
    """Resident megabytes of the process that listens on a port."""
    for connection in psutil.net_connections("tcp"):
        if connection.laddr and connection.laddr.port == port and connection.status == psutil.CONN_LISTEN:
            return float(psutil.Process(connection.pid).memory_info().rss) / 1e6
    return float("nan")


if __name__ == "__main__":
    typer.run(main)
