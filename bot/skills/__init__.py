"""The visible list of skills. To add one: write its file, add its line."""

from bot.skill import Skill
from bot.skills import (
    cancel_order,
    change_address,
    identify,
    one_time_code,
    product_question,
    return_items,
    shop_faq,
    signed_link,
    small_talk,
    track_order,
)

SKILLS: tuple[Skill, ...] = (
    identify.SKILL,
    one_time_code.SKILL,
    signed_link.SKILL,
    track_order.SKILL,
    cancel_order.SKILL,
    change_address.SKILL,
    return_items.SKILL,
    shop_faq.SKILL,
    product_question.SKILL,
    small_talk.SKILL,
)
