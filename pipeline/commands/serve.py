"""`jianbao serve`: the service and its page."""

import logging
import os
import sys
from importlib.util import find_spec
from pathlib import Path

from pipeline.commands.console import say
from pipeline.errors import ConfigError

TOKEN = "JIANBAO_TOKEN"
NEEDED = ("fastapi", "uvicorn", "multipart", "prometheus_client")


def serve_until_stopped(config: Path, host: str, port: int, *, queue: int, seconds: float, megabytes: float) -> None:
    """Does what `jianbao serve` says.

    Args:
        config: The pipeline.
        host: Where to listen.
        port: The port.
        queue: Requests in work or waiting.
        seconds: What one document may take.
        megabytes: Largest body.

    Raises:
        JianbaoError: A library is missing, the config cannot be used, or a token is needed.
    """
    if any(find_spec(name) is None for name in NEEDED):
        raise ConfigError("jianbao serve needs libraries that are not here: pip install 'jianbao[serve]'")
    import uvicorn

    from pipeline.runner import Jianbao
    from pipeline.serving.app import create_app
    from pipeline.serving.settings import LOOPBACK, ServeSettings

    token = os.environ.get(TOKEN, "")
    if host not in LOOPBACK and not token:
        raise ConfigError(f"--host {host}: others could use the service: set {TOKEN} to what they have to send")
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
