"""Which language a message is in: by script, by small words, and by the head where those say nothing."""

import pytest

from model.data import read_corpus
from model.languages import by_script, by_words, language

HEAD_SAYS_ENGLISH = {"en": 9.0, "zh": 0.0, "de": 0.0, "ru": 0.0, "es": 0.0}

TOLD = """
ar | أين طلبي؟ | هل يمكنني إرجاع الحذاء؟ | متى يصل الطرد 10423
fa | سفارش من کجاست و چه زمانی می‌رسد؟ پیگیری
ur | میرا آرڈر کہاں ہے؟
he | איפה ההזמנה שלי? | אני רוצה להחזיר את הנעליים
th | ของของฉันอยู่ที่ไหน | อยากคืนรองเท้า order 10423
el | Πού είναι η παραγγελία μου; | Θέλω να επιστρέψω το iPhone
hi | मेरा ऑर्डर कहाँ है? | मुझे जूते वापस करने हैं
ko | 주문 어디까지 왔나요? | 환불
ja | 注文はどこですか | 靴を返品したいです | キャンセル
ru | где мой заказ? | хочу вернуть кроссовки Nike | Спасибо
uk | де моє замовлення і коли його доставлять? | хочу повернути взуття, є така можливість?
be | дзе мой заказ? хачу вярнуць боты, як гэта зрабіць у вас, дзякуй, ўжо тыдзень чакаю
sr | где је моја поруџбина? желим да вратим ципеле
fr | c'est quoi vos horaires | je voudrais retourner mes chaussures | où est mon colis ?
es | quiero devolver los zapatos | ¿Dónde está mi pedido? | cuándo llega mi paquete
it | accettate PayPal? | vorrei restituire le scarpe | il mio pacco non è arrivato
sv | jag vill returnera skorna | var är mitt paket, jag har inte fått det | när kommer min beställning
da | jeg vil gerne returnere mine sko | hvor er min pakke? | hvornår kommer min bestilling
no | jeg vil gjerne returnere skoene mine | hva gjør jeg, pakken har ikke kommet ennå
cs | kde je moje objednávka? | chtěl bych vrátit boty
hu | hol van a rendelésem? | szeretném visszaküldeni a cipőt
fi | missä tilaukseni on? | haluaisin palauttaa kengät
ro | unde este comanda mea? | vreau să returnez pantofii
id | di mana pesanan saya? | saya ingin mengembalikan sepatu
vi | đơn hàng của tôi ở đâu? | tôi muốn trả lại giày
nl | waar is mijn bestelling? | ik wil graag mijn schoenen terugsturen
de | wo ist meine Bestellung? | ich möchte die Schuhe zurückgeben
pl | gdzie jest moje zamówienie? | chcę zwrócić buty
pt | onde está a minha encomenda? | gostaria de devolver meus sapatos
tr | siparişim nerede | ayakkabıları iade etmek istiyorum
en | where is my order 10423? | send it to Maria de la Cruz | Vincent van Gogh | Søren Kjær, Kraków
en | my address is 12 Rue de la Paix, Paris | Calle Mayor 5, Madrid | Dvořákova 7, Brno | Müller | 42 | ok
en | the café chairs and the crème brûlée set | do you take PayPal | is the Ω mug in stock | I love the の mug
en | is the kimono 着物 dress in blue | wheres my ordr pls | Strasse des 17. Juni 100, Berlin | Łódź | hola
en | vous avez a scooter for heavy adults | bestellung 5512 cancel bitte, delivery too late
zh | 订单什么时候到？ | 请用PayPal退款 | 楽の店 | 我要买优の良品的杯子 | 寄到Kraków
zh-Hant | 訂單什麼時候到？ | 我想退貨，謝謝
"""
CASES = [(language_, text.strip()) for line in TOLD.strip().splitlines()
         for language_, *texts in [line.split(" | ")] for text in texts]  # fmt: skip


@pytest.mark.parametrize(("wanted", "text"), CASES)
def test_script_and_small_words_tell_what_the_head_takes_for_english(wanted: str, text: str):
    assert language(text, HEAD_SAYS_ENGLISH) == wanted


def test_what_two_languages_share_is_left_to_the_head():
    assert by_words("jeg har ikke", {"da": 1.0, "no": 2.0}) == "no"
    assert by_words("jeg har ikke", {"da": 2.0, "no": 1.0}) == "da"


def test_our_own_messages_are_english_and_chinese_without_the_head():
    shop = [one for one in read_corpus() if one.intents]
    wrong = [one.text for one in shop if by_script(one.text) or by_words(one.text, {})]
    assert len(wrong) <= len(shop) / 10_000, wrong


@pytest.mark.parametrize(("text", "scores", "wanted"), [
    ("where is it", {"en": 1, "zh": 0, "de": 0}, "en"), ("订单什么时候到", {"en": 1, "zh": 0, "de": 0}, "zh"),
    ("訂單什麼時候到", {"en": 0, "zh": 9, "de": 0}, "zh-Hant"),
    ("wo ist mein Paket", {"en": 0, "zh": 0, "de": 9}, "de"),
    ("ok", {"en": 0, "zh": 0, "de": 9}, "en"), ("Lieferadresse falsch", {"en": 1, "zh": 0, "de": 2}, "en"),
    ("42", {"en": 0, "zh": 2, "de": 9}, "zh"), ("", {"en": 2, "zh": 0, "de": 9}, "en"),
    ("请用PayPal退款", {"en": 5, "zh": 0, "de": 0}, "zh"),
    ("kimono 着物 dress in blue", {"en": 5, "zh": 0, "de": 0}, "en"),
])  # fmt: skip
def test_a_foreign_language_needs_certainty_and_text(text: str, scores: dict[str, float], wanted: str):
    assert language(text, scores) == wanted
