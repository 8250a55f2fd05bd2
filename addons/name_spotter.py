"""What is certain in a message, as Rasa entities and labels: an app, a contact, a nation, a bare yes, an age, warning signs."""

from collections.abc import Set
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from actions import personal
from actions.actions import content
from actions.signals import build_all, probing_detector, sign_detector, situation_detector
from actions.spotting import Spotter, keeps_or_sends, names_in, refuses, wonders, wordless, would_face_them

FRAGMENT = 6  # words: up to here a message leans on the ones before it
BRIEF = 3  # words: more say something, if not an answer to what was asked
# Kinds of personal detail that somebody should not have to give here. A first name or a birthday alone is no cause for a warning.
GIVEN_AWAY = frozenset(["phone", "email", "postcode", "address", "handle", "link"])


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR], is_trainable=False)
class NameSpotter(GraphComponent, EntityExtractorMixin):
    """Add entities app, contact, nation, said, age and reader, and the label `signs`.

    In:  Message.text.
    Out: `entities`, each with a value of ours (an id, never a quotation); `wonders`, whether it asks if something is
         all right; `signs`, where it asks so, ids of the warning signs that the text describes (data/signs/);
         `would_face_them`, whether it asks to answer or trick the person ("contact") or is set on hurting them ("harm");
         `refuses`, whether it says that somebody won't; `keeps_or_sends`, whether it asks if pictures or messages should be sent on, saved or deleted;
         `personal`, whether it gives a number, an address or the like;
         `short`, whether it is a fragment of a few words, `brief`, of very few; `wordless`, what it says without any (actions/spotting.py), None with some;
         `probing`, whether it asks how to get at a child or round this bot (data/probing/);
         `situations`, what it plainly says whatever its topic, and what has words of its own (data/situations/).
    Names come from content/ when the model is loaded: a new app guide needs no training.
    """

    def __init__(self, spotter: Spotter, public: Set[str]):
        self._spotter, self._public = spotter, public

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """There is nothing to set."""
        return {}

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "NameSpotter":
        """A spotter over content/. Raises ContentError too when a file that it reads messages with is wrong."""
        build_all()
        return cls(Spotter(names_in(content())), content().contacts.numbers())

    def process(self, messages: list[Message]) -> list[Message]:
        """Put entities and signs on each message."""
        for message in messages:
            text = message.get(TEXT) or ""
            if text.startswith("/"):
                continue
            entities = [
                {"entity": found.kind, "value": found.value, "start": found.start, "end": found.end} for found in self._spotter.spot(text)
            ]
            message.set(ENTITIES, self.add_extractor_name(entities), add_to_output=True)
            message.set("short", len(text.split()) <= FRAGMENT, add_to_output=True)
            message.set("brief", len(text.split()) <= BRIEF, add_to_output=True)
            message.set("wordless", wordless(text), add_to_output=True)
            message.set("would_face_them", would_face_them(text), add_to_output=True)
            message.set("refuses", refuses(text), add_to_output=True)
            message.set("keeps_or_sends", keeps_or_sends(text), add_to_output=True)
            asks = wonders(text)
            message.set("wonders", asks, add_to_output=True)
            # Only who asks is told of signs, and looking for them costs more than all else here.
            if asks or (message.get("ask") or {}).get("name") == "is_this_ok":
                message.set("signs", sorted(sign_detector().spoke(text)), add_to_output=True)
            message.set("probing", probing_detector().tier(text) is not None, add_to_output=True)
            message.set("situations", sorted(situation_detector().spoke(text)), add_to_output=True)
            message.set("personal", bool(set(personal.kinds(text, self._public)) & GIVEN_AWAY), add_to_output=True)
        return messages
