"""What buttons say: small enough for Telegram, understood again, and never a reason to fail."""

from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.buttons import MAX_BYTES, Menu, Op, Press, decode, encode

NUMBERS = st.integers(0, 36**7 - 1)
ARGUMENTS = st.none() | st.integers(-(36**7) + 1, 36**7 - 1)
PRESSES = st.builds(Press, st.uuids(), NUMBERS, NUMBERS, st.sampled_from(get_args(Op)), ARGUMENTS)
MENUS = st.builds(
    Menu, st.from_regex(r"[a-z_]{1,16}", fullmatch=True), st.from_regex(r"[A-Za-z0-9_.~-]{0,30}", fullmatch=True)
)


@given(PRESSES | MENUS)
def test_every_button_fits_and_is_understood_again(press: Press | Menu) -> None:
    data = encode(press)
    assert len(data.encode()) <= MAX_BYTES
    assert decode(data) == press


def test_the_longest_button_fits() -> None:
    most = 36**7 - 1
    assert len(encode(Press(UUID(int=2**128 - 1), most, most, "defer", -most)).encode()) == 49
    assert len(encode(Menu("a" * 16, "~" * 30))) == 49


@given(st.text(max_size=80) | st.from_regex(r"[bm].{0,60}"))
def test_anything_else_is_no_button_and_no_error(data: str) -> None:
    understood = decode(data)
    assert understood is None or encode(understood) == data, "one button has one spelling"


@pytest.mark.parametrize(
    "press",
    [
        Press(UUID(int=1), -1, 0, "done"),
        Press(UUID(int=1), 0, 36**7, "done"),
        Press(UUID(int=1), 0, 0, "set", 36**7),
        Menu("Capital"),
        Menu(""),
        Menu("a" * 17),
        Menu("page", "not url safe"),
        Menu("page", "1" * 31),
    ],
)
def test_what_a_button_cannot_say_is_a_mistake_of_the_caller(press: Press | Menu) -> None:
    with pytest.raises(ValueError, match="a button cannot say"):
        encode(press)


def test_a_keyboard_of_an_older_scheme_is_recognised_as_no_button_of_today() -> None:
    today = encode(Press(UUID(int=7), 3, 4, "set", 1))
    assert decode("a" + today[1:]) is None
