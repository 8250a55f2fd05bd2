"""The stand-in for absent packages: importable, harmless, loud when used, and silent when the real one is there."""

import subprocess
import sys

CASES = {
    "an absent package can be imported, subclassed, annotated and used as a decorator": """
        import tensorflow as tf
        from tensorflow.keras.layers import Layer
        class Mine(tf.keras.Model): pass
        @tf.function
        def f(x: tf.Tensor | None = None): return 7
        @tf.function(jit_compile=True)
        def g(): return 8
        assert (f(), g()) == (7, 8) and issubclass(Mine, tf.keras.Model) and Layer
    """,
    "using one names the package that is not installed": """
        import tensorflow as tf
        try:
            tf.keras.Model().predict(1)
        except ModuleNotFoundError as error:
            assert "tensorflow" in str(error), error
        else:
            raise SystemExit("no error")
    """,
    "a package that is neither here nor listed is still missing": """
        try:
            import no_such_package_at_all
        except ModuleNotFoundError:
            pass
        else:
            raise SystemExit("it was found")
    """,
    "log events pass through the stand-in for Sentry": """
        from structlog_sentry import SentryProcessor
        assert SentryProcessor(event_level=40)(None, "error", {"event": "x"}) == {"event": "x"}
    """,
    "installing twice adds one finder": """
        import sys
        lean.install()
        assert sum(isinstance(f, lean.LastFinder) for f in sys.meta_path) == 1
        assert isinstance(sys.meta_path[-1], lean.LastFinder)
    """,
}
REAL_WINS = """
    import sys
    sys.path.insert(0, FOLDER)
    import tensorflow
    assert tensorflow.REAL
    try:
        import tensorflow.keras
    except ModuleNotFoundError:
        pass
    else:
        raise SystemExit("a real package was patched over")
"""


def run(code: str, root) -> str:
    import textwrap

    script = "from addons import lean\nlean.install()\n" + textwrap.dedent(code)
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True)
    return done.stderr if done.returncode else ""


def pytest_generate_tests(metafunc):
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", CASES.values(), ids=[k.replace(" ", "_") for k in CASES])


def test_stand_in(case, root):
    assert run(case, root) == ""


def test_a_real_installation_always_wins(tmp_path, root):
    (tmp_path / "tensorflow").mkdir()
    (tmp_path / "tensorflow" / "__init__.py").write_text("REAL = True\n", encoding="utf-8")
    assert run(REAL_WINS.replace("FOLDER", repr(str(tmp_path))), root) == ""
