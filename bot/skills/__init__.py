"""The visible list of skills. To add one: write its file, add its line."""

from bot.skill import Skill
from bot.skills import (
    account_help,
    bot_identity,
    business,
    cancel_order,
    change_address,
    contact_data,
    feedback,
    identify,
    invoice,
    product_question,
    return_items,
    shop_faq,
    small_talk,
    track_order,
)

_TASKS: tuple[Skill, ...] = (
    identify.SKILL,
    track_order.SKILL,
    cancel_order.SKILL,
    change_address.SKILL,
    return_items.SKILL,
    shop_faq.SKILL,
    product_question.SKILL,
    invoice.SKILL,
    account_help.SKILL,
    contact_data.SKILL,
    business.SKILL,
    feedback.SKILL,
    small_talk.SKILL,
)
SKILLS: tuple[Skill, ...] = (*_TASKS, bot_identity.of(_TASKS))
