"""Run Rasa without the packages it imports and this project never uses.

Rasa 3.6 imports TensorFlow and a dozen chat platforms at start-up, whatever is in `config.yml`.
Left out, they save 2.3 GB of disk, 40 s of start-up and a long list of unpatched versions.

`install()` puts a finder *last* on `sys.meta_path`. It answers only for the names in `ABSENT`, and only when
nothing else can: a real installation always wins. What it hands out can be imported, subclassed, used as a
decorator or written in an annotation. The moment code would *use* it, `ModuleNotFoundError` names the package.

`addons/rasa_cli.py` calls it before Rasa is imported, for every Rasa command.
"""

import functools
import importlib.abc
import importlib.machinery
import sys
import types

ABSENT = frozenset(
    # the machine-learning stack of DIET and TED
    "tensorflow tensorflow_addons tensorflow_hub tensorflow_text keras tensorflow_probability"
    # chat platforms, brokers and clouds
    " twilio slack_sdk aiogram fbmessenger webexteamssdk mattermostwrapper rocketchat_API google.auth google.oauth2 botocore boto3"
    " pymongo bson aio_pika aiormq confluent_kafka kafka socketio engineio sentry_sdk structlog_sentry"
    # terminal and drawing niceties
    " matplotlib terminaltables randomname networkx pydot colorclass sklearn_crfsuite cachecontrol absl".split()
)

_ASKED = ABSENT | {"google"}  # `google` is a namespace shared with packages that may be here
_INSIDE = tuple(f"{name}." for name in ABSENT)


class _AbsentMeta(type):
    """The class of every stand-in: any attribute of it is again a stand-in."""

    def __getattr__(cls, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return _stand_in(f"{cls.__qualname__}.{name}")

    def __call__(cls, *args, **kwargs):
        # `@tf.function` and `@tf.function(...)` decorate at import time: hand the function back untouched.
        if len(args) == 1 and not kwargs and isinstance(args[0], (types.FunctionType, type)):
            return args[0]
        return super().__call__(*args, **kwargs)

    def __getitem__(cls, _item):
        return cls

    def __or__(cls, other):
        return cls

    def __ror__(cls, other):
        return cls

    def __iter__(cls):
        raise ModuleNotFoundError(_message(cls.__qualname__))


def _message(name: str) -> str:
    package = name.split(".")[0]
    return f"{name} was used, but {package!r} is not installed (see addons/lean.py)"


@functools.cache
def _stand_in(qualname: str) -> type:
    return _AbsentMeta(qualname.rsplit(".", 1)[-1], (_Absent,), {"__qualname__": qualname})


class _Absent(metaclass=_AbsentMeta):
    """An object of a package that is not here. Making one is allowed, using one is an error."""

    def __init__(self, *args, **kwargs):
        pass

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        raise ModuleNotFoundError(_message(f"{type(self).__qualname__}.{name}"))

    def __call__(self, *args, **kwargs):
        if len(args) == 1 and not kwargs and isinstance(args[0], (types.FunctionType, type)):
            return args[0]
        raise ModuleNotFoundError(_message(type(self).__qualname__))


class SentryProcessor:
    """Passes log events through. Rasa puts it into its logging chain: a stand-in there would break every log line."""

    def __init__(self, *args, **kwargs):
        pass

    def __call__(self, _logger, _method, event_dict):
        """The event as it came: structlog's interface of a processor."""
        return event_dict


# The two things Rasa really calls.
_WORKING = {
    ("structlog_sentry", "SentryProcessor"): SentryProcessor,
    ("randomname", "get_name"): lambda *args, **kwargs: "model",
}


class _AbsentModule(types.ModuleType):
    def __getattr__(self, name: str):
        if (self.__name__, name) in _WORKING:
            return _WORKING[self.__name__, name]
        if name.startswith("__"):
            raise AttributeError(name)
        return _stand_in(f"{self.__name__}.{name}")


class LastFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers for `ABSENT` and their submodules; asked only when every other finder has said no."""

    def find_spec(self, fullname, path=None, target=None):
        """A spec for a module that is absent on purpose; None for every other."""
        if fullname not in _ASKED and not fullname.startswith(_INSIDE):
            return None
        parent = sys.modules.get(fullname.rpartition(".")[0])
        if fullname not in _ASKED and not isinstance(parent, _AbsentModule):
            return None  # a real package that lacks this submodule: let Python say so
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec):
        """An empty stand-in."""
        return _AbsentModule(spec.name)

    def exec_module(self, module):
        """A stand-in runs no code."""
        module.__path__ = []


def install() -> None:
    """Make the absent packages importable. Safe to call twice."""
    if not any(isinstance(finder, LastFinder) for finder in sys.meta_path):
        sys.meta_path.append(LastFinder())
