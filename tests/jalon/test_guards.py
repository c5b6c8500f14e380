"""The guards of the tests themselves: what they let pass and what they stop."""

import os
import socket

import pytest

from jalon.settings import Settings
from tests import conftest


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80), ("telegram.example", 443)])
def test_a_test_that_wants_to_leave_this_machine_is_stopped(address: tuple[str, int]) -> None:
    with pytest.raises(ConnectionRefusedError, match=address[0]):
        socket.create_connection(address, timeout=0.1)
    assert conftest.abroad == [address[0]]  # the guard would now fail this test
    conftest.abroad.clear()


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_this_machine_can_be_reached(family: int) -> None:
    with socket.socket(family) as listening:
        listening.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        listening.listen()
        socket.create_connection(listening.getsockname()[:2], timeout=1).close()
    assert conftest.abroad == []


def test_no_setting_of_whoever_runs_the_tests_is_seen() -> None:
    assert not {field.upper() for field in Settings.model_fields} & set(os.environ)
    assert Settings.model_config["env_file"] is None
