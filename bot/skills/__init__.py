"""The visible list of skills. To add one: write its file, add its line."""

from bot.skill import Skill
from bot.skills import (
    cancel_order,
    change_address,
    exchange_item,
    identify,
    product_question,
    refund_request,
    refund_status,
    return_items,
    shop_faq,
    small_talk,
    track_order,
)

SKILLS: tuple[Skill, ...] = (
    identify.SKILL,
    track_order.SKILL,
    cancel_order.SKILL,
    change_address.SKILL,
    return_items.SKILL,
    exchange_item.SKILL,
    refund_request.SKILL,
    refund_status.SKILL,
    shop_faq.SKILL,
    product_question.SKILL,
    small_talk.SKILL,
)
