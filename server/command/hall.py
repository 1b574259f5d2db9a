"""`paihao hall`: the hall files' own commands, and `load`."""

from pathlib import Path

import click

from server.command.asking import DATA, Stops, client_of
from server.domain.hall import Hall
from server.halls.command import document_to_load, hall_commands
from server.reports.definitions import halls_in_force
from server.storage.which import refusals_as


def _stored(data: Path) -> list[Hall]:
    with refusals_as(Stops):
        return halls_in_force(data)


hall = hall_commands(_stored)


@hall.command("load")
@click.argument("file", type=click.Path(path_type=Path))
@DATA
def load(file: Path, data: Path) -> None:
    """装入大厅 · Put a hall file in force, also while its hall is open."""
    document = document_to_load(file)
    code = document["hall"]["code"]
    with client_of(data) as client:
        reply = client.do(code, "load_hall", {"document": document})
    click.echo(f"大厅 {code} 已生效 / hall {code} is in force")
    for change in reply["changes"]:
        click.echo(f"  {change['zh']} / {change['en']}")
