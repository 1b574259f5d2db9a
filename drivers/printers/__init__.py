"""Ticket printers: one layout, drawn as dots or sent as text, and the transaction that brings it onto paper."""
