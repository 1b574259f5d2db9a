"""Which transport a port's name means."""

from drivers.serial_port import LineSettings, SerialPort, Transport
from drivers.tcp_port import TcpPort


def transport_at(port: str, settings: LineSettings) -> Transport:
    """A device path is a serial port, ``socket://host:port`` a TCP connection. Raises ValueError for neither."""
    return TcpPort(port) if "://" in port else SerialPort(port, settings)
