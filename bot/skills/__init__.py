"""The visible list of skills. To add one: write its file, add its line."""

from bot.skill import Skill
from bot.skills import (
    account_help,
    bot_identity,
    business,
    cancel_order,
    change_address,
    contact_data,
    delivery_trouble,
    feedback,
    identify,
    invoice,
    list_orders,
    modify_order,
    payment_methods,
    payment_problem,
    place_order,
    product_question,
    promo_discount,
    report_problem,
    return_items,
    shop_faq,
    small_talk,
    track_order,
)

_TASKS: tuple[Skill, ...] = (
    identify.SKILL,
    track_order.SKILL,
    list_orders.SKILL,
    delivery_trouble.SKILL,
    cancel_order.SKILL,
    modify_order.SKILL,
    change_address.SKILL,
    return_items.SKILL,
    shop_faq.SKILL,
    report_problem.SKILL,  # after shop_faq: it takes those warranty questions that name an order or a defect
    place_order.SKILL,
    promo_discount.SKILL,
    payment_problem.SKILL,
    payment_methods.SKILL,
    product_question.SKILL,
    invoice.SKILL,
    account_help.SKILL,
    contact_data.SKILL,
    business.SKILL,
    feedback.SKILL,
    small_talk.SKILL,
)
SKILLS: tuple[Skill, ...] = (*_TASKS, bot_identity.of(_TASKS))
