"""The server: routes, and nothing else.  What they answer is made in the modules beside it."""

import contextlib
import json
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi import Path as InPath
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException as StarletteHTTPException

import opendome
from opendome import scenario
from opendome.errors import ScenarioError
from opendome.report import comparison, page
from opendome.report.map import stored
from opendome.results import ResultError
from opendome.web import campaign, scene, workbench
from opendome.web.columns import MEDIA
from opendome.web.guard import COOKIE, Guard
from opendome.web.jobs import Busy, Jobs
from opendome.web.library import Library, Missing
from opendome.web.messages import Draft, Edit, Login, Problem, Save, Start
from opendome.web.replay import LONGEST_WINDOW_S, Trace
from opendome.web.studies import plan_page, study_page
from opendome.web.tiles import ROUTE, Tiles
from opendome.web.workbench import Conflict, Shelf

STATIC = Path(__file__).parent / "static"
MOST_TRACES = 4  # replications kept ready: about 60 MB each for eleven days
EVENTS = "text/event-stream"

Name = Annotated[str, InPath(min_length=1, max_length=100)]
Rep = Annotated[int, Query(ge=0, le=2**31 - 1)]
Seconds = Annotated[float, Query(ge=0.0, le=1e9, allow_inf_nan=False)]
Responses = dict[int | str, dict[str, Any]]


class Options(NamedTuple):
    """How a server is started."""

    chosen: Path | None
    roots: tuple[Path, ...]
    folder: Path  # scenarios are read and saved here
    results: Path  # where runs of the page are written
    hosts: tuple[str, ...]
    token: str | None
    limit_s: float  # of one run
    workers: int
    tiles: Tiles | None = None


class _Traces:
    """Traced replications kept ready."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.lock = threading.Lock()
        self.kept: dict[tuple[int, int], Trace] = {}

    def prepare(self) -> None:
        """Open the first result while the browser starts, so that the page need not wait."""
        name = self.library.first()
        with contextlib.suppress(Missing, ResultError, ScenarioError, OSError):
            if name is not None:
                for rep in self.library.entry(name).traced[:1]:
                    self.find(name, rep).overview()

    def find(self, name: str, rep: int) -> Trace:
        result = self.library.run(name)
        with self.lock:
            key = (id(result), rep)
            if key not in self.kept or self.kept[key].result is not result:
                while len(self.kept) >= MOST_TRACES:
                    self.kept.pop(next(iter(self.kept)))
                self.kept[key] = Trace(result, rep)
            return self.kept[key]


def make(options: Options) -> tuple[Guard, FastAPI]:
    """The application, and the same without its guard (for its OpenAPI description)."""
    library = Library(options.chosen, options.roots)
    jobs = Jobs(options.results, options.limit_s, options.workers)
    traces = _Traces(library)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=traces.prepare, daemon=True).start()
        yield
        await jobs.close()

    app = FastAPI(
        title="OpenDome",
        version=opendome.__version__,
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        redirect_slashes=False,
        responses=_says(422, "a value is wrong"),
    )
    guard = Guard(app, options.hosts, options.token, _policy(options.tiles))
    _errors(app)
    _session_routes(app, guard, options)
    _result_routes(app, library, traces)
    _whole_routes(app, library)
    _scenario_routes(app, Shelf(options.folder))
    _run_routes(app, jobs, library)
    app.mount("/", StaticFiles(directory=STATIC, html=True), name="page")
    return guard, app


def _says(status: int, what: str) -> Responses:
    """An answer other than the usual one, for the OpenAPI description."""
    return {status: {"description": what, "model": Problem}}


def _policy(tiles: Tiles | None) -> str:
    """What the page may load: itself, and the map tiles that the user asked for."""
    from urllib.parse import urlsplit

    found = urlsplit(tiles.url if tiles else "")
    more = f" {found.scheme}://{found.netloc}" if found.netloc else ""
    return (
        f"default-src 'self'; img-src 'self' data: blob:{more}; connect-src 'self'{more}; "
        "worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def _errors(app: FastAPI) -> None:
    """Errors as a Problem."""

    def told(status: int) -> Callable[[Request, Exception], Response]:
        return lambda _, error: problem(status, list(getattr(error, "lines", [str(error)])))

    async def wrong(_: Request, error: Exception) -> Response:
        found = error.errors() if isinstance(error, RequestValidationError) else []
        lines = [f"{'.'.join(str(at) for at in e['loc'])}: {e['msg']}" for e in found]
        return problem(422, lines[: ScenarioError.MOST])

    async def refused(_: Request, error: Exception) -> Response:
        status = getattr(error, "status_code", 500)
        return problem(status, [str(getattr(error, "detail", error))])

    app.add_exception_handler(RequestValidationError, wrong)
    app.add_exception_handler(StarletteHTTPException, refused)
    app.add_exception_handler(ScenarioError, told(422))
    app.add_exception_handler(ResultError, told(422))
    app.add_exception_handler(Missing, told(404))
    app.add_exception_handler(Conflict, told(409))
    app.add_exception_handler(Busy, told(429))


def problem(status: int, lines: list[str]) -> Response:
    """An answer that says what is wrong."""
    return JSONResponse({"detail": lines[0] if lines else "?", "errors": lines}, status)


def _session_routes(app: FastAPI, guard: Guard, options: Options) -> None:
    @app.get("/api/session")
    def session(request: Request) -> dict[str, Any]:
        """Whether a token is wanted, and was shown."""
        headers = {k.lower(): v for k, v in request.headers.items()}
        return {
            "opendome": opendome.__version__,
            "token": options.token is not None,
            "known": options.token is None or guard.known(headers),
            "tiles": None
            if options.tiles is None
            else {
                "url": options.tiles.url,
                "pmtiles": options.tiles.pmtiles,
            },
            "run_limit_s": options.limit_s,
            "folder": options.folder.name or str(options.folder),
        }

    @app.post("/api/login", responses=_says(401, "the token is wrong"))
    def login(body: Login, response: Response) -> dict[str, bool]:
        """Show the token; the answer sets a cookie that scripts cannot read."""
        if options.token is not None and not guard.matches(body.token):
            raise HTTPException(401, "this is not the token that the server was started with")
        response.set_cookie(COOKIE, guard.session(), httponly=True, samesite="strict")
        return {"known": True}

    if options.tiles is not None and options.tiles.file is not None:
        file = options.tiles.file

        @app.get(ROUTE, response_class=FileResponse)
        def tiles() -> FileResponse:
            """The PMTiles file of --tiles, by ranges of bytes."""
            return FileResponse(file, media_type="application/vnd.pmtiles")


def _result_routes(app: FastAPI, library: Library, traces: _Traces) -> None:
    missing = _says(404, "no such result")
    columns: Responses = {200: {"content": {MEDIA: {}}, "description": "columns (columns.py)"}}

    @app.get("/api/ground")
    def ground() -> dict[str, Any]:
        """Coast and border."""
        return scene.ground()

    @app.get("/api/results")
    def listed() -> dict[str, Any]:
        """All results; `first` is the one to show."""
        found = [e._asdict() | {"folder": e.folder.name} for e in library.entries()]
        return {"first": library.first(), "results": found}

    @app.get("/api/results/{name}", responses=missing)
    def described(name: Name) -> dict[str, Any]:
        """A run: where it comes from, and its map."""
        result = library.run(name)
        m = result.manifest
        keys = ("seed", "replications", "finished", "interrupted", "traced", "written", "opendome")
        return {
            "id": name,
            "folder": library.entry(name).folder.name,
            "text": m["scenario"]["text"],
            "scene": scene.scene(stored(result)),
            **{key: m[key] for key in keys},
        }

    @app.get("/api/results/{name}/overview", responses=missing | columns, response_class=Response)
    def overview(name: Name, rep: Rep = 0) -> Response:
        """Rockets, shots, warnings and stock of a traced replication."""
        return Response(traces.find(name, rep).overview(), media_type=MEDIA)

    @app.get("/api/results/{name}/window", responses=missing | columns, response_class=Response)
    def window(name: Name, since: Seconds, until: Seconds, rep: Rep = 0) -> Response:
        """Paths of what was launched in a window of time, and its tracks."""
        if not since < until <= since + LONGEST_WINDOW_S:
            raise HTTPException(422, f"want since < until <= since + {LONGEST_WINDOW_S:g} s")
        return Response(traces.find(name, rep).window(since, until), media_type=MEDIA)

    @app.get("/api/results/{name}/rockets/{rocket}", responses=missing)
    def story(name: Name, rocket: Annotated[int, InPath(ge=0, le=2**31)], rep: Rep = 0) -> Any:
        """Everything about one rocket."""
        return traces.find(name, rep).story(rocket)


def _whole_routes(app: FastAPI, library: Library) -> None:
    missing = _says(404, "no such result")

    @app.get("/api/results/{name}/campaign", responses=missing)
    def whole(name: Name) -> dict[str, Any]:
        """Figures, days, distributions and raids."""
        result = library.run(name)
        traced = result.manifest["traced"]
        return campaign.campaign(result, traced[0] if traced else None)

    @app.get("/api/results/{name}/report", responses=missing, response_class=Response)
    def report(name: Name) -> Response:
        """The static report, as a file."""
        head = {"content-disposition": f'attachment; filename="{name}.html"'}
        return Response(page.render(library.run(name)), media_type="text/html", headers=head)

    @app.get("/api/studies/{name}", responses=missing)
    def study(name: Name) -> dict[str, Any]:
        """A study: rankings, differences and pictures."""
        return study_page(library.study(name))

    @app.get("/api/plans/{name}", responses=missing)
    def plan(name: Name) -> dict[str, Any]:
        """A plan: its tables and pictures."""
        return plan_page(library.entry(name))

    @app.get("/api/compare", responses=missing)
    def compare(
        a: Annotated[str, Query(max_length=100)], b: Annotated[str, Query(max_length=100)]
    ) -> dict[str, Any]:
        """Two runs: B less A, paired where they met the same evenings."""
        first, second = (comparison.side(library.run(n), n) for n in (a, b))
        return finite(comparison.as_dict(comparison.compare(first, second)))


def _scenario_routes(app: FastAPI, shelf: Shelf) -> None:
    missing, taken = _says(404, "no such scenario"), _says(409, "the file is another's")

    @app.get("/api/schema")
    def schema() -> dict[str, Any]:
        """JSON Schema of scenario files."""
        return scenario.schema()

    @app.get("/api/scenarios")
    def listed() -> list[dict[str, str]]:
        """Scenarios that can be opened."""
        return shelf.listed()

    @app.get("/api/scenarios/{origin}/{name}", responses=missing)
    def read(origin: Name, name: Name) -> dict[str, Any]:
        """Text, hash and examination of a scenario."""
        try:
            text = shelf.read(name, origin)
        except LookupError as error:
            raise HTTPException(404, str(error.args[0])) from None
        return {"name": name, "text": text, **workbench.examine(text, name)}

    @app.post("/api/scenarios/check")
    def check(body: Draft) -> dict[str, Any]:
        """What the command line would say."""
        return workbench.examine(body.text, body.name)

    @app.post("/api/scenarios/edit")
    def edit(body: Edit) -> dict[str, Any]:
        """The text with changes, examined."""
        changes = [(change.path, change.value) for change in body.changes]
        text = workbench.edit(body.text, changes)
        return {"text": text, **workbench.examine(text, body.name)}

    @app.put("/api/scenarios/file/{name}", responses=taken)
    def save(name: Name, body: Save) -> dict[str, str]:
        """Write a scenario; never over a file that the writer has not read."""
        path = shelf.save(name, body.text, body.replaces)
        return {"written": path.name, "sha256": workbench.digest(body.text)}


def _run_routes(app: FastAPI, jobs: Jobs, library: Library) -> None:
    missing, busy = _says(404, "no such run"), _says(429, "too many runs wait")
    stream: Responses = {200: {"content": {EVENTS: {}}, "description": "events"}}

    def find(number: str) -> Any:
        if number not in jobs.jobs:
            raise HTTPException(404, f"no run {number!r} of this server")
        return jobs.jobs[number]

    def shown(said: dict[str, Any]) -> dict[str, Any]:
        """A run's status; once it is done with the identity of its result."""
        if said["state"] == "done":
            for entry in library.entries():
                if entry.folder.name == said["folder"]:
                    return {**said, "result": entry.id}
        return said

    @app.get("/api/runs")
    async def listed() -> list[dict[str, Any]]:
        """Runs of this server, the newest first."""
        return [shown(j.describe()) for j in reversed(jobs.jobs.values())]

    @app.post("/api/runs", responses=busy, status_code=201)
    async def start(body: Start) -> dict[str, Any]:
        """Start a run, or queue it."""
        scenario.parse(body.text, body.name)
        return jobs.start(body.text, body.name, body.replications, body.seed).describe()

    @app.delete("/api/runs/{number}", responses=missing)
    async def stop(number: Name) -> dict[str, Any]:
        """Stop a run."""
        job = find(number)
        await jobs.stop(job)
        return shown(job.describe())

    @app.get("/api/runs/{number}/events", responses=missing | stream)
    async def events(number: Name) -> StreamingResponse:
        """Where the run stands, as server-sent events, until it has ended."""
        job = find(number)

        async def lines() -> AsyncIterator[str]:
            async for said in jobs.events(job):
                yield f"data: {json.dumps(shown(said))}\n\n"

        return StreamingResponse(lines(), media_type=EVENTS, headers={"cache-control": "no-store"})


def finite(value: Any) -> Any:
    """The value with nan and infinities as null."""
    if isinstance(value, dict):
        return {k: finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [finite(v) for v in value]
    return None if isinstance(value, float) and value - value != 0.0 else value
