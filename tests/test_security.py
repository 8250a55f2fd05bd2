"""Headers, sites, models and limits, without a server."""

import re

import pytest

from addons import lean

lean.install()

from addons import quiet_log, security, settings  # noqa: E402
from addons.rate_limit import RateLimits, Refused  # noqa: E402
from addons.security import ForeignModelError, check_model, cors_headers, models_named, sites  # noqa: E402
from addons.settings import SettingError  # noqa: E402

SCHOOL = "https://www.school.example"


def test_no_other_site_may_call_unless_it_is_listed():
    assert cors_headers(SCHOOL, "/chat", frozenset()) == {}
    listed = sites({"SIGNPOST_SITES": f"{SCHOOL} http://localhost:8000"})
    assert cors_headers(SCHOOL, "/chat", listed)["Access-Control-Allow-Origin"] == SCHOOL
    assert cors_headers("https://evil.example", "/chat", listed) == {"Vary": "Origin"}
    assert cors_headers(SCHOOL, "/health", listed) == {}
    assert "Access-Control-Allow-Credentials" not in cors_headers(SCHOOL, "/chat", listed)


ASKED = [  # what the browser sends                                              refused
    ({}, False),  # no browser
    ({"origin": "https://evil.example"}, False),  # too old to say; it keeps the answer from the page
    ({"sec-fetch-site": "same-origin", "origin": "https://signpost.example"}, False),  # our own frame, whatever Host a proxy made of it
    ({"sec-fetch-site": "none"}, False),
    ({"sec-fetch-site": "cross-site", "origin": SCHOOL}, False),
    ({"sec-fetch-site": "cross-site", "origin": "https://evil.example"}, True),
    ({"sec-fetch-site": "same-site", "origin": "https://other.school.example"}, True),
    ({"sec-fetch-site": "cross-site", "origin": "null"}, True),
    ({"sec-fetch-site": "cross-site"}, True),
]


@pytest.mark.parametrize("headers, refused", ASKED)
def test_another_sites_page_is_refused_where_the_browser_says_so(headers, refused):
    assert security.from_another_site(headers, [SCHOOL]) is refused


SITES = [  # SIGNPOST_SITES                                                origins
    ("", []),
    ("  ", []),
    (" , ", []),
    ("https://school.example", ["https://school.example"]),
    ("https://school.example/ https://b.example:8443", ["https://school.example", "https://b.example:8443"]),
    ("https://A.example,http://localhost:8000", ["https://a.example", "http://localhost:8000"]),
]
WRONG = [
    "*",
    "school.example",
    "http://school.example",
    "https://school.example/page",
    "https://a.example; script-src *",
    "'self'",
    "null",
    "https://*.example",
]


@pytest.mark.parametrize("setting, origins", SITES)
def test_sites_are_read_from_the_setting(setting, origins):
    assert sites({"SIGNPOST_SITES": setting}) == origins


@pytest.mark.parametrize("setting", WRONG)
def test_a_site_that_is_no_origin_stops_the_start(setting):
    with pytest.raises(SettingError, match="SIGNPOST_SITES"):
        sites({"SIGNPOST_SITES": setting})


NUMBERS = [  # setting, what it is wrongly set to
    ("SIGNPOST_ADDRESS_PER_SECOND", ("abc", "-1", "0", "nan", "inf", "1,5")),
    ("SIGNPOST_MESSAGES_PER_SECOND", ("abc", "-1", "0")),
    ("SIGNPOST_RATE_LIMIT", ("false", "0", "no")),
]


@pytest.mark.parametrize("name, wrong", NUMBERS)
def test_a_limit_that_is_wrong_stops_the_start_and_is_named(name, wrong):
    for value in wrong:
        with pytest.raises(SettingError, match=f"{name}: '{value}' is"):
            RateLimits.from_environment({name: value})
    assert RateLimits.from_environment({name: ""}).on, "compose sets what is not set to nothing"


def test_a_small_limit_still_lets_somebody_in():
    RateLimits.from_environment({"SIGNPOST_MESSAGES_PER_SECOND": "0.1", "SIGNPOST_ADDRESS_PER_SECOND": "0.1"}).check("192.0.2.1", "a")


def test_no_number_is_read_from_the_environment_without_a_name(root):
    """Each by addons/settings.py, which says which setting is wrong."""
    code = {path.name: path.read_text(encoding="utf-8") for path in (root / "addons").glob("*.py")}
    assert [name for name, text in code.items() if re.search(r"(float|int)\((os\.)?environ", text)] == []
    with pytest.raises(SettingError, match=r"SIGNPOST_PROXIES: '1\.5' is no whole number of 0 or more"):
        settings.number({"SIGNPOST_PROXIES": "1.5"}, "SIGNPOST_PROXIES", 0, whole=True)


def test_a_model_is_loaded_from_our_own_folder_only(tmp_path):
    (tmp_path / "models").mkdir()
    mine = {"SIGNPOST_MODELS": str(tmp_path / "models")}
    check_model(tmp_path / "models" / "signpost.tar.gz", mine)
    check_model("models/signpost.tar.gz", {})
    (tmp_path / "models" / "link.tar.gz").symlink_to("/tmp/elsewhere.tar.gz")
    for outside in ("/tmp/elsewhere.tar.gz", f"{tmp_path}/models/../x.tar.gz", f"{tmp_path}/models/link.tar.gz"):
        with pytest.raises(ForeignModelError, match="SIGNPOST_MODELS"):
            check_model(outside, mine)


@pytest.mark.parametrize("form", [["--model", "{}"], ["-m", "{}"], ["--model={}"], ["{}"], ["--debug", "--model={}", "--port", "1"]])
def test_a_model_is_found_however_it_is_named_on_the_command_line(form, tmp_path):
    (tmp_path / "x.tar.gz").touch()
    given = str(tmp_path / "x.tar.gz")
    assert models_named(["rasa", "run", *(part.format(given) for part in form)]) == [given]
    assert models_named(["rasa", "run"]) == models_named(["rasa", "run", "--port", "5005"]) == []


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def test_a_flood_from_everywhere_is_refused_before_it_slows_everybody():
    clock = Clock()
    limits = RateLimits(clock=clock, overall=10)
    for i in range(50):
        limits.check(f"192.0.2.{i}", f"sender {i}")
    with pytest.raises(Refused) as refused:
        limits.check("192.0.2.99", "another sender")
    assert refused.value.status == 429
    clock.now += 1
    limits.check("192.0.2.99", "another sender")


def test_who_is_refused_takes_nothing_from_the_others():
    limits = RateLimits(clock=Clock(), overall=10)
    for _ in range(200):
        try:
            limits.check("192.0.2.1", "one person")
        except Refused:
            continue
    limits.check("192.0.2.2", "another")


def test_addresses_are_dropped_when_idle_and_salted_anew_in_each_process():
    clock = Clock()
    limits, other = RateLimits(clock=clock), RateLimits(clock=clock)
    limits.check("203.0.113.9", "a")
    other.check("203.0.113.9", "a")
    assert not set(limits._buckets) & (set(other._buckets) - {b""}), "two processes must not hash an address alike"
    clock.now += 61
    limits.forget_idle()
    assert not limits._buckets


def test_nothing_of_ours_unpickles(root):
    """What is read from a model or from Redis is arrays without objects, JSON, safetensors or ONNX."""
    code = "\n".join(p.read_text(encoding="utf-8") for p in [*(root / "addons").glob("*.py"), *(root / "actions").glob("*.py")])
    assert not re.search(r"^\s*(import|from) (pickle|joblib|dill|shelve|marshal)", code, re.M)
    loads = re.findall(r"np\.load\([^)]*\)", code)
    assert loads and all("allow_pickle=False" in load for load in loads)
    assert all("SafeLoader" in line for line in code.splitlines() if "yaml.load(" in line) and "unsafe_load" not in code


def test_an_error_in_a_log_is_its_kind_and_place_and_not_its_words():
    secret = "Zebedee of 77 Canary Row"
    try:
        try:
            raise KeyError(secret)
        except KeyError as inner:
            raise ValueError(f"bad: {secret}") from inner
    except ValueError as error:
        told = quiet_log.places(error)
    assert "ValueError" in told and "KeyError" in told and "test_security.py" in told and "Zebedee" not in told


def test_of_rasas_events_only_names_and_numbers_are_logged():
    class Theirs:
        name = "rasa.core.processor"

    event = {"event": "processor.message.parse", "level": "debug", "user_text": "Zebedee", "event_info": "Zebedee", "n": 3}
    assert quiet_log.quiet_event(Theirs, "debug", event) == {"event": "processor.message.parse", "level": "debug", "n": 3}


def test_there_is_no_other_way_in():
    class Rest:
        def name(self):
            return "rest"

    class Web:
        def name(self):
            return "web"

    security.check_doors([Web()], enable_api=False)
    with pytest.raises(SystemExit, match="--enable-api"):
        security.check_doors([Web()], enable_api=True)
    with pytest.raises(SystemExit, match="channel rest"):
        security.check_doors([Web(), Rest()], enable_api=False)


def test_the_bound_address_is_loopback(root):
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    assert "--interface 127.0.0.1" in makefile and "0.0.0.0" not in makefile
    assert "--enable-api" not in makefile and "--cors" not in makefile


def test_security_md_says_how_to_report(root):
    text = (root / "SECURITY.md").read_text(encoding="utf-8")
    assert "Report" in text and "make audit" in text
