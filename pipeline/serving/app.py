"""The HTTP application."""

import json
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from fastapi import Body, FastAPI, File, Query, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, ProcessCollector, generate_latest
from pydantic import BaseModel, ConfigDict, Field
from starlette.middleware.trustedhost import TrustedHostMiddleware

from pipeline import __version__
from pipeline.errors import InputError, JianbaoError
from pipeline.reading.documents import READABLE, make_document, read_document
from pipeline.runner import Jianbao
from pipeline.schema import Briefing, Document
from pipeline.serving.engine import BusyError, Engine, SlowError
from pipeline.serving.guard import Guard
from pipeline.serving.page import page, policy
from pipeline.serving.reports import MEDIA_TYPES, ReportFormat, render
from pipeline.serving.settings import ServeSettings
from pipeline.writing.json import SCHEMA_PATH, from_dict, to_dict
from pipeline.writing.wording import Language

MOST_AT_ONCE = 100
RETRY_AFTER = 5  # seconds
EXAMPLE = "4月9日，海屿市委书记林望舒率党政代表团到恒远机器人公司考察，与董事长周启明座谈。双方签订了合作协议。"
STATUS: Mapping[type[JianbaoError], int] = {BusyError: 503, SlowError: 504, InputError: 422}
ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"description": "The body cannot be read."},
    401: {"description": "The token is missing or wrong."},
    413: {"description": "The body is too large."},
    422: {"description": "The text cannot be used, or a value is wrong."},
    503: {"description": "Too many requests are waiting: try again after Retry-After seconds."},
    504: {"description": "It took too long."},
}
BRIEFING: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The briefing, as jianbao run --format json writes it.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Briefing"}}},
    }
}


class Article(BaseModel):
    """A document to tag and summarise."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, examples=[EXAMPLE], description="The article.")
    title: str = Field(
        default="", max_length=1000, description="Its headline; left out, one is looked for in the text."
    )
    id: str = Field(default="text", min_length=1, max_length=200, description="What to call it.")
    published: str = Field(default="", pattern=r"^(\d{4}-\d\d-\d\d)?$", description="Its date, as 2026-01-31.")

    def document(self) -> Document:
        """The article as read."""
        if not self.text.strip():
            raise InputError("the text is empty")
        body = self.text.replace("\r\n", "\n")
        return make_document(body, id=self.id, source="", title=self.title, published=self.published)


class Articles(BaseModel):
    """Documents to tag and summarise, one after the other."""

    model_config = ConfigDict(extra="forbid")

    documents: list[Article] = Field(min_length=1, max_length=MOST_AT_ONCE)


def create_app(jianbao: Jianbao, settings: ServeSettings) -> FastAPI:
    """The application over loaded models."""
    engine = Engine(queue=settings.queue, seconds=settings.seconds)
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)  # memory and processor time
    done = Counter("jianbao_documents", "Documents that became briefings.", registry=registry)
    Gauge("jianbao_queue", "Requests in work or waiting.", registry=registry).set_function(lambda: engine.inside)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        with engine.running():
            yield

    app = FastAPI(title="jianbao 简报", version=__version__, lifespan=life, docs_url=None, redoc_url=None)
    app.add_middleware(Guard, registry=registry, most_bytes=settings.most_bytes, token=settings.token)
    if settings.hosts:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(settings.hosts))
    topics = jianbao.topics

    @app.exception_handler(RequestValidationError)
    async def refused(_: Request, error: RequestValidationError) -> Response:
        """What is wrong and where, without the values: they are the texts, and may not be text at all."""
        wrong = [{key: one[key] for key in ("type", "loc", "msg")} for one in error.errors()]
        return Response(json.dumps({"detail": wrong}), 422, media_type="application/json")

    @app.exception_handler(JianbaoError)
    async def failed(_: Request, error: JianbaoError) -> Response:
        status = STATUS.get(type(error), 500)
        headers = {"Retry-After": str(RETRY_AFTER)} if status == 503 else None
        return Response(json.dumps({"detail": str(error)}), status, headers, media_type="application/json")

    async def brief(document: Document) -> dict[str, Any]:
        briefing = await engine.call(partial(jianbao.run, document))
        done.inc()
        return to_dict(briefing)

    @app.post("/v1/briefings", responses=BRIEFING | ERRORS, summary="Tag and summarise a text")
    async def briefings(article: Article) -> JSONResponse:
        async with engine.place():
            return JSONResponse(await brief(article.document()))

    @app.post(
        "/v1/briefings/file", responses=BRIEFING | ERRORS, summary="Tag and summarise a text, HTML, Word or PDF file"
    )
    async def from_file(file: Annotated[UploadFile, File()]) -> JSONResponse:
        data = await file.read()
        async with engine.place():
            document = await engine.call(partial(_read, file.filename or "", data))
            return JSONResponse(await brief(document))

    @app.post("/v1/briefings/batch", responses=ERRORS, summary="Tag and summarise several texts")
    async def batch(articles: Articles) -> list[dict[str, Any]]:
        """For each document, in order, `briefing` or `error`."""
        answers: list[dict[str, Any]] = []
        async with engine.place():
            for article in articles.documents:
                try:
                    answers.append({"briefing": await brief(article.document())})
                except (InputError, SlowError) as error:
                    answers.append({"error": str(error)})
        return answers

    content = {media.partition(";")[0]: {"schema": {"type": "string"}} for media in MEDIA_TYPES.values()}

    @app.post(
        "/v1/reports",
        responses={200: {"content": content, "description": "The report."}, **ERRORS},
        summary="A briefing as a page, a Word file, a workbook or Markdown",
        response_class=Response,
    )
    async def reports(
        briefing: Annotated[dict[str, Any], Body(description="What POST /v1/briefings gave.")],
        form: Annotated[ReportFormat, Query(alias="format")] = "html",
        lang: Language = "zh",
    ) -> Response:
        async with engine.place():
            known = _known(briefing, {topic.id for topic in topics})
            made = await engine.call(partial(render, known, topics, form, lang))
        return Response(made, media_type=MEDIA_TYPES[form])

    @app.get("/healthz", summary="Whether the service runs")
    async def healthz() -> dict[str, str]:
        return {"status": "ok", "version": __version__}

    @app.get("/metrics", response_class=Response, summary="Counts for Prometheus")
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    async def home(lang: Language = "zh") -> HTMLResponse:
        return HTMLResponse(page(lang), headers={"Content-Security-Policy": policy()})

    app.openapi = partial(_openapi, app)  # type: ignore[method-assign]
    return app


def _read(name: str, data: bytes) -> Document:
    """An uploaded file as a document; the name it came with is nothing but a name."""
    plain = PurePosixPath(name.replace("\\", "/").replace("\0", "")).name or "file.txt"
    suffix = Path(plain).suffix.lower()
    if suffix not in READABLE:
        raise InputError(f"{plain}: send one of {', '.join(sorted(READABLE))}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("upload" + suffix)
        path.write_bytes(data)
        try:
            document = read_document(str(path))
        except InputError as error:
            raise InputError(str(error).replace(str(path), plain)) from None
    return make_document(
        document.body,
        id=Path(plain).stem[:200] or "file",
        source=plain,
        title=document.title,
        published=document.published,
    )


def _known(row: Mapping[str, Any], topics: set[str]) -> Briefing:
    """The briefing of a body.

    Raises:
        InputError: It is none, or of other topics.
    """
    try:
        json.dumps(row, ensure_ascii=False).encode()  # JSON can hold halves of characters
        briefing = from_dict(row)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"not a briefing ({type(error).__name__}: {error})") from None
    tagged = {topic for sentence in briefing.sentences for topic in (*sentence.topics, *sentence.scores)}
    if foreign := (tagged | set(briefing.topic_abstracts)) - topics:
        raise InputError(f"a briefing with other topics: {', '.join(sorted(foreign))}")
    return briefing


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The description of the interface, with that of a briefing."""
    if not app.openapi_schema:
        described = get_openapi(title=app.title, version=app.version, routes=app.routes)
        text = SCHEMA_PATH.read_text(encoding="utf-8").replace("#/$defs/", "#/components/schemas/")
        briefing = json.loads(text)
        parts = described["components"]["schemas"]
        parts.update(briefing.pop("$defs", {}))
        parts["Briefing"] = {key: value for key, value in briefing.items() if not key.startswith("$")}
        app.openapi_schema = described
    return app.openapi_schema
