"""shop.toml and policy.toml: read into values, or every problem listed with file and key."""

import shutil
from pathlib import Path

import pytest

from bot.errors import BadInput
from bot.facts import Money
from bot.shop.policy import read_policy
from bot.shop.transfer import SAMPLE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("shop.toml", "policy.toml"):
        shutil.copyfile(SAMPLE / name, tmp_path / name)
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_sample_rules_are_read() -> None:
    policy = read_policy(SAMPLE)
    uk = policy.market("uk")
    assert (uk.return_days, uk.return_fee, uk.approval_limit) == (30, Money(295, "GBP"), Money(15000, "GBP"))
    assert policy.market("cn").currency == "CNY" and policy.max_error == 0.2
    assert policy.market("gone") is policy.market("uk")


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("shop.toml", '"Europe/London"', '"Europe/Atlantis"', "shop.toml: zone: 'Europe/Atlantis' is no time zone"),
        ("shop.toml", 'currency = "EUR"', 'currency = "EURO"', "shop.toml: markets.eu.currency: 'EURO' is no ISO 4217"),
        ("shop.toml", 'countries = ["GB"]', 'countries = ["UK!"]', "shop.toml: markets.uk.countries: "),
        (
            "shop.toml",
            'default_market = "uk"',
            'default_market = "us"',
            "shop.toml: default_market: there is no market 'us'",
        ),
        ("shop.toml", 'zone = "Europe/London"', "", "shop.toml: zone: missing"),
        (
            "shop.toml",
            'languages = ["en", "zh"]',
            'languages = ["en", "zh"]\nlogo = "x"',
            "shop.toml: logo: not a setting",
        ),
        ("shop.toml", 'en = "en_IE"', 'en = "english"', "shop.toml: markets.eu.locales: 'english' is no Babel locale"),
        ("shop.toml", 'language = "zh"', 'language = "fr"', "shop.toml: markets.cn.language: 'fr' is none of"),
        ("policy.toml", 'return_fee = "2.95"', "return_fee = 2.95", "policy.toml: markets.uk.return_fee: must be text"),
        (
            "policy.toml",
            'return_fee = "2.95"',
            'return_fee = "2.955"',
            "policy.toml: markets.uk.return_fee: '2.955' is no amount",
        ),
        (
            "policy.toml",
            "return_days = 15",
            "return_days = -1",
            "policy.toml: markets.cn.return_days: must be a whole number",
        ),
        (
            "shop.toml",
            'languages = ["en", "zh"]',
            'languages = ["en", "zh"]\npictures = ["https://cdn.example; script-src *"]',
            "shop.toml: pictures: 'https://cdn.example; script-src *' must be https and a host alone",
        ),
        ("shop.toml", '# invoice_font = "YourFont.ttf"', 'invoice_font = "no.ttf"', "shop.toml: invoice_font: "),
        ("shop.toml", '# invoice_font = "YourFont.ttf"', 'invoice_font = "policy.toml"', "shop.toml: invoice_font: "),
        (
            "policy.toml",
            'methods = ["alipay", "wechat_pay", "card"]',
            'methods = ["ali_pay", "Visa"]',
            "policy.toml: markets.cn.methods: 'ali_pay' is no payment method; did you mean 'alipay'? known: card, ",
        ),
        ("policy.toml", '["gift_card"]', '["gift"]', "policy.toml: markets.uk.refund_order: 'gift' is no"),
        ("policy.toml", '"damaged", "wrong', '"broken", "wrong', "policy.toml: markets.uk.free_return: 'broken' is no"),
        ("shop.toml", 'zh = "鹭舍"', 'chinese = "鹭舍"', "shop.toml: name: 'chinese' is no language"),
        ("shop.toml", '"zh"]', '"xx"]', "shop.toml: languages: 'xx' is no language"),
        ("shop.toml", 'en = "en_IE"', 'en = "en_IE", fr = "fr"', "shop.toml: markets.eu.locales: 'fr' is none of"),
        ("policy.toml", "max_error = 0.20", "max_error = 5", "policy.toml: max_error: must be a share"),
        ("policy.toml", 'CNY = "1200.00"', "", "policy.toml: limits.CNY: missing"),
        ("policy.toml", "[markets.eu", "[markets.europe", "policy.toml: markets.eu: missing"),
        ("policy.toml", "[limits]", "[limits", "policy.toml: not readable as TOML"),
    ],
)
def test_each_problem_is_named_with_file_and_key(folder: Path, file: str, old: str, new: str, problem: str) -> None:
    edit(folder / file, old, new)
    with pytest.raises(BadInput) as caught:
        read_policy(folder)
    assert any(line.startswith(problem) for line in str(caught.value).splitlines()), str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("return_days = 30", "return_days = 13", "uk.return_days: 13 is below the 14 days that the law gives there"),
        ("return_days = 15", "return_days = 6", "cn.return_days: 6 is below the 7 days"),
        ("refund_days = [5, 7]", "refund_days = [30, 60]", "eu.refund_days: up to 60 working days are more"),
        ("refund_days = [1, 3]", "refund_days = [3, 6]", "cn.refund_days: up to 6 working days are more"),
        ("warranty_days = 730", "warranty_days = 0", "eu.warranty_days: 0 is below the 730 days that the law gives"),
        ("warranty_days = 730", "warranty_days = 0", "uk.warranty_days: 0 is below the 183 days"),
        ('["not_as_described", "damaged", "wrong_item"]', '["damaged"]', "uk.free_return: a fee for not_as"),
    ],
)  # fmt: skip
def test_a_rule_below_the_law_is_refused_with_its_source(folder: Path, old: str, new: str, problem: str) -> None:
    edit(folder / "policy.toml", old, new)
    with pytest.raises(BadInput) as caught:
        read_policy(folder)
    assert any(line.startswith(f"policy.toml: markets.{problem}") for line in str(caught.value).splitlines())


def test_where_the_owner_says_nothing_the_law_speaks(folder: Path) -> None:
    text = (folder / "policy.toml").read_text("utf-8").splitlines()
    left_out = ("refund_days", "warranty_days", "free_return", "emergency")
    (folder / "policy.toml").write_text("\n".join(line for line in text if not line.startswith(left_out)), "utf-8")
    markets = read_policy(folder).markets
    told = {name: (one.refund_days, one.warranty_days, one.emergency) for name, one in markets.items()}
    assert told == {"uk": ((5, 7), None, "999"), "eu": ((5, 7), None, "112"), "cn": ((5, 5), None, "120")}
    assert markets["cn"].emergency_fire == "119" and "damaged" in markets["eu"].free_return


def test_all_problems_are_listed_at_once(folder: Path) -> None:
    edit(folder / "shop.toml", '"Europe/London"', '"Mars"')
    edit(folder / "policy.toml", "max_error = 0.20", "max_error = 0")
    edit(folder / "policy.toml", "return_days = 15", 'return_days = "15"')
    with pytest.raises(BadInput) as caught:
        read_policy(folder)
    assert len(str(caught.value).splitlines()) == 3


def test_problems_of_every_kind_stand_beside_one_another(folder: Path) -> None:
    edit(folder / "policy.toml", "return_days = 15", "return_days = 6")
    edit(folder / "policy.toml", "promised_days = 4", "promised = 4\nrefund = [1, 3]")
    edit(folder / "policy.toml", 'emergency_fire = "119"\nmodes = { all = "automatic" }',
         'modes = { cancle = "off", all = "auto", claim = "of" }')  # fmt: skip
    with pytest.raises(BadInput) as caught:
        read_policy(folder)
    places = [line.split(": ")[1].removeprefix("markets.cn.") for line in str(caught.value).splitlines()]
    assert sorted(places) == [
        "modes.all", "modes.cancle", "modes.claim", "promised", "promised_days", "refund", "return_days",
    ]  # fmt: skip
    assert "modes.cancle: not a setting; did you mean 'cancel'? known: all, cancel" in str(caught.value)


def test_a_shop_that_names_no_tolerated_error_gets_three_percent(folder: Path) -> None:
    edit(folder / "policy.toml", "max_error = 0.20", "")
    assert read_policy(folder).max_error == 0.03


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"shop\.toml: missing[\s\S]*policy\.toml: missing"):
        read_policy(tmp_path)
