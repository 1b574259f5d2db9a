"""The command line of paihao: a table of subcommands, each in the program it belongs to."""

from gevent import monkey

monkey.patch_all()

import importlib  # noqa: E402

import click  # noqa: E402

# Name → where its command is. A kiosk does not load the server, nor a server the drivers.
COMMANDS = {
    "demo": "demo.command:demo",
    "serve": "server.command.serve:serve",
    "kiosk": "kiosk.command:kiosk",
    "window": "window_client.command:window",
    "display": "display.box_command:display",
    "hall": "server.command.hall:hall",
    "device": "server.command.device:device",
    "user": "server.command.user:user",
    "voice": "display.command:voice",
    "slip": "kiosk.preview:slips",
    "doctor": "server.command.doctor:doctor",
    "verify": "server.command.verify:verify",
    "backup": "server.command.backup:backup",
    "restore": "server.command.backup:restore",
    "schema": "server.command.schema:schema",
    "migrate-database": "server.command.migrate_database:migrate_database",
    "certs": "server.command.certs:certs",
}


class _Commands(click.Group):
    """Loads a program when one of its commands is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the table."""
        return list(COMMANDS)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """`doctor devices` is looked up first: where devices are, there need not be a server."""
        if args[:2] == ["doctor", "devices"]:
            return "doctor devices", _doctor_devices(), args[2:]
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, or None."""
        where = COMMANDS.get(cmd_name)
        if where is None:
            return None
        module, _, attribute = where.partition(":")
        try:
            command: click.Command = getattr(importlib.import_module(module), attribute)
        except ModuleNotFoundError as error:
            return _not_here(cmd_name, error.name or "?")
        if cmd_name == "doctor":
            return _doctor(command)
        if cmd_name == "device" and isinstance(command, click.Group):  # the server's, and one that needs only drivers
            command.add_command(importlib.import_module("drivers.profile_command").check)
        return command


def _doctor_devices() -> click.Command:
    command: click.Command = importlib.import_module("drivers.doctor_command").devices
    return command


def _doctor(server: click.Command) -> click.Group:
    """The server's command as it is, and `devices` below it."""

    @click.pass_context
    def examine(ctx: click.Context, /, **options: object) -> None:
        if ctx.invoked_subcommand is None:
            ctx.invoke(server, **options)

    group = click.Group("doctor", params=server.params, help=server.help, callback=examine, invoke_without_command=True)
    group.add_command(_doctor_devices())
    return group


def _not_here(name: str, missing: str) -> click.Command:
    """A command whose program this system cannot run: the server and the demo on Windows."""

    @click.command(name, help=f"这个系统上不能运行 · Cannot run on this system: it has no {missing}.")
    def refuse() -> None:
        raise click.ClickException(f"这个系统上不能运行 {name} / {name} cannot run on this system: no {missing}")

    return refuse


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """排号 · queue tickets for public service halls."""


if __name__ == "__main__":
    main()
