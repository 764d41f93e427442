"""The visible list of skills. To add one: write its file, add its line."""

from bot.skill import Skill
from bot.skills import (
    cancel_order,
    change_address,
    delivery_trouble,
    identify,
    list_orders,
    modify_order,
    one_time_code,
    payment_methods,
    payment_problem,
    place_order,
    product_question,
    promo_discount,
    report_problem,
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
    small_talk.SKILL,
)
