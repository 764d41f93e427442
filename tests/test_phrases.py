"""The phrase book: every act can be said in every language, and no wording says more than its act does."""

import ast
import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import Path

import pytest
from rapidfuzz import fuzz

import bot
from bot import alarms, wording
from bot.commerce import NEW_GIFT_CARD, ORIGINAL_METHODS
from bot.errors import BadInput
from bot.facts import EFFECT_FAMILIES, PLACEHOLDER, Act, Text, fault, placeholders
from bot.office import CLOSINGS
from bot.phrases import LANGUAGES, TONES, PhraseBook
from bot.promises import Awaited
from bot.skills import SKILLS
from bot.skills.lines import ALL
from bot.skills.modify_order import ASKED_FOR
from bot.skills.return_items import REASONS
from model.labels import INTENTS, OOS

FOLDER = Path(bot.__file__).parent / "phrases"
BOOK = PhraseBook.load(FOLDER)

# Every act with the facts it may be said with; "!" marks what no variant leaves out.
SPECIFIED = """
introduce; greet; thanks; feedback; capabilities
ask:order_id task!; ask:contact task
ask:contact/full task!; ask:contact/stronger task; ask:order; ask:order/without name!; ask:lines order!; ask:reason
ask:address order; ask:postcode order; ask:phone; ask:product; ask:product/which; ask_what; ask_more; contact_noted
identify/done order; identify/miss; go_private; forgotten; unknown_order order!; no_orders
inform:order/unpaid order! state!; inform:order/cancelled order! state!
inform:order/open order! state! day; inform:order/packed order! state! day carrier
inform:order/part_shipped order! state! day carrier tracking; inform:order/shipped order! state! day carrier tracking
inform:order/delivered order! state! carrier when
inform:order/return_open order! state!; inform:order/returned order! state!
inform:delivery/late order! day! days carrier; inform:delivery/on_time order! day! carrier
inform:as_of when!; inform:orders count!; inform:orders/more more! count; inform:claim/open order! claim! day!
inform:claim/open_until order! claim! day! by!
inform:delivery/signed name!; inform:delivery/look_first order; inform:delivery/lost order! carrier
inform:photo_welcome; file_added
ask:checked order; ask:wish order; ask:wish/lost order; ask:wish/out_of_stock order; ask:problem order
ask:claim_lines order!; ask:missing_count items! count!
confirm:delivery_trouble/chase order! by! carrier; done:delivery_trouble/chase order! by! carrier
confirm:delivery_trouble/missing_parcel order! by! carrier; done:delivery_trouble/missing_parcel order! by! carrier
confirm:delivery_trouble/refused order! amount! method! first! last!
done:delivery_trouble/refused order! amount! method! first! last!
confirm:delivery_trouble/lost_refund order! amount! method! items
done:delivery_trouble/lost_refund order! amount! method! items
confirm:delivery_trouble/lost_resend order! items!; done:delivery_trouble/lost_resend order! items!
pending:delivery_trouble order!; pending:delivery_trouble/approval order! amount items
refused:delivery_trouble/out_of_stock order!; refused:delivery_trouble/changed order!
refused:delivery_trouble/declined order!; refused:delivery_trouble/unsupported order!
refused:delivery_trouble/unknown order!; dropped:delivery_trouble order!
confirm:report_problem order! items! by!; done:report_problem order! items! by!
pending:report_problem order!; pending:report_problem/approval order!
refused:report_problem/not_delivered order!; refused:report_problem/cancelled order!
refused:report_problem/nothing_left order!; refused:report_problem/warranty_over order! day
refused:report_problem/other_parcel order! items! day; refused:report_problem/changed order!
refused:report_problem/declined order!; refused:report_problem/unsupported order!
refused:report_problem/unknown order!; dropped:report_problem order!
inform:passage topic; inform:passage/nearest topic; inform:passage/other_language topic; no_passage task
inform:return_window days!; inform:warranty_term days!
inform:product product!; inform:product/not_sold product!
inform:price product! price!; inform:price/from product! price!
inform:availability/plain product!; inform:availability/not_made product! wanted! variants!
inform:availability/in product! variants!; inform:availability/out product!; unknown_product name!
confirm:cancel_order order! items! amount! method!; confirm:cancel_order/unpaid order! items!
done:cancel_order order! amount! method! items; done:cancel_order/unpaid order!
confirm:cancel_order/authorised order! items! day; done:cancel_order/authorised order! day
pending:cancel_order order!; pending:cancel_order/approval order! amount
refused:cancel_order/packed order!; refused:cancel_order/shipped order!; refused:cancel_order/delivered order!
refused:cancel_order/cancelled order!; refused:cancel_order/changed order!; refused:cancel_order/declined order!
refused:cancel_order/unsupported order!; refused:cancel_order/unknown order!
confirm:change_address order! address!; done:change_address order! address!; notice:change_address order! address!
pending:change_address order!; pending:change_address/approval order!
refused:change_address/packed order!; refused:change_address/shipped order!; refused:change_address/delivered order!
refused:change_address/cancelled order!; refused:change_address/country order!; refused:change_address/changed order!
refused:change_address/declined order!; refused:change_address/unsupported order!; refused:change_address/unknown order!
ask:code mail!; ask:code/again mail!; ask:code/resent mail!; ask:code/wrong mail; ask:code/expired mail!
ask:code/on_file mail!; notice:code minutes!; notice:change order! task!; handoff/no_code; identify/link; link_over
confirm:return_items order! items! amount! method!; confirm:return_items/fee order! items! amount! method! fee!
done:return_items order! items! amount! method! label
done:return_items/fee order! items! fee! net! method! amount label
pending:return_items order!; pending:return_items/approval order! amount
refused:return_items/not_delivered order!; refused:return_items/window_over order! day!
refused:return_items/not_returnable order!; refused:return_items/nothing_left order!
refused:return_items/cancelled order!; refused:return_items/changed order!; refused:return_items/declined order!
refused:return_items/unsupported order!; refused:return_items/unknown order!
confirm:cancel_order/less_due order! items! due!; done:cancel_order/less_due order! due! items
refused:cancel_order/stays order! items!
ask:cancel_lines order!; ask:change order!; ask:change_lines order!; ask:variant item! order
ask:new_quantity item! order; ask:gift_note order limit; ask:delivery_day order!
refused:cancel_order/line_packed order! items!; refused:cancel_order/line_gone order! items!
refused:cancel_order/line_cancelled order! items!
confirm:modify_order order! item! old! new!; confirm:modify_order/refund order! item! old! new! amount! method!
confirm:modify_order/due order! item! old! new! due!; confirm:modify_order/gift_note order! note!
confirm:modify_order/gift_note_removed order!; confirm:modify_order/delivery_day order! day!
done:modify_order order! item! new! old; done:modify_order/refund order! item! new! amount! method! old
done:modify_order/due order! item! new! due! old; done:modify_order/gift_note order! note!
done:modify_order/gift_note_removed order!; done:modify_order/delivery_day order! day!
pending:modify_order order!; pending:modify_order/approval order!
refused:modify_order/packed order!; refused:modify_order/shipped order!; refused:modify_order/delivered order!
refused:modify_order/cancelled order!; refused:modify_order/line_packed order! items!
refused:modify_order/line_gone order! items!; refused:modify_order/not_available item! order new
refused:modify_order/too_few item! order left; refused:modify_order/same item! order; refused:modify_order/add order!
refused:modify_order/other_product order!; refused:modify_order/no_note order!
refused:modify_order/too_long limit! length order; refused:modify_order/day_range day! first last order
refused:modify_order/day_off day! order; refused:modify_order/changed order!; refused:modify_order/declined order!
refused:modify_order/unsupported order!; refused:modify_order/unknown order!; dropped:modify_order order!
dropped:cancel_order order!; dropped:change_address order!; dropped:return_items order!
refused:return_items/in_exchange order!
ask:exchange_line order!; ask:exchange_variant product!; ask:exchange_variant/out product!
confirm:exchange_item order! item! new!; confirm:exchange_item/refund order! item! new! amount! method!
confirm:exchange_item/due order! item! new! amount!
done:exchange_item order! item! new! label; done:exchange_item/refund order! item! new! amount! method!
done:exchange_item/due order! item! new! amount! link!
pending:exchange_item order!; pending:exchange_item/approval order!; dropped:exchange_item order!
refused:exchange_item/not_delivered order!; refused:exchange_item/window_over order! day!
refused:exchange_item/not_returnable order!; refused:exchange_item/nothing_left order!
refused:exchange_item/cancelled order!; refused:exchange_item/unpaid order! link!
refused:exchange_item/out_of_stock order!; refused:exchange_item/other_product order! product!
refused:exchange_item/changed order!; refused:exchange_item/declined order!
refused:exchange_item/unsupported order!; refused:exchange_item/unknown order!
inform:way/return order!; inform:way/change order!; inform:way/cancel order!; inform:way/missing order!
inform:way/refund order!
confirm:refund_request order! amount! method!; confirm:refund_request/price order! items! amount! method!
done:refund_request order! amount! method!; done:refund_request/price order! items! amount! method!
pending:refund_request order!; pending:refund_request/approval order! amount; dropped:refund_request order!
refused:refund_request/price_window order! day!; refused:refund_request/not_cheaper order!
refused:refund_request/matched order!; refused:refund_request/unpaid order!; refused:refund_request/nothing_left order!
refused:refund_request/cancelled order!; refused:refund_request/not_delivered order!
refused:refund_request/changed order!; refused:refund_request/declined order!
refused:refund_request/unsupported order!; refused:refund_request/unknown order!
done:notify/sent order! until!; done:notify/delayed order! until!; done:notify/refunded order! until!
done:notify/back product! until! variants; done:notify/approved; done:notify/stopped
refused:notify/approved; refused:notify/too_many
notice:sent order! carrier tracking day; notice:sent/part order! carrier tracking; notice:moved order! day!
notice:late order! day! days carrier; notice:refunded order! amount! method!; notice:back product! variants!
notice:cancelled order!
inform:refund/started order! amount! method! when; inform:refund/expected order! amount! method! day! when
inform:refund/overdue order! amount! method! day!; inform:refund/arrived order! amount!
inform:refund/open order! amount!; inform:refund/exchange order!; inform:refund/done order! amount! method! when
inform:refund/none order! state!; inform:refund/nowhere
inform:suggestions products!; inform:suggestions/for_you products!; inform:suggestions/popular products!
inform:suggestions/nearest products!; inform:suggestions/none; inform:suggestions/instead product! products!
inform:suggestions/cheaper product! products!; inform:suggestions/no_cheaper product!
inform:suggestions/with product! products!; inform:comparison products!; ask:product/compare
ask:product/compare_with product! name
inform:size product! size!; inform:size/between product! sizes! size!; inform:size/out product! size!
inform:size/none product!; inform:size/chart product!; inform:size/no_chart product!; inform:size/one product!
inform:runs product! runs!; ask:measure product! measure!
done:personal/off; done:personal/on; inform:personal/guest
expired; confirm_unclear; stale_button; stopped; nothing_open; next_request task!; resume task!
edit_late; file_kept; file_lost; clarify; rephrase; restarted; oos; no_skill task!; apology
handoff/requested; handoff/angry; handoff/injury; handoff/fire; handoff/fraud; handoff/legal; handoff/press
handoff/threat; handoff/model_failure; handoff/error; handoff/identity; handoff/not_understood; handoff/insists
card_masked; ask:product/buy; ask:color product!; ask:color/out product! wanted!; ask:size product!
ask:size/out product! wanted!; ask:quantity product! left!; ask:trouble
done:basket items! total! day link; done:basket/part items! total! missing! day
inform:basket/sold_out product!; inform:basket/nothing missing!; inform:basket/empty; inform:basket/not_in_it name!
inform:trouble; ask:coupon; inform:promotion code! benefit!; inform:promotion/saving code! saving! benefit
inform:promotion/after_order order!; inform:promotion/unknown code!; inform:promotion/expired code! day!
inform:promotion/not_yet code! day!; inform:promotion/other_market code!; inform:promotion/used_up code!
inform:promotion/already_used code!; inform:promotion/not_first code!; inform:promotion/other_goods code! goods!
inform:promotion/below_minimum code! missing! minimum; inform:promotions codes!; inform:promotions/none
inform:scheme/none; inform:scheme/but codes!; ask:payment_order; ask:charge
inform:payment/paid order! amount! method when; inform:payment/double order! amount!
inform:payment/authorised order! amount! day method; inform:payment/authorised_long order! amount! day
inform:payment/failed order! amount! link! method when; inform:payment/part order! amount! link!
inform:payment/refunded order! amount!; inform:payment/owed order! amount!; inform:payment/nothing_due order!
inform:payment/not_found order!
inform:payment/no_order; inform:payment/declined methods; inform:methods methods!; inform:methods/taken method! methods
inform:methods/not_taken method! methods!
ask:invoice_title order; ask:tax_id; ask:tax_id/invalid tax_id!
confirm:invoice order! email; confirm:invoice/company order! title! tax_id email
confirm:invoice/fapiao order! title! tax_id email
done:invoice order! number! email! credit; done:invoice/company order! number! title! email tax_id credit
done:invoice/fapiao order! title! email! tax_id
pending:invoice order!; pending:invoice/approval order!
refused:invoice/unpaid order!; refused:invoice/issued order! number!; refused:invoice/changed order!
refused:invoice/declined order!; refused:invoice/unsupported order!; refused:invoice/unknown order!
dropped:invoice order!; notice:invoice order! number!
ask:topic; ask:email; inform:account/reset url!; inform:account/data; inform:account/person; done:unsubscribe email!
confirm:contact_data address!; done:contact_data address!; pending:contact_data; pending:contact_data/approval
refused:contact_data/guest; refused:contact_data/country; refused:contact_data/same; refused:contact_data/changed
refused:contact_data/declined; refused:contact_data/unsupported; refused:contact_data/unknown; dropped:contact_data
notice:contact_data address!
ask:business; ask:reach; inform:business; feedback/review url!
inform:bot/can tasks!; inform:bot/languages languages!; inform:bot/stored
handoff/requested; handoff/angry; handoff/injury emergency; handoff/fire emergency; handoff/recall emergency
handoff/fraud; handoff/chargeback; handoff/authority; handoff/legal; handoff/press; handoff/threat; handoff/goodwill
handoff/other_method; handoff/login; handoff/death; handoff/minor
handoff/model_failure; handoff/error; handoff/identity; handoff/not_understood; handoff/insists
handoff/undeliverable; waiting/ack; waiting/long; waiting/cancelled; staff/joined name!; staff/back; staff/closed
done:voucher amount! code! day!; pending:voucher amount!
approval/expired task!; waiting/leave_mail; waiting/mail_kept mail!; notice:answer name! hours!; notice:link hours!
waiting/closed when!; waiting/minutes minutes!; waiting/hours hours!
rating/ask low! high!; rating/thanks; rating/noted
"""
ENTRIES = [entry.split() for entry in re.split(r"[;\n]+", SPECIFIED) if entry.strip()]
FACTS = {act: set(names) for act, *names in ENTRIES}
ALLOWED = {act: {name.rstrip("!") for name in names} for act, names in FACTS.items()}
REQUIRED = {act: {name[:-1] for name in names if name.endswith("!")} for act, names in FACTS.items()}

APOLOGETIC = ("refused", "handoff", "unknown_order", "no_orders", "no_passage", "unknown_product", "no_skill", "oos")
SOME_THIRD = ("de", "fr", "es", "it", "nl", "pl", "pt", "ru", "ja", "ko", "sv", "da", "tr", "ar", "uk")
METHODS = ("card", "paypal", "alipay", "wechat_pay", "gift_card", "bank_transfer", "klarna", "online")  # Payment.method
WARM = ("introduce", "greet", "thanks", "feedback", "capabilities", "identify/done", "done")
# After these nobody waits for an answer: a "yes" would be taken for something else.
NOT_ASKING = (
    "inform", "done", "pending", "refused", "dropped", "handoff", "resume", "next_request", "no_skill", "no_passage",
    "unknown_order", "no_orders",
)  # fmt: skip


def said(act: str, language: str) -> list[tuple[str, str]]:
    """(tone, variant) of an act, without those a tone only borrows from neutral."""
    neutral = BOOK.variants(act, language)
    borrowed = [BOOK.variants(act, language, tone) for tone in TONES[1:]]
    own = [(tone, text) for tone, found in zip(TONES[1:], borrowed, strict=True) if found != neutral for text in found]
    return [("neutral", text) for text in neutral] + own


def everything() -> Iterator[tuple[str, str, str]]:
    yield from ((act, language, text) for act in ALLOWED for language in LANGUAGES for _, text in said(act, language))


def calls(name: str) -> Iterator[ast.Call]:
    """The calls of that name in bot's code."""
    for path in Path(bot.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == name:
                yield node


def texts(arguments: Sequence[ast.expr]) -> tuple[str, ...]:
    """The arguments that are written out, up to one that is not: Act("greet"), not Act(f"handoff/{reason}")."""
    written = takewhile(lambda item: isinstance(item, ast.Constant), arguments)
    return tuple(str(item.value) for item in written if isinstance(item, ast.Constant))


def handoffs() -> set[tuple[str, str]]:
    """(reason, reason whose words are said) of every handoff the code can make."""
    made = [(reason, reason) for reason in alarms.REASONS]
    for call in calls("hand_over"):
        for reason in texts(call.args[:1]):
            instead = texts([keyword.value for keyword in call.keywords if keyword.arg == "said"])
            made.append((reason, instead[0] if instead else reason))
    return set(made)


def is_of(act: str, families: tuple[str, ...]) -> bool:
    return act in families or act.partition(":")[0] in families or act.partition("/")[0] in families


# --- what the shipped book holds --------------------------------------------------------------------------------------


def test_book_holds_exactly_the_specified_acts_and_required_facts() -> None:
    assert set(BOOK.acts()) == set(ALLOWED)
    assert {act: BOOK.required(act) for act in ALLOWED} == REQUIRED


def test_every_act_of_a_skill_can_be_said() -> None:
    assert {act for skill in SKILLS for act in skill.acts} <= set(BOOK.acts())


def test_every_act_named_in_the_code_can_be_said() -> None:
    acts = {name for call in calls("Act") for name in texts(call.args[:1])}
    acts |= {f"handoff/{said}" for _, said in handoffs()}
    assert {"greet", "handoff/requested", "handoff/fire"} <= acts
    assert acts <= set(BOOK.acts())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sum_is_never_the_reason_for_an_approval(language: str) -> None:
    acts = [act for act in ALLOWED if act.startswith("pending:") and act.endswith("/approval")]
    texts = " ".join(text for act in acts for _, text in said(act, language))
    assert texts and not re.search(r"\b[Bb]ecause \W?\{amount|For a refund|涉及\{|退款\{amount\}需", texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_act_has_enough_variants(language: str) -> None:
    counts = {act: {tone: sum(own == tone for own, _ in said(act, language)) for tone in TONES} for act in ALLOWED}
    thin = {act for act, count in counts.items()
            if sum(count.values()) < 12 or count["neutral"] < 8 or any(0 < count[tone] < 3 for tone in TONES)}
    thin |= {act for act in ALLOWED if is_of(act, APOLOGETIC) and not counts[act]["apologetic"]}
    thin |= {act for act in ALLOWED if is_of(act, WARM) and not counts[act]["warm"]}
    assert not thin


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_act_can_be_said_in_several_ways_with_its_required_facts_alone(language: str) -> None:
    for act in ALLOWED:
        bare = [tone for tone, text in said(act, language) if placeholders(text) == REQUIRED[act]]
        assert bare.count("neutral") >= 3, act
        assert set(bare) == {tone for tone, _ in said(act, language)}, act


def test_no_variant_says_more_than_its_act() -> None:
    for act, language, text in everything():
        given = Act(act, {name: Text("x") for name in ALLOWED[act]})
        assert fault(text, given, language, frozenset(REQUIRED[act]), BOOK.lexicon(act, language)) == "", (act, text)


def test_what_is_pending_is_not_promised_for_a_time_nobody_gave() -> None:
    soon = re.compile(r"\b(?<!as )(soon|shortly|in a moment|any minute|right away)\b|马上|很快|稍后|随后|立刻|尽快")
    promised = [(act, text) for act, _, text in everything() if Act(act).family == "pending" and soon.search(text)]
    assert not promised


def test_effect_acts_hold_no_figures_in_words_either() -> None:
    """facts.fault lets their states pass, and everywhere "one", which is a pronoun too."""
    for act, language, text in everything():
        if Act(act).family in EFFECT_FAMILIES:
            said = PLACEHOLDER.sub(" ", text)
            assert not wording.FIGURE[language].search(said) and not re.search(r"\bone\b", said), (act, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_variants_of_an_act_differ_in_wording(language: str) -> None:
    for act in ALLOWED:
        wordings = [re.sub(r"\W", "", text).casefold() for _, text in said(act, language)]
        neutral = BOOK.variants(act, language)
        assert len(set(wordings)) == len(wordings), act
        alike = [(a, b) for n, a in enumerate(neutral) for b in neutral[:n] if fuzz.ratio(a, b) > 92]
        assert not alike, alike


def test_english_agrees_with_one_and_with_many() -> None:
    """A count is followed by a hyphen, and a list by a verb that is the same for one thing and for several."""
    lists = r"(?<!of )\{(?:items|variants)\} (?:is|are|was|were|has|have|isn't|aren't|goes|go)\b|\{days\}(?!-day\b)"
    assert not [text for _, language, text in everything() if language == "en" and re.search(lists, text)]


def test_only_greet_greets() -> None:
    greeting = re.compile(r"\b(?:hello|hi|good morning|good evening)\b|您好|你好", re.IGNORECASE)
    assert not {act for act, _, text in everything() if act != "greet" and greeting.search(text)}


def test_nothing_is_asked_where_no_answer_is_waited_for() -> None:
    assert not [text for act, _, text in everything() if is_of(act, NOT_ASKING) and re.search("[?？]", text)]


# --- words for terms --------------------------------------------------------------------------------------------------


def test_every_term_the_code_uses_has_a_word_in_every_language() -> None:
    used = {names for call in calls("Term") if len(names := texts(call.args)) == 2}
    used |= {("intent", intent) for intent in (*INTENTS, OOS)}
    used |= {("reason", reason) for reason in REASONS} | {("option", ALL)}
    used |= {("closing", why) for why in CLOSINGS}
    used |= {("change", str(wish)) for wish in ASKED_FOR}
    used |= {("state", act.partition("/")[2]) for act in ALLOWED if act.startswith("inform:order/")}
    used |= {("method", method) for method in (*METHODS, ORIGINAL_METHODS, NEW_GIFT_CARD)}
    used |= {
        ("label", name) for call in calls("label") if isinstance(call.func, ast.Name) for name in texts(call.args[:1])
    }
    used |= {("button", f"notify_{awaited}") for awaited in Awaited}
    used |= {("return", state) for state in ("open", "arrived", "refunded")}
    used |= {("refund", state) for state in ("started", "done")} | {("label", kind) for kind in ("return", "exchange")}
    used |= {("handoff", reason) for reason, _ in handoffs()}
    used |= {("handoff", name) for call in calls("HandoffRequest") for name in texts(call.args[:1])}
    assert ("label", "tracking") in used and ("handoff", "approval") in used
    for language in LANGUAGES:
        assert not {(group, key) for group, key in used if not BOOK.terms(language).get(group, {}).get(key)}


def test_terms_are_the_same_in_every_language_and_tell_keys_apart() -> None:
    english, chinese = (BOOK.terms(language) for language in LANGUAGES)
    assert english.keys() == chinese.keys()
    assert all(english[group].keys() == chinese[group].keys() for group in english)
    for words in (*english.values(), *chinese.values()):
        assert len(set(words.values())) == len(words)


# --- asking the book --------------------------------------------------------------------------------------------------


def test_a_tone_without_variants_falls_back_to_neutral() -> None:
    assert BOOK.variants("inform:price", "en", "apologetic") == BOOK.variants("inform:price", "en")
    assert BOOK.variants("greet", "en", "warm") != BOOK.variants("greet", "en")


def test_traditional_chinese_is_made_from_simplified() -> None:
    assert BOOK.variants("greet", "zh-Hant") == BOOK.variants("greet", "zh")
    assert BOOK.terms("zh-Hant") == BOOK.terms("zh")


def test_a_third_language_gets_its_own_line_or_the_english_one() -> None:
    assert "Englisch" in BOOK.other("de")
    assert BOOK.other("pt-BR") == BOOK.other("pt")
    assert BOOK.other("eu") == BOOK.other("default")
    assert {*SOME_THIRD} <= BOOK._lines.keys()


# --- the owner's wording ----------------------------------------------------------------------------------------------


def test_owner_replaces_single_acts_terms_and_lines(tmp_path: Path) -> None:
    (tmp_path / "en.toml").write_text('[acts.greet]\nneutral = ["Ahoy!"]\n[terms.button]\nno = "Rather not"\n', "utf-8")
    (tmp_path / "other.toml").write_text('[lines]\neu = "Kaixo"\n', "utf-8")
    book = PhraseBook.load(FOLDER, tmp_path)
    assert book.variants("greet", "en", "warm") == ("Ahoy!",)
    assert book.lexicon("greet", "en") == {"ahoy"}
    assert book.variants("thanks", "en") == BOOK.variants("thanks", "en")
    assert book.variants("greet", "zh") == BOOK.variants("greet", "zh")
    assert book.terms("en")["button"] == {**BOOK.terms("en")["button"], "no": "Rather not"}
    assert book.other("eu") == "Kaixo"


def test_a_folder_of_the_owner_without_files_changes_nothing(tmp_path: Path) -> None:
    assert PhraseBook.load(FOLDER, tmp_path) == BOOK


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[acts.gret]\nneutral = ["Hi"]', "acts.gret: there is no such act"),
        ('[acts.greet]\nwarm = ["Hi"]', "acts.greet.neutral must have a variant"),
        ("[acts.greet]\nneutral = []", "acts.greet.neutral must have a variant"),
        ("[acts.greet]\nneutral = [1]", "acts.greet.neutral must be a list of texts"),
        ('[acts.greet]\nneutral = "Hi"', "acts.greet.neutral must be a list of texts"),
        ('[acts.greet]\nneutral = ["Hi"]\ncold = ["Hi"]', "acts.greet.cold: only required"),
        ('[acts]\ngreet = "Hi"', "acts.greet must be a table"),
        ('[acts.greet]\nneutral = [" "]', "acts.greet: says nothing"),
        ('[acts.greet]\nneutral = ["Hi, {name}"]', "acts.greet: unknown fact name"),
        ('[acts.greet]\nneutral = ["Open until 8"]', "acts.greet: a digit outside placeholders"),
        ('[acts.clarify]\nrequired = []\nneutral = ["Which {topic}?"]', "acts.clarify: unknown fact topic"),
        ('[acts.resume]\nneutral = ["Where were we?"]', "acts.resume: leaves out task"),
        ('[terms.button]\nyes = ""', "terms.button.yes must be a text"),
        ('[terms]\nbutton = "yes"', "terms.button must be a table"),
        ('[act.greet]\nneutral = ["Hi"]', "act: only the tables acts, terms"),
        ("[acts.greet", "cannot be read"),
    ],
)
def test_a_wording_that_cannot_be_used_is_named_with_file_and_key(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "en.toml").write_text(text, "utf-8")
    with pytest.raises(BadInput, match=re.escape(complaint)) as caught:
        PhraseBook.load(FOLDER, tmp_path)
    assert str(tmp_path / "en.toml") in str(caught.value)


def test_no_word_of_ours_stands_in_two_files(tmp_path: Path) -> None:
    """The later file would win, for both uses."""
    (tmp_path / "en").mkdir()
    for file in ("en.toml", "zh.toml", "en/desk.toml"):
        (tmp_path / file).write_text('[terms.desk]\ndo = "Do it"\n', "utf-8")
    with pytest.raises(BadInput, match=r"desk\.toml: terms\.desk\.do: stands in another file too"):
        PhraseBook.load(tmp_path)


def test_a_book_must_say_every_act_in_every_language(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"en\.toml: cannot be read"):
        PhraseBook.load(tmp_path)
    (tmp_path / "en.toml").write_text('[acts.greet]\nneutral = ["Hi"]', "utf-8")
    (tmp_path / "zh.toml").write_text("", "utf-8")
    (tmp_path / "other.toml").write_text('[lines]\ndefault = "English only"', "utf-8")
    with pytest.raises(BadInput, match=r"acts\.greet must stand in every language"):
        PhraseBook.load(tmp_path)
    (tmp_path / "zh.toml").write_text('[acts.greet]\nneutral = ["您好"]', "utf-8")
    assert PhraseBook.load(tmp_path).acts() == ("greet",)
    (tmp_path / "other.toml").write_text("[lines]", "utf-8")
    with pytest.raises(BadInput, match=r"lines\.default is missing"):
        PhraseBook.load(tmp_path)
