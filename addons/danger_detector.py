"""The deterministic half of recognition, as a pipeline component: it raises the model's tier, and asks it to be surer of an emergency where
a crime is named that is not happening now."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message

from actions.choices import SUICIDE
from actions.signals import Signal, detector
from actions.urgency import Urgency, above, highest, limit_of
from addons.recogniser import THRESHOLDS

# Families that name a crime that is planned, over or asked for. Blackmail is none of them: beside it stands suicide.
NAMES_A_CRIME = frozenset(["meeting_planned", "hit_at_home", "touched", "image_asked"])


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=False)
class DangerDetector(IntentClassifier, GraphComponent):
    """Raise `urgency` when a family of danger is in the text and the model does not rule it out.

    In:  Message.text; `urgency` with the Recogniser's scores; `metadata["signal"]`, the tier that the web channel has
         found in the whole of a message too long for the model, if it did: that one counts as it is.
    Out: `urgency` {"tier", "by", "scores"}: the highest of model, family and signal; `families`, those that spoke; `alarm`, whether one spoke of an emergency.

    Patterns know words and not sense, so a family raises a tier only where the model gives that tier, with all above
    it, at least `nod` of the share its threshold asks for. Measured on messages that neither had seen, this keeps
    every emergency the families add and drops nearly all their false alarms (docs/decisions.md). A sure family needs none.
    "im meeting him tomorrow" is more often no emergency than the low limits for one suppose: where a family of
    NAMES_A_CRIME speaks and none of an emergency, one takes a share of `surely`; a message about suicide keeps the low limits.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """nod, surely: see the class. thresholds: those of the Recogniser."""
        return {"nod": 0.2, "surely": 0.2, "thresholds": THRESHOLDS}

    def __init__(self, config: dict[str, Any]):
        self.config = config

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "DangerDetector":
        """A detector over data/danger/."""
        detector()
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Put the higher tier on each message."""
        for message in messages:
            text = message.get(TEXT) or ""
            if text.startswith("/"):
                continue
            urgency = dict(message.get("urgency") or {"tier": Urgency.CHAT.word})
            live = detector().live(text)
            message.set("families", [signal.family for signal in live], add_to_output=True)
            message.set("alarm", any(signal.tier is Urgency.EMERGENCY for signal in live), add_to_output=True)
            heard = (message.get(METADATA) or {}).get("signal")
            tier = highest(
                Urgency.of(urgency["otherwise"] if self._only_named(live, urgency, message) else urgency["tier"]),
                Urgency.of(heard) if heard else None,
                # "He's gone now, mum's home": patterns know words and not sense, so here the model stands alone.
                None if message.get("over") else self._raised(live, urgency),
            )
            if tier.word != urgency["tier"]:
                urgency |= {"tier": tier.word, "by": "signal" if heard == tier.word else "family"}
            message.set("urgency", urgency, add_to_output=True)
        return messages

    def _only_named(self, live: list[Signal], urgency: dict[str, Any], message: Message) -> bool:
        """Whether the model's emergency is unsure and no remembered one, and the families name a crime that is not happening now."""
        return (
            urgency["tier"] == Urgency.EMERGENCY.word
            and not urgency.get("remembered")
            and urgency.get("scores", {}).get(Urgency.EMERGENCY.word, 1.0) < self.config["surely"]
            and (message.get(INTENT) or {}).get("name") != SUICIDE
            and any(signal.family in NAMES_A_CRIME for signal in live)
            and all(signal.tier < Urgency.EMERGENCY for signal in live)
        )

    def _raised(self, live: list[Signal], urgency: dict[str, Any]) -> Urgency | None:
        """The tier that the families found: a sure one's, or, if the model gives it a nod, the highest. Without scores they decide alone.

        What is remembered (addons/memory.py) is outvoted by the two together: there the model must find that tier too.
        """
        if not live:
            return None
        found, sure = highest(*(s.tier for s in live)), [s.tier for s in live if s.sure]
        scores, nod = urgency.get("scores"), 1.0 if urgency.get("remembered") else self.config["nod"]
        if not scores or above(found, scores) >= nod * limit_of(found, scores, self.config["thresholds"]):
            return found
        return highest(*sure) if sure else None
