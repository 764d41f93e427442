"""Which language a message is in: by its script, by the small words it is built of, and by what the head says.

The head has seen a few languages only, and takes the others for English. A script or two small words tell without it;
where they say nothing, the head's word counts, and a foreign language only when it is sure of it.
"""

import math
import re
import unicodedata
from collections import Counter

from model.labels import SPOKEN
from model.tokenizer import CJK, normalise, traditional

SURE = 0.9  # probability from which the head alone decides for a language we do not speak
ENOUGH = 8  # letters without which the head cannot tell

# First word of a letter's Unicode name → the language it is mostly written for.
_SCRIPTS = {
    "ARABIC": "ar", "ARMENIAN": "hy", "BENGALI": "bn", "CYRILLIC": "ru", "DEVANAGARI": "hi", "GEORGIAN": "ka",
    "GREEK": "el", "HANGUL": "ko", "HEBREW": "he", "HIRAGANA": "ja", "KATAKANA": "ja", "KATAKANA-HIRAGANA": "ja",
    "KHMER": "km", "TAMIL": "ta", "THAI": "th",
}  # fmt: skip
# Letters that others who share the script do without.
_LETTERS = {"ar": (("ur", "ٹڈڑںے"), ("fa", "پچژگ")), "ru": (("be", "ў"), ("uk", "іїєґ"), ("sr", "ђјљњћџ"))}
_VIETNAMESE = re.compile("[\u1ea0-\u1ef9ăđơư]")

# Words of one language that are neither English nor part of names and addresses ("de la", "van").
_WORDS = {
    "cs": "kde kdy jak proč chci chtěl chtěla bych moje můj mou mám máte nemám jsem jste nefunguje vrátit zrušit "
          "objednávka objednávku objednávky balík zásilka doručení boty dobrý prosím děkuji není ještě",
    "da": "jeg hvor hvornår hvordan hvad ikke mig gerne har mine kan vil få og jeres tilbage pakke pakken bestilling "
          "ordre returnere endnu levering sko",
    "de": "ich nicht mein meine meinen wo wann wie ist habe hab bitte und das zurückgeben zurückschicken bestellung "
          "paket lieferung schuhe möchte ihr können kann noch",
    "es": "quiero quisiera dónde donde está cuándo cuando mi pedido paquete devolver cambiar cancelar zapatos tienen "
          "puedo necesito llega llegado hacer una aceptan cómo ustedes envío dinero",
    "fi": "missä milloin miten haluan haluaisin minun tilaus tilaukseni tilauksen paketti pakettini palauttaa "
          "peruuttaa kengät ei ole onko voinko vielä kuinka saanut teillä",
    "fr": "je vous nous est c'est j'ai où quoi quand comment mon mes vos votre pas commande colis livraison voudrais "
          "veux retourner rendre chaussures horaires avez pouvez acceptez mais encore reçu êtes n'est",
    "hu": "hol mikor hogyan szeretném szeretnék rendelésem rendelést csomagom csomag visszaküldeni lemondani vissza "
          "cipőt nem még kérem meg mennyi hogy",
    "id": "saya di mana kapan bagaimana pesanan pesananku paket mengembalikan membatalkan sepatu ingin belum sudah "
          "tidak bisa berapa apakah barang",
    "it": "voglio vorrei dove quando come mio mia ordine pacco spedizione restituire annullare scarpe accettate avete "
          "posso non ho è sono arrivato ancora il questo",
    "nl": "ik mijn waar wanneer hoe niet wil graag bestelling pakket pakje terugsturen retourneren annuleren schoenen "
          "kan het een heb jullie nog",
    "no": "jeg hvor når hvordan hva ikke meg gjerne har mine kan vil få og deres tilbake pakke pakken bestilling ordre "
          "returnere ennå levering sko",
    "pl": "gdzie kiedy jak czy chcę chciałbym chciałabym moje moja mój zamówienie paczka paczkę zwrócić anulować buty "
          "nie jest mam jeszcze proszę dostawa",
    "pt": "quero queria gostaria onde está quando meu minha meus encomenda pacote devolver cancelar sapatos não vocês "
          "posso como chegou ainda uma fazer aceitam tênis",
    "ro": "unde când cum vreau doresc aș comanda mea meu coletul colet returnez returna anulez pantofii nu este sunt "
          "încă livrare pot aveți",
    "sv": "jag var när hur vad inte mig mina min vill gärna har och er beställning paket paketet returnera avbeställa "
          "skorna skor kan ännu leverans få",
    "tr": "nerede ne zaman nasıl siparişim sipariş kargom kargo iade etmek istiyorum iptal ayakkabı ayakkabıları değil "
          "hâlâ henüz gelmedi mi bir var yok",
    "vi": "tôi đơn hàng muốn trả đâu khi nào không được giày của",
}  # fmt: skip
_ENGLISH = (
    "a an and are as at be been but by can come do does for from get got has have he her how i i'm in is it it's its "
    "me my no not of on one or order our out please she so still that the their them then there these they this to up "
    "us want was we what when where which who why will with would you your"
)
_IS_ENGLISH = frozenset(_ENGLISH.split())
_SPEAK = {
    word: [code for code, words in _WORDS.items() if word in words.split()]
    for words in _WORDS.values() for word in words.split() if word not in _IS_ENGLISH
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
TELLING = 6  # letters of a word that tells by itself, in a message of hardly more


def language(text: str, scores: dict[str, float]) -> str:
    """The language of a message; `scores`: the head's logits."""
    if foreign := by_script(text) or by_words(text, scores):
        return foreign
    chinese, letters = len(re.findall(f"[{CJK}]", text)), sum(map(str.isalpha, text))
    best = max(scores, key=scores.__getitem__)
    if best not in SPOKEN:
        highest = scores[best]
        sure = 1 / sum(math.exp(score - highest) for score in scores.values()) >= SURE
        if sure and (letters >= ENOUGH or chinese):
            return best
    if letters:  # an order number or an emoji leaves it to the context, which the head has read
        best = "zh" if chinese and 3 * chinese >= letters - chinese else "en"
    else:
        best = max(SPOKEN, key=lambda code: scores.get(code, -math.inf))
    return "zh-Hant" if best == "zh" and traditional(text) else best


def by_script(text: str) -> str:
    """The language that most of the letters are written for; "" where they are Latin or Chinese."""
    names = [unicodedata.name(letter, "").split(" ")[0] for letter in text if letter.isalpha()]
    scripts = Counter(_SCRIPTS[name] for name in names if name in _SCRIPTS)
    if not scripts:
        return ""
    [(found, count)] = scripts.most_common(1)
    if found == "ja":  # written with Chinese characters too; a lone の stands in Chinese shop names
        beside = names.count("CJK")
        return "ja" if count >= 2 and 4 * count >= beside and 2 * (count + beside) >= len(names) else ""
    if count < 2 or 2 * count < len(names):
        return ""
    lower = text.lower()
    return next((code for code, own in _LETTERS.get(found, ()) if any(letter in lower for letter in own)), found)


def by_words(text: str, scores: dict[str, float]) -> str:
    """The language whose words a message in Latin letters is built of; "" where that is English, or nobody can tell."""
    if re.search(f"[{CJK}]", text):
        return ""
    words = _WORD.findall(normalise(text))
    if len([word for word in words if _VIETNAMESE.search(word)]) * 3 >= max(len(words), 4):
        return "vi"
    votes = Counter(code for word in words for code in _SPEAK.get(word, ()))
    if not votes:
        return ""
    best = max(votes, key=lambda code: (votes[code], scores.get(code, -math.inf)))
    english = sum(word in _IS_ENGLISH for word in words)
    telling = len(words) <= 3 and any(len(word) >= TELLING and best in _SPEAK.get(word, ()) for word in words)
    mostly = votes[best] >= 2 * english and 3 * votes[best] > len(words)  # else it is English with some words of it
    return best if mostly and (votes[best] >= 2 or telling) else ""
