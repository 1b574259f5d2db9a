"""Simulated devices for the demonstration hall and the tests: second implementations, sharing no code with drivers."""

from drivers.simulators.escpos_printer import EscposPrinter
from drivers.simulators.rs485_line import Rs485Line

SIMULATORS: dict[str, type[EscposPrinter] | type[Rs485Line]] = {
    "escpos_printer": EscposPrinter,
    "rs485_line": Rs485Line,
}
"""By the name a hall's demonstration file gives them."""
