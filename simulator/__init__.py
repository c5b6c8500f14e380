"""A stand-in for Telegram's servers on this machine: Bot API, people, chat page, faults. See README.md."""

from simulator.app import Simulator
from simulator.client import SimulatedPerson, SimulatorError, settle
from simulator.errors import ApiError
from simulator.server import DEFAULT_TOKEN, DEFAULT_USERNAME
from simulator.signals import Clock

__all__ = [
    "DEFAULT_TOKEN",
    "DEFAULT_USERNAME",
    "ApiError",
    "Clock",
    "SimulatedPerson",
    "Simulator",
    "SimulatorError",
    "settle",
]
