"""Files that the shopper sends, photos mostly: to the claim they belong to, or kept for whoever asks for them."""

from bot.conversation import Flow
from bot.facts import Act
from bot.flows import Script, TurnState
from bot.policy.tasks import tasks

MOST_FILES = 10  # of one claim


def keep_files(t: TurnState) -> Act:
    """Remember what was sent: for the claim that this message makes or goes on with, else for whoever asks for it."""
    digests = [*t.conversation.memory.get("files", "").split(","), *(item.digest for item in t.event.attachments)]
    files = ",".join(list(dict.fromkeys(filter(None, digests)))[-MOST_FILES:])
    t.change(memory={**t.conversation.memory, "files": files})
    if not all(item.digest for item in t.event.attachments):
        return Act("file_lost")
    if t.top and "files" in t.skills[t.top.skill].slots:
        t.replace_top(t.top.with_slot("files", files))
        return Act("file_added")
    wanted = [t.by_intent[name] for name in tasks(t) if name in t.by_intent]
    return Act("file_added" if any("files" in skill.slots for skill in wanted) else "file_kept")


def only_files(t: TurnState) -> Script:
    """A file without a word goes to the claim that is being made or was made last, or is kept for whoever asks."""
    kept, order = keep_files(t), t.conversation.memory.get("claim", "")
    takes = next((skill for skill in t.skills.values() if "files" in skill.slots), None)
    if kept.name == "file_kept" and takes and order and not t.top:
        known = {"order_id": order, "files": t.conversation.memory["files"]}
        t.change(flows=(Flow(takes.name, takes.intents[0], known),))
        yield from t.advance()
        return
    t.say(kept)
    if kept.name == "file_added":
        yield from t.advance()
    else:
        yield t.speak("say", offers=(t.human,))
