"""aiogram 3 as its documentation shows it: its finite-state machine, in memory.

python aiogram_bot.py URL TOKEN
"""

import asyncio
import sys
from pathlib import Path

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

sys.path.insert(0, str(Path(__file__).parents[1]))
from twenty import CHOICES, END, QUESTIONS

dispatcher = Dispatcher()


class Twenty(StatesGroup):
    asked = State()


def keyboard(number: int) -> InlineKeyboardMarkup:
    rows = [
        [InlineKeyboardButton(text=label, callback_data=f"{number}:{place}")] for place, label in enumerate(CHOICES)
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows)


@dispatcher.message(CommandStart())
async def start(message: Message, state: FSMContext) -> None:
    await state.set_state(Twenty.asked)
    await state.set_data({"answers": []})
    await message.answer(QUESTIONS[0], reply_markup=keyboard(0))


@dispatcher.callback_query(Twenty.asked, F.data)
async def answer(query: CallbackQuery, state: FSMContext) -> None:
    number, place = map(int, query.data.split(":"))
    data = await state.get_data()
    await state.update_data(answers=[*data["answers"], place])
    await query.answer()
    await query.message.edit_text(f"{QUESTIONS[number]}\n✔ {CHOICES[place]}")
    if number + 1 == len(QUESTIONS):
        await query.message.answer(END)
        await state.clear()
    else:
        await query.message.answer(QUESTIONS[number + 1], reply_markup=keyboard(number + 1))


async def main(url: str, token: str) -> None:
    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(url)))
    await dispatcher.start_polling(bot)


asyncio.run(main(*sys.argv[1:]))
