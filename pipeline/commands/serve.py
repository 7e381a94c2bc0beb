"""`jianbao serve`: the service and its page."""

import logging
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.console import DEFAULT_CONFIG, expected_errors, say
from pipeline.errors import ConfigError

TOKEN = "JIANBAO_TOKEN"


def serve(
    config: Annotated[Path, typer.Option(help="Which models and topics to use.")] = DEFAULT_CONFIG,
    host: Annotated[str, typer.Option(help="Where to listen; another than loopback needs a token.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port.")] = 8300,
    queue: Annotated[int, typer.Option(min=1, help="Requests in work or waiting; more are sent away (503).")] = 16,
    seconds: Annotated[float, typer.Option(min=0.1, help="What one document may take.")] = 60,
    megabytes: Annotated[float, typer.Option(min=0.001, help="Largest body of a request.")] = 5,
) -> None:
    """Serve briefings over HTTP, with a page to paste articles into.

    Open http://127.0.0.1:8300/ in a browser; the interface is described at /openapi.json. With the environment variable
    JIANBAO_TOKEN set, requests have to send it. Texts are neither kept nor logged.

    **Examples**

    - `jianbao serve`

    - `curl -s localhost:8300/v1/briefings --json '{"text": "市长到恒远公司考察，与董事长座谈。"}' | jq .abstract.text`
    """
    with expected_errors():
        if any(find_spec(name) is None for name in ("fastapi", "uvicorn", "multipart", "prometheus_client")):
            raise ConfigError("jianbao serve needs libraries that are not here: pip install 'jianbao[serve]'")
        from pipeline.serving.settings import LOOPBACK, ServeSettings

        token = os.environ.get(TOKEN, "")
        if host not in LOOPBACK and not token:
            raise ConfigError(f"--host {host}: others could use the service: set {TOKEN} to what they have to send")
        import uvicorn

        from pipeline.runner import Jianbao
        from pipeline.serving.app import create_app

        logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(message)s")
        settings = ServeSettings(
            queue=queue,
            seconds=seconds,
            most_bytes=round(megabytes * 1e6),
            token=token,
            hosts=LOOPBACK if host in LOOPBACK else (),
        )
        app = create_app(Jianbao.from_config(config), settings)
        say(f"http://{host}:{port}/ (Ctrl+C ends it)", "bold")
        uvicorn.run(
            app,
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=round(seconds) + 1,
        )
