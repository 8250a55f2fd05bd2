"""A tracker store that remembers what was decided and forgets what was said."""

import time
from collections import OrderedDict
from collections.abc import Iterable

from rasa.core.tracker_store import SerializedTrackerAsText, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker


def without_words(event: Event) -> Event:
    """The event with everything that somebody typed, or that we said, taken out."""
    if isinstance(event, UserUttered):
        # The policies look back on the topic; the model's shares would tell whoever has the model what was typed, if they guess it.
        intent = {"name": (event.intent or {}).get("name")}
        return UserUttered(
            text="",
            intent=intent,
            entities=[],
            parse_data={"intent": intent, "text": "", "entities": []},
            timestamp=event.timestamp,
            input_channel=event.input_channel,
            message_id=None,
            metadata={},
        )
    if isinstance(event, BotUttered):
        return BotUttered(text="", data={}, metadata={}, timestamp=event.timestamp)
    return event


class PrivateTrackerStore(TrackerStore, SerializedTrackerAsText):
    """Conversations in memory: labels, slots and the order of actions. No text, no entities, no bot words.

    idle_minutes: after this long without a message a conversation is forgotten.
    max_conversations: how many are held; the longest idle one goes first.
    max_events: how many events of one conversation are held; slots survive the cut.
    """

    def __init__(
        self,
        domain: Domain,
        event_broker=None,
        idle_minutes: float = 30,
        max_conversations: int = 20_000,
        max_events: int = 60,
        clock=time.monotonic,
        **kwargs,
    ):
        self.idle_seconds = idle_minutes * 60
        self.max_conversations = max_conversations
        self.max_events = max_events
        self.clock = clock
        self.store: OrderedDict[str, tuple[float, str]] = OrderedDict()
        super().__init__(domain, event_broker, **kwargs)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the conversation without its words."""
        self.forget_idle()
        self.store[tracker.sender_id] = (self.clock(), self.serialise_tracker(self._bare(tracker)))
        self.store.move_to_end(tracker.sender_id)
        while len(self.store) > self.max_conversations:
            self.store.popitem(last=False)

    def _bare(self, tracker: DialogueStateTracker) -> DialogueStateTracker:
        events = [without_words(event) for event in tracker.events]
        if len(events) > self.max_events:
            events = events[-self.max_events :]
            # Begin at a message, so that no half turn is left at the start …
            while events and not isinstance(events[0], UserUttered):
                events.pop(0)
            # … and carry the slots that the cut events had set.
            slots = [SlotSet(name, slot.value) for name, slot in tracker.slots.items() if slot.value is not None]
            events = [*slots, *events]
        return DialogueStateTracker.from_events(tracker.sender_id, events, self.domain.slots)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation, or None when there is none or it has been idle too long."""
        self.forget_idle()
        if sender_id not in self.store:
            return None
        return self.deserialise_tracker(sender_id, self.store[sender_id][1])

    async def retrieve_full_tracker(self, sender_id: str) -> DialogueStateTracker | None:
        """The same as `retrieve`: there is one session in a conversation."""
        return await self.retrieve(sender_id)

    async def delete(self, sender_id: str) -> None:
        """Forget one conversation now."""
        self.store.pop(sender_id, None)

    async def keys(self) -> Iterable[str]:
        """Ids of the conversations held."""
        return list(self.store)

    def forget_idle(self) -> None:
        """Drop every conversation that has been idle too long. Oldest first, so it stops at the first young one."""
        limit = self.clock() - self.idle_seconds
        while self.store:
            sender_id, (last, _) = next(iter(self.store.items()))
            if last > limit:
                return
            del self.store[sender_id]
