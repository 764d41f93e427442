"""Slot values to put in the place of others, so that the model learns where a value stands and not which one it is.

Numbers, addresses and contacts are generated; words come from the lists below and from the utterances themselves.
Everything here is invented.
"""

import random
import string
from collections import defaultdict
from collections.abc import Callable, Iterable

from model.data import Example

_PRODUCTS = {
    "en": """
kettle|toaster|stand mixer|espresso machine|air fryer|rice cooker|frying pan|chopping board|wine glasses|
saucepan|lunch box|water bottle|desk lamp|floor lamp|bookshelf|coffee table|dining chairs|office chair|
mattress topper|duvet|pillowcases|curtains|rug|bath towels|shower curtain|laundry basket|picture frame|
scented candle|wall clock|armchair|running shoes|trainers|ankle boots|sandals|slippers|rain jacket|winter coat|
jacket|hoodie|cardigan|turtleneck|sofa|blouse|shirt|polo shirt|t-shirt|jeans|chinos|leggings|swim shorts|
pyjamas|socks|sports bra|belt|scarf|dress|skirt|beanie|gloves|wallet|handbag|backpack|suitcase|tote bag|
umbrella|sunglasses|wristwatch|necklace|earrings|bracelet|headphones|earbuds|speaker|phone case|charger|
power bank|cable|keyboard|mouse|monitor|laptop stand|hard drive|radio|tablet|smart watch|webcam|printer|router|
action camera|tripod|toothbrush|hair dryer|face cream|shampoo|straighteners|lipstick|perfume|sunscreen|razor|
yoga mat|dumbbells|resistance bands|tent|sleeping bag|stove|helmet|cool box|hammock|bike lights|fishing rod|
football|tennis racket|skateboard|board game|puzzle|building blocks|teddy bear|doll's house|pram|baby monitor|
high chair|dog bed|cat tree|bird feeder|garden hose|lawn mower|drill|toolbox|ladder|car seat|cot|paint roller|
planter|bench|barbecue|notebook|fountain pen|guitar|piano|cookbook|vitamins|parasol|wardrobe|desk|mirror|
green tea|coffee beans|chocolate|olive oil|vacuum cleaner|robot vacuum|iron|heater|dehumidifier|kurta|kimono|
waistcoat|thermos|blender|juicer|toast rack|mug|plates|cutlery set|teapot|grill|oven gloves|apron|storage box|
hangers|doormat|blanket|cushion|bed frame|nightstand|shelf|blinds|light bulbs|extension lead|batteries|
screwdriver set|jumper|vest|wellies|brogues|heels|ballet flats|cap|tie|bow tie|cufflinks|brooch|ring|anklet|
purse|rucksack|duffel bag|passport cover|e-reader|console|controller|microphone|projector|drone|memory card|
ink cartridges|screen protector|stylus|dash cam|scooter|kayak|paddle board|wetsuit|goggles|swim cap|
racket strings|shin pads|rowing machine|treadmill|foam roller|nappies|bottle warmer|play mat|bib|toy train|
dolls|kite|trampoline|sandpit|paddling pool|crayons|paint set|sewing machine|yarn|ukulele|drum kit|vinyl record|
calendar|greeting cards|gift box|honey|protein powder|dog food|cat litter|aquarium""",
    "zh": """
电热水壶|烤面包机|咖啡机|空气炸锅|电饭煲|平底锅|菜板|红酒杯|饭盒|保温杯|台灯|落地灯|书架|茶几|餐椅|办公椅|床垫|
羽绒被|枕套|窗帘|地毯|浴巾|脏衣篮|相框|香薰蜡烛|挂钟|跑鞋|运动鞋|短靴|凉鞋|拖鞋|冲锋衣|羽绒服|牛仔外套|卫衣|
针织开衫|高领毛衣|衬衫|polo衫|T恤|牛仔裤|休闲裤|瑜伽裤|泳裤|睡衣|羊毛袜|运动内衣|皮带|围巾|毛线帽|手套|钱包|
手提包|双肩包|行李箱|帆布包|雨伞|太阳镜|手表|项链|耳环|耳机|蓝牙耳机|蓝牙音箱|手机壳|充电器|充电宝|数据线|键盘|
鼠标|显示器|平板|智能手表|摄像头|打印机|路由器|运动相机|三脚架|电动牙刷|吹风机|面霜|洗发水|口红|香水|防晒霜|
剃须刀|瑜伽垫|哑铃|弹力带|帐篷|睡袋|卡式炉|骑行头盔|车灯|鱼竿|足球|网球拍|滑板|桌游|拼图|积木|毛绒熊|婴儿车|
监护器|儿童餐椅|狗窝|猫爬架|喂鸟器|水管|割草机|电钻|工具箱|梯子|花盆|烧烤架|笔记本|钢笔|吉他|电钢琴|菜谱|维生素|
绿茶|咖啡豆|黑巧克力|橄榄油|吸尘器|扫地机器人|熨斗|取暖器|除湿机|连衣裙|半身裙|西装|汉服|奶粉|纸尿裤|猫粮|
拉杆箱|加湿器|电风扇|筋膜枪|外套|小白鞋|阔腿裤|保暖内衣|床上四件套|榨汁机|破壁机|沙发|衣柜|鞋柜|电脑桌|书桌|
床头柜|穿衣镜|晾衣架|收纳箱|垃圾桶|拖把|砂锅|茶具|马克杯|餐具|刀具|围裙|水杯|冰箱|洗衣机|电视机|空调|微波炉|
烤箱|净水器|油烟机|热水器|投影仪|游戏机|手柄|麦克风|无人机|硬盘|U盘|内存卡|墨盒|硒鼓|钢化膜|手写笔|行车记录仪|
电动车|自行车|轮椅|跑步机|跳绳|泳镜|护膝|羽毛球拍|乒乓球拍|登山杖|滑雪服|钓鱼椅|童装|童鞋|奶瓶|爬行垫|安全座椅|
玩具车|芭比娃娃|风筝|蹦床|水彩笔|缝纫机|毛线|尤克里里|古筝|唱片|台历|贺卡|礼盒|蜂蜜|蛋白粉|狗粮|猫砂|鱼缸|绿植|
多肉|鲜花|月饼|粽子|大闸蟹|车厘子|牛肉干|坚果|燕麦片|方便面|白酒|红酒|茶叶|燕窝|阿胶|面膜|精华液|粉底液|眼影盘|
洗面奶|护手霜|卫生巾|抽纸|洗衣液|牙膏|旗袍|马甲|风衣|皮衣|背带裤|打底裤|文胸|丝袜|领带|胸针|戒指|手镯|发夹|假发|
马丁靴|乐福鞋|高跟鞋|雪地靴|棒球帽|披肩|腰包""",
}
_KINDS = {
    "en": """
wool|linen|cotton|silk|denim|leather|suede|merino|oak|walnut|pine|bamboo|glass|ceramic|stainless steel|
cast iron|wireless|cordless|digital|electric|folding|portable|waterproof|heated|inflatable|adjustable|mini|
large|small|vintage|striped|floral|quilted|padded|slim fit|two-seater|kids'|women's|men's|baby|outdoor|travel|
gaming|bluetooth|smart|solar|blue|black|red|white|grey|green|cream|pink|navy|3-piece|5-litre|double|king-size|
marble|copper|recycled|organic|noise-cancelling""",
    "zh": """
纯棉|真丝|羊毛|亚麻|牛皮|实木|不锈钢|陶瓷|玻璃|竹制|无线|折叠|便携|防水|加厚|加绒|大号|迷你|智能|电动|儿童|男士|
女士|宝宝|户外|复古|条纹|碎花|黑色|白色|粉色|蓝色|灰色|红色|三件套|双人|北欧|国产|进口|新款|降噪|恒温""",
}
_COLORS = {
    "en": "black|white|grey|navy|blue|light blue|red|dark red|green|olive|forest green|yellow|mustard|orange|pink|"
    "purple|lilac|brown|beige|cream|silver|gold|teal|turquoise|charcoal|burgundy|rose gold|walnut|transparent",
    "zh": "黑色|白色|灰色|藏青色|蓝色|浅蓝|红色|酒红色|绿色|墨绿|军绿色|黄色|姜黄|橙色|粉色|紫色|香芋紫|棕色|卡其色|"
    "米白|银色|金色|玫瑰金|透明|咖啡色|驼色|杏色|黑|白|粉|蓝的",
}
_SIZES = "XS|S|M|L|XL|XXL|3XL|36|38|40|42|44|6|8|10|12|14|16|7.5|9.5|EU 41|UK 8|US 9|32/34|34B|75C|size 10"
_GIVEN = {
    "en": "Alice|Tom|Priya|Ahmed|Grace|Liam|Chloe|Marek|Sofia|Daniel|Aisha|Peter|Hannah|Oliver|Ngozi|Jack|Emily|Yusuf|"
    "Katie|Ben|Rosa|Henrik|Isla|Callum|Fatima|Leo|Martha|Sean|Ingrid|Pavel",
    "zh": "",
}
_FAMILY = {
    "en": "Smith|Patel|Jones|Okoro|Murphy|Nowak|Garcia|Hughes|Khan|Baker|Schmidt|Rossi|O'Brien|Ali|Taylor|Dubois|"
    "Andersson|Walker|Chen|MacLeod|Novak|Evans|Kaur|Thompson|van Dijk|Silva",
    "zh": "王|李|张|刘|陈|杨|赵|黄|周|吴|徐|孙|胡|朱|高|林|何|郭|马|罗|梁|宋|郑|谢|韩|唐|冯|于|董|萧|欧阳|司徒",
}
_ZH_GIVEN = (
    "伟|芳|娜|敏|静|丽|强|磊|军|洋|勇|艳|杰|娟|涛|明|超|霞|平|刚|桂英|建国|子涵|雨桐|浩然|欣怡|梓轩|诗琪|晓东|文博|思远"
)
_STREETS = {
    "en": "High Street|Station Road|Church Lane|Victoria Avenue|Mill Close|Park View|King Street|Elm Grove|"
    "Rue de Rivoli|Hauptstraße|Via Roma|Kerkstraat|Calle Mayor|The Crescent|Queens Road|Bridge Street",
    "zh": "人民路|中山路|解放大道|长江路|和平街|建设路|文化路|滨江大道|科技园路|天河北路|南京西路|新华街|学院路",
}
_CITIES = {
    "en": "London|Leeds|Bristol|Glasgow|Cardiff|Manchester|Belfast|York|Paris|Lyon|Berlin|Munich|Vienna|Madrid|"
    "Seville|Rome|Milan|Amsterdam|Utrecht|Warsaw|Kraków|Dublin|Cork|Copenhagen|Prague|New York|Toronto|Sydney",
    "zh": "北京|上海|广州|深圳|杭州|成都|武汉|南京|西安|重庆|苏州|长沙|青岛|厦门|天津|郑州|大连|宁波市|合肥市|佛山",
}
_DISTRICTS = "朝阳区|海淀区|浦东新区|天河区|南山区|西湖区|武侯区|江汉区|鼓楼区|雁塔区|渝中区|工业园区|岳麓区|思明区"
_HOSTS = "gmail.com|outlook.com|yahoo.co.uk|qq.com|163.com|hotmail.com|example.org|web.de|icloud.com|mail.fr"

Rng = random.Random


def _digits(rng: Rng, count: int) -> str:
    return "".join(rng.choice(string.digits) for _ in range(count))


def _letters(rng: Rng, count: int) -> str:
    return "".join(rng.choice(string.ascii_uppercase) for _ in range(count))


def order_id(rng: Rng, _: str) -> str:
    return rng.choice((
        lambda: _digits(rng, rng.randint(4, 6)),
        lambda: _digits(rng, rng.randint(7, 18)),
        lambda: f"#{_digits(rng, rng.randint(4, 7))}",
        lambda: f"{_letters(rng, 2)}-{_digits(rng, 5)}",
        lambda: f"{_letters(rng, rng.randint(1, 3))}{_digits(rng, rng.randint(4, 9))}",
        lambda: f"{_digits(rng, rng.randint(2, 4))}-{_digits(rng, rng.randint(4, 7))}",
        lambda: f"{_letters(rng, 3).lower()}{_digits(rng, 6)}",
    ))()  # fmt: skip


def _tracking(rng: Rng, _: str) -> str:
    prefix = rng.choice(("SF", "YT", "JD", "1Z", "RM", "H0", "DPD", "JJD", "ZTO", ""))
    return prefix + _digits(rng, rng.randint(9, 14)) + rng.choice(("", "", "GB", "CN"))


def _phone(rng: Rng, language: str) -> str:
    if language == "zh":
        number = "1" + rng.choice("3578") + _digits(rng, 9)
        return rng.choice((number, f"+86 {number}", f"{number[:3]}-{number[3:7]}-{number[7:]}"))
    return rng.choice((f"07{_digits(rng, 9)}", f"+44 7{_digits(rng, 3)} {_digits(rng, 6)}", f"020 {_digits(rng, 4)} "
                       f"{_digits(rng, 4)}", f"+49 17{_digits(rng, 8)}", f"0033 6 {_digits(rng, 8)}"))  # fmt: skip


def _name(rng: Rng, language: str) -> str:
    if language == "zh":
        return rng.choice(_FAMILY["zh"].split("|")) + rng.choice(_ZH_GIVEN.split("|"))
    given, family = rng.choice(_GIVEN["en"].split("|")), rng.choice(_FAMILY["en"].split("|"))
    return rng.choice((f"{given} {family}", f"{given} {family}", given, f"Mrs {family}", f"{given[0]}. {family}"))


def _email(rng: Rng, _: str) -> str:
    user = rng.choice(_GIVEN["en"].split("|")).lower() + rng.choice((".home", "_x", ".88", ""))
    return f"{user}{_digits(rng, rng.randint(0, 3))}@{rng.choice(_HOSTS.split('|'))}"


def _address(rng: Rng, language: str) -> str:
    street = rng.choice(_STREETS[language].split("|"))
    if language == "zh":
        city = rng.choice(_CITIES["zh"].split("|")) + rng.choice(_DISTRICTS.split("|")) if rng.random() < 0.5 else ""
        flat = f"{rng.randint(1, 30)}栋{rng.randint(1, 30)}0{rng.randint(1, 6)}室"
        room = rng.choice(("", flat, f"{rng.randint(1, 9)}号楼"))
        return f"{city}{street}{rng.randint(1, 900)}号{room}"
    house = rng.choice(("", f"Flat {rng.randint(1, 40)}, ", f"Apt {rng.randint(1, 20)}B, "))
    return rng.choice((f"{house}{rng.randint(1, 250)} {street}", f"{street} {rng.randint(1, 250)}"))


def _postcode(rng: Rng, language: str) -> str:
    if language == "zh":
        return _digits(rng, 6)
    uk = f"{_letters(rng, rng.randint(1, 2))}{rng.randint(1, 20)} {rng.randint(1, 9)}{_letters(rng, 2)}"
    other = rng.choice((_digits(rng, 5), f"{_digits(rng, 4)} {_letters(rng, 2)}"))
    return rng.choice((uk, uk, uk.replace(" ", ""), uk.lower(), other, other))


def _amount(rng: Rng, language: str) -> str:
    value = rng.choice((str(rng.randint(3, 900)), f"{rng.randint(3, 300)}.{rng.choice(('99', '50', '00', '95'))}"))
    western = ("£{}", "{} euros", "€{}", "{} pounds", "{}", "${}")
    shapes = ("{}元", "{}块", "{}", "¥{}", "{}块钱") if language == "zh" else western
    return rng.choice(shapes).format(value)


def _coupon(rng: Rng, _: str) -> str:
    word = rng.choice(("SAVE", "SUMMER", "WELCOME", "STUDENT", "VIP", "FREESHIP", "XMAS", "HELLO", "APP", "NEW"))
    return word + rng.choice(("", str(rng.randint(5, 50)), _letters(rng, 2)))


def _product(rng: Rng, language: str) -> str:
    thing, kind, roll = _things(rng, language), _kinds(rng, language), rng.random()
    space = "" if language == "zh" else " "
    if roll < 0.45:
        return thing
    if roll < 0.9:
        return f"{kind}{space}{thing}"
    return f"{_letters(rng, rng.randint(1, 2))}{rng.randint(2, 900)}{space}{thing}"


def _from(lists: dict[str, str]) -> Callable[[Rng, str], str]:
    words = {language: text.replace("\n", "").split("|") for language, text in lists.items()}
    return lambda rng, language: rng.choice(words[language])


_things, _kinds = _from(_PRODUCTS), _from(_KINDS)

# Slots whose values are made; the others take values from the utterances of the same slot and language.
_MADE: dict[str, Callable[[Rng, str], str]] = {
    "order_id": order_id, "tracking_no": _tracking, "phone": _phone, "name": _name, "email": _email,
    "address": _address, "postcode": _postcode, "amount": _amount, "coupon": _coupon, "product": _product,
    "color": _from(_COLORS), "new_color": _from(_COLORS), "city": _from(_CITIES),
    "size": _from({"en": _SIZES, "zh": _SIZES + "|大号|中号|小号|均码|加大码|L码|42码|175"}),
    "new_size": _from({"en": _SIZES, "zh": _SIZES + "|大一码|小一码|大号|中号|L码|43码"}),
    "tax_id": lambda rng, _: "91" + _digits(rng, 8) + _letters(rng, 2) + _digits(rng, 5) + _letters(rng, 1),
}  # fmt: skip
_SHARED = {"new_quantity": "quantity"}  # these draw from each other's values too
_KEPT = frozenset({"reason"})  # a reason belongs to its intent


class Fillers:
    """Draws a value for a slot in a language."""

    def __init__(self, examples: Iterable[Example], *, made: bool = True) -> None:
        """`made`: whether values are also generated; else they come from the examples alone."""
        seen: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for example in examples:
            for text, slot in example.parts:
                if slot:
                    seen[example.language, _SHARED.get(slot, slot)][text] = None
        self._made = _MADE if made else {}
        self._seen = {where: list(values) for where, values in seen.items()}

    def draw(self, slot: str, language: str, rng: Rng) -> str | None:
        """A value, or None when this slot's values are better left alone."""
        if slot in _KEPT:
            return None
        seen = self._seen.get((language, _SHARED.get(slot, slot)), [])
        made = self._made.get(slot)
        if made and (not seen or rng.random() < 0.6):
            return made(rng, language)
        return rng.choice(seen) if seen else None
