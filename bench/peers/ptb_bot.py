"""python-telegram-bot as its documentation shows it: ConversationHandler, in memory or in a pickle.

python ptb_bot.py URL TOKEN [PICKLE]
"""

import sys
from pathlib import Path

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    PicklePersistence,
)

sys.path.insert(0, str(Path(__file__).parents[1]))
from twenty import CHOICES, END, QUESTIONS


def keyboard(number: int) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=f"{number}:{place}")] for place, label in enumerate(CHOICES)]
    )


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    context.user_data["answers"] = []
    await update.message.reply_text(QUESTIONS[0], reply_markup=keyboard(0))
    return 0


async def answer(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    query = update.callback_query
    number, place = map(int, query.data.split(":"))
    context.user_data["answers"].append(place)
    await query.answer()
    await query.edit_message_text(f"{QUESTIONS[number]}\n✔ {CHOICES[place]}")
    if number + 1 == len(QUESTIONS):
        await query.message.reply_text(END)
        return ConversationHandler.END
    await query.message.reply_text(QUESTIONS[number + 1], reply_markup=keyboard(number + 1))
    return number + 1


def main(url: str, token: str, pickle: str = "") -> None:
    builder = ApplicationBuilder().token(token).base_url(f"{url}/bot").concurrent_updates(False)
    if pickle:
        builder = builder.persistence(PicklePersistence(pickle))
    conversation = ConversationHandler(
        entry_points=[CommandHandler("start", start)],
        states={number: [CallbackQueryHandler(answer, pattern=f"^{number}:")] for number in range(len(QUESTIONS))},
        fallbacks=[CommandHandler("start", start)],
        name="twenty",
        persistent=bool(pickle),
    )
    application = builder.build()
    application.add_handler(conversation)
    application.run_polling()


main(*sys.argv[1:])
