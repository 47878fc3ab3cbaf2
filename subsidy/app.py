"""The web application, put together: pages, API, and the scheduler where it is asked for."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.staticfiles import StaticFiles

from schedules.clock import Clock, clock_from_environment
from schedules.runner import build_scheduler
from subsidy import api, database
from subsidy.api.openapi import described
from subsidy.documents.store import Store
from subsidy.jobs import jobs
from subsidy.settings import Settings
from subsidy.web import account, apply, check, finance, health, letters, messages, people, public, refusals, review
from subsidy.web.guard import Guard
from subsidy.web.head import Head
from subsidy.web.headers import Headers
from subsidy.web.pages import STATIC


def create_app(
    settings: Settings, *, engine: Engine | None = None, clock: Clock | None = None, scheduler: bool = False
) -> FastAPI:
    """The application over one database. Nothing is opened or started until it serves; it never migrates or seeds.

    With `scheduler` it also does what is due by the clock, for as long as it serves.
    """
    app = FastAPI(
        title="Industrial support service",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(scheduler),
    )
    app.state.settings = settings
    app.state.engine = engine or database.create(settings.database_url)
    app.state.documents = Store.of(settings)
    app.state.clock = clock or clock_from_environment(settings.today)
    # Messages come before the review, which would take their address for the id of a case.
    for room in (api, health, check, public, account, people, messages, apply, review, finance, letters):
        app.include_router(room.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for refusal in refusals.REFUSALS:
        app.add_exception_handler(refusal, refusals.answer)
    app.add_exception_handler(Exception, refusals.broken)
    app.add_middleware(Guard)
    app.add_middleware(Headers)
    app.add_middleware(Head)
    return described(app)


def _lifespan(scheduler: bool) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        ticking = build_scheduler(jobs(app.state.settings, app.state.engine, app.state.clock)) if scheduler else None
        if ticking:
            ticking.start()
        yield
        if ticking:
            ticking.shutdown()
        app.state.engine.dispose()

    return lifespan
