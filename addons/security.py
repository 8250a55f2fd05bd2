"""What every HTTP answer carries, who may ask from another site, which model is loaded.

`install()` fits it to the application that Rasa makes. A handler that sets a header itself (a page with its own
Content-Security-Policy) keeps it.

SIGNPOST_SITES: origins that may show the chat page in a frame, and call /chat and /end themselves, by spaces or commas,
e.g. "https://www.school.example". None by default: our own pages need no permission.
SIGNPOST_PROXIES: how many proxies of ours stand before this server; only then is X-Forwarded-For believed.
SIGNPOST_MODELS: the one folder a model may come from; by default models/ beside this code.
"""

import itertools
import os
import re
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import structlog
from sanic import Request, Sanic
from sanic.response import HTTPResponse, empty

from addons.settings import SettingError, number

log = structlog.get_logger("signpost.security")
MODELS = Path(__file__).resolve().parent.parent / "models"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=(), interest-cohort=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}
MOST_BYTES = 4_000_000  # of any request; /chat stops reading far sooner, and hears what came until then
SITE = re.compile(r"https://[a-z0-9.-]+(:\d+)?|http://(localhost|127\.0\.0\.1)(:\d+)?")
OPEN_TO_SITES = ("/chat", "/end")


class DoesNotStart(SystemExit):
    """The operator reads why, in one line, and no server runs."""

    def __init__(self, why: object):
        super().__init__(f"Signpost does not start: {' '.join(str(why).split())}")


def sites(environment: Mapping[str, str]) -> list[str]:
    """SIGNPOST_SITES as origins, in order. SettingError names one that is no https origin: "*" is never allowed."""
    given = [site.rstrip("/") for site in re.split(r"[\s,]+", environment.get("SIGNPOST_SITES", "").lower()) if site]
    for origin in given:
        if not SITE.fullmatch(origin):
            raise SettingError(f"SIGNPOST_SITES: {origin!r} is no origin such as https://www.school.example (no path, no *)")
    return given


def cors_headers(origin: str | None, path: str, allowed: Collection[str]) -> dict[str, str]:
    """What an answer says about other sites; nothing, unless the origin is listed."""
    if path not in OPEN_TO_SITES or not allowed:
        return {}
    if origin not in allowed:
        return {"Vary": "Origin"}
    return {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "Content-Type",
        "Access-Control-Max-Age": "600",
    }


def from_another_site(headers: Mapping[str, str], allowed: Collection[str]) -> bool:
    """Whether a browser says that a page asks which is neither ours nor listed; it would not show it the answer.

    Sec-Fetch-Site no page can write, and no proxy rewrites it, unlike the Host that Origin would be compared with. Who sends none is let in:
    an old browser, or no browser.
    """
    return headers.get("sec-fetch-site") in ("cross-site", "same-site") and headers.get("origin") not in allowed


class ForeignModelError(PermissionError):
    """A model from outside our own folder: it decides what is said, so it is code. It is not loaded."""


def check_model(given: str | os.PathLike, environment: Mapping[str, str]) -> None:
    """ForeignModelError unless the path is inside our own folder. One inside that does not exist passes: the server then says that it has no model."""
    folder = Path(environment.get("SIGNPOST_MODELS") or MODELS).resolve()
    if not Path(given).resolve().is_relative_to(folder):
        raise ForeignModelError(f"{given}: models are loaded from {folder} only (SIGNPOST_MODELS)")


def models_named(argv: list[str]) -> list[str]:
    """The model paths on a `rasa run` or `rasa shell` command line, in each form that Rasa takes."""
    named = [b for a, b in itertools.pairwise(argv) if a in ("-m", "--model")]
    named += [a.partition("=")[2] for a in argv if a.startswith("--model=")]
    last = argv[-1]
    if len(argv) > 2 and not argv[-2].startswith("-") and not last.startswith("-") and Path(last).exists():
        named.append(last)  # Rasa takes a last word that is a file for a model
    return named


def fit(app: Sanic, environment=os.environ) -> Sanic:
    """Headers, sites, proxies."""
    allowed = sites(environment)
    app.config.ACCESS_LOG = False
    app.config.REQUEST_MAX_SIZE = MOST_BYTES
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = 8.0  # a turn under way is answered before the process ends
    # Without this Sanic believes nobody; X-Forwarded-For is a line that anybody can write.
    app.config.PROXIES_COUNT = number(environment, "SIGNPOST_PROXIES", 0, whole=True) or None
    app.config.REAL_IP_HEADER = None

    if not app.config.PROXIES_COUNT:
        warned = []

        @app.on_request
        async def forwarded(request: Request) -> None:
            # A proxy stands before us and nobody has said so: then all visitors share the limits of one address.
            if "x-forwarded-for" in request.headers and not warned:
                warned.append(True)
                log.warning("forwarded_for_not_believed", see="SIGNPOST_PROXIES")

    @app.on_request
    async def preflight(request: Request) -> HTTPResponse | None:
        # Answered here: no route of ours knows OPTIONS, and who is not listed learns nothing.
        return empty() if request.method == "OPTIONS" else None

    @app.on_response
    async def headers(request: Request, response: HTTPResponse) -> None:
        for name, value in {**HEADERS, **cors_headers(request.headers.get("origin"), request.path, allowed)}.items():
            response.headers.setdefault(name, value)
        response.headers.pop("Server", None)

    return app


def check_doors(channels: Sequence, enable_api: bool) -> None:
    """Raises DoesNotStart for any way in but our own channel, or `rasa shell`: Rasa's HTTP API shows what was typed, its channels answer a failure with silence."""
    if enable_api:
        raise DoesNotStart("--enable-api opens Rasa's HTTP API, which shows what people type")
    if others := sorted({channel.name() for channel in channels} - {"web", "cmdline"}):
        raise DoesNotStart(f"channel {', '.join(others)}: only addons.web_channel.WebChannel may stand in credentials.yml")


def install() -> None:
    """Fit what Rasa builds from now on; refuse a model from elsewhere."""
    import rasa.core.run
    import rasa.server
    from rasa.core.agent import Agent

    try:
        for model in models_named(sys.argv):
            check_model(model, os.environ)
    except ForeignModelError as error:
        raise SystemExit(str(error)) from None
    load = Agent.load_model

    def load_ours(agent, model_path, *args, **kwargs):
        # Whatever the command line was made of, here is what would be read.
        check_model(model_path, os.environ)
        return load(agent, model_path, *args, **kwargs)

    Agent.load_model = load_ours
    made = rasa.core.run.configure_app

    def configure_app(input_channels=None, cors=None, auth_token=None, enable_api=True, *args, **kwargs):
        check_doors(input_channels or [], enable_api)
        return fit(made(input_channels, cors, auth_token, enable_api, *args, **kwargs))

    rasa.core.run.configure_app = configure_app
    # Rasa's own: a greeting with its version on "/", and CORS with credentials.
    rasa.server.add_root_route = lambda app: None
    rasa.server.configure_cors = lambda app, origins=None: None
