"""What to do next: pure, no I/O, table-tested.

`decide` replays one turn: a generator reads what came, asks for Reads and Performs, and ends in a Speak. Outcomes of
what it asked for are sent back in, so the same arguments always give the same decision. How a flow advances stands in
flows.py; here stands what a message, a button or a file sets going.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.conversation import Conversation, Understanding
from bot.decision import Decision, Limits, TurnInput
from bot.facts import Act
from bot.flows import Script, TurnState
from bot.messages import Kind
from bot.policy.buttons import menu, pressed
from bot.policy.files import keep_files, only_files
from bot.policy.typed import typed
from bot.skill import Outcome, Skill


def decide(
    conversation: Conversation, event: TurnInput, understanding: Understanding | None, outcomes: Sequence[Outcome],
    skills: Sequence[Skill], limits: Limits, now: datetime,
) -> Decision:  # fmt: skip
    """The next decision of this turn, given the outcomes of its earlier ones in order."""
    by_name = {skill.name: skill for skill in skills}
    state = TurnState(conversation, event, understanding or Understanding(), by_name, limits, now)
    script = _turn(state)
    decision = next(script)
    for outcome in outcomes:
        decision = script.send(outcome)
    return decision


def _turn(t: TurnState) -> Script:
    match t.event.kind:
        case Kind.START if t.event.text:
            yield from t.signed_in(menu())
        case Kind.START:
            t.say(Act("greet", tone="warm"))
            yield t.speak("say", offers=menu())
        case Kind.EDIT:
            t.say(Act("edit_late"))
            yield t.speak("say")
        case Kind.BUTTON:
            yield from pressed(t)
        case Kind.FILE if not t.event.text.strip():
            yield from only_files(t)
        case _:
            if t.event.kind is Kind.FILE:
                t.say(keep_files(t))
            yield from typed(t)
