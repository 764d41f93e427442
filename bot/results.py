"""What a turn leaves behind: said to the shopper, shown at the desks, written into the transcript."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot import codes, desk_posts, handoff, leaving, notifier, transcript, waiting
from bot.briefing import Briefing
from bot.conversation import Conversation, facts_to_json
from bot.decision import Notice, Speak
from bot.facts import Act, Number
from bot.messages import Reply
from bot.speech import Speech
from bot.turn import Line, Sending, TurnResult, TurnStore
from bot.underway import Settings, Turn


class Results:
    def __init__(
        self, store: TurnStore, speech: Speech, briefing: Briefing, settings: Settings, *, mails: bool
    ) -> None:
        """`mails`: an answer can follow a shopper who has left the web page."""
        self._store, self._speech, self._briefing = store, speech, briefing
        self._settings, self._mails = settings, mails

    async def moved(self, t: Turn, moved: handoff.Moved, lines: tuple[Line, ...] = ()) -> TurnResult:
        """The result of a handoff event: said, posted, timed."""
        acts, conversation = self._offered(moved.acts, moved.conversation)
        reply, spoken = await self._speech.reply(Speak("say", conversation, acts, moved.offers), t.history)
        said, sendings = list(lines), list[Sending]()
        if reply:
            record = {"kind": "handoff", "acts": [act.name for act in acts], **transcript.figures(spoken)}
            said.append(transcript.bot_line(reply, record))
            sendings.append(Sending("handoff", reply))
        posts = desk_posts.to_sendings(moved.posts, self._settings.desks, t.first.source_id)
        return TurnResult(conversation, tuple(said), (*sendings, *posts), moved.changes, moved.timers)

    async def noted(self, t: Turn, handoff_id: str, text: str) -> TurnResult:
        """What came of an act of staff, for every desk and the console."""
        post = desk_posts.noted(handoff_id, t.first.name, text)
        line = Line("note", text, author=t.first.name, record={"source_id": t.first.source_id})
        return await self.moved(t, handoff.Moved(t.conversation, posts=(post,)), (line,))

    async def spoken(self, t: Turn, speak: Speak, heard: Mapping[str, Any]) -> TurnResult:
        """The result of a decision, with the handoffs it may open. `heard`: what the transcript keeps beside it."""
        if speak.handoff and speak.handoff.kind == "chat" and speak.acts:
            claims = await self._store.claims()
            speak = waiting.told(speak, speak.handoff.reason, self._settings.hours, claims, t.now)
            acts, conversation = self._offered(speak.acts, speak.conversation)
            speak = replace(speak, conversation=conversation, acts=acts)
        reply, spoken = await self._speech.reply(speak, t.history)
        t.mark("written")
        moved = handoff.Moved(speak.conversation)
        for request in (speak.handoff, *speak.cases):
            if request:
                moved = handoff.joined(moved, await self._briefing.opened(t, moved.conversation, request))
        kind = "handoff" if speak.handoff else "result" if t.effects else "reply"
        record = {
            **heard,
            **t.suggested,
            "decision": speak.kind,
            "acts": [act.name for act in speak.acts],
            "outcomes": [
                {"act": outcome.act.name, "facts": facts_to_json(outcome.act.facts)} for outcome in t.outcomes
            ],
            "steps": t.steps,
            **transcript.figures(spoken),
        }
        lines = list(transcript.user_lines(t.claim.rows, record))
        sendings: list[Sending] = []
        if reply:
            lines.append(transcript.bot_line(reply, {"kind": kind, "acts": record["acts"]}))
            sendings.append(Sending(kind, reply, handoff_id=moved.changes[0].id if moved.changes else ""))
        sendings += await self._letters(speak)
        sendings += desk_posts.to_sendings(moved.posts, self._settings.desks, t.first.source_id)
        result = TurnResult(moved.conversation, tuple(lines), tuple(sendings), moved.changes, moved.timers)
        return notifier.with_promises(result, speak, t.now)

    async def _letters(self, speak: Speak) -> list[Sending]:
        """What goes to contacts on file: notices, and a one-time code."""
        language, letters = speak.conversation.language, list[Sending]()
        letters += [await self.letter(notice, language) for notice in speak.notify]
        if speak.code:
            mail, salt = speak.code
            letter = await self._speech.sentences(
                (Act("notice:code", {"minutes": Number(codes.MINUTES)}),), language or "en"
            )
            letters.append(Sending("code", Reply(letter.text, salt=salt), mail=mail))
        return letters

    async def letter(self, notice: Notice, language: str, words: str = "") -> Sending:
        """`words`: what staff wrote, in full."""
        told = await self._speech.sentences((notice.act,), language or "en")
        text = f"{told.text}\n\n{words}" if words else told.text
        return Sending("notice", Reply(text, attachments=notice.files, back=notice.back), mail=notice.mail)

    def _offered(self, acts: tuple[Act, ...], conversation: Conversation) -> tuple[tuple[Act, ...], Conversation]:
        """With the offer to leave an address, where a mail can be sent to it."""
        return leaving.offered(acts, conversation) if self._mails else (acts, conversation)
