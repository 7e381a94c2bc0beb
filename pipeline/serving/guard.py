"""What stands before every request: its id, the size of its body, the token, counts; article texts are never logged."""

import hmac
import json
import logging
import re
import time
import uuid
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.exceptions import HTTPException

OPEN_PATHS = frozenset({"/", "/healthz"})
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
logger = logging.getLogger("jianbao.serve")


class Guard:
    """ASGI middleware."""

    def __init__(self, app: Any, *, registry: CollectorRegistry, most_bytes: int, token: str) -> None:  # noqa: ANN401 - ASGI
        """Takes the application, where counts go, the bytes a body may have, and the token, empty for none."""
        self._app, self._most, self._token = app, most_bytes, token
        labels = ["method", "path", "status"]
        self._requests = Counter("jianbao_requests", "Requests answered.", labels, registry=registry)
        self._seconds = Histogram("jianbao_request_seconds", "Time to answer.", ["path"], registry=registry)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        """Lets a request through, or answers it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        given = headers.get("x-request-id", "")
        name = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        started, status = time.perf_counter(), 500
        read = 0

        async def counted() -> Any:  # noqa: ANN401 - ASGI
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._most:
                raise HTTPException(413, self._too_large)
            return message

        async def named(message: Any) -> None:  # noqa: ANN401 - ASGI
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message["headers"], (b"x-request-id", name.encode())]}
            await send(message)

        try:
            refusal = self._refusal(scope["path"], headers)
            if refusal:
                await _answer(named, *refusal)
            else:
                await self._app(scope, counted, named)
        finally:
            route = scope.get("route")
            path = getattr(route, "path", "other")
            taken = time.perf_counter() - started
            self._requests.labels(scope["method"], path, str(status)).inc()
            self._seconds.labels(path).observe(taken)
            logger.info("%s %s %s %d %.3f s %d bytes", name, scope["method"], path, status, taken, read)

    @property
    def _too_large(self) -> str:
        return f"the body is larger than {self._most:,} bytes: send less at once"

    def _refusal(self, path: str, headers: dict[str, str]) -> tuple[int, str] | None:
        if self._token and path not in OPEN_PATHS:
            wanted = f"Bearer {self._token}".encode()
            if not hmac.compare_digest(headers.get("authorization", "").encode(), wanted):
                return 401, "send the token: Authorization: Bearer TOKEN"
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > self._most:
            return 413, self._too_large
        return None


async def _answer(send: Any, status: int, detail: str) -> None:  # noqa: ANN401 - ASGI
    body = json.dumps({"detail": detail}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
