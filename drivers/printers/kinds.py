"""The kinds of ticket printer a hall can name in its settings."""

from drivers.printers.file import FilePrinter
from drivers.printers.network import NetworkPrinter
from drivers.printers.serial_line import SerialPrinter

PRINTERS: dict[str, type[NetworkPrinter] | type[SerialPrinter] | type[FilePrinter]] = {
    "network": NetworkPrinter,  # host, port, options
    "serial": SerialPrinter,  # port, baud, options
    "file": FilePrinter,  # path, options
}
