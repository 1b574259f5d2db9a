"""`paihao user`: people and their roles."""

from pathlib import Path

import click

from contract.words import Role
from server.command.asking import DATA, HALL, client_of, do, say_code

LOGIN = click.argument("login")
ROLES = click.Choice([role.value for role in Role])


@click.group()
def user() -> None:
    """人员 · Add people, give them codes for their passwords, change roles, shut out."""


@user.command("add", epilog="\b\npaihao user add admin --name 管理员 --role system_administrator")
@LOGIN
@click.option("--name", required=True, help="姓名 · the person's name.")
@click.option("--role", "roles", type=ROLES, multiple=True, required=True, help="角色 · a role (may be repeated).")
@HALL
@DATA
def add(login: str, name: str, roles: tuple[str, ...], hall: str | None, data: Path) -> None:
    """新增人员 · Add a person and print the one-time code for the first password."""
    with client_of(data) as client:
        code = hall or client.only_hall()
        client.do(code, "add_user", {"login": login, "name": name, "roles": list(roles)})
        reply = client.do(code, "invite_user", {"login": login})
    say_code(login, reply)


@user.command("invite")
@LOGIN
@HALL
@DATA
def invite(login: str, hall: str | None, data: Path) -> None:
    """给一次性代码 · Print a one-time code for somebody's first password; an older code is void."""
    say_code(login, do(data, hall, "invite_user", {"login": login}))


@user.command("reset")
@LOGIN
@HALL
@DATA
def reset(login: str, hall: str | None, data: Path) -> None:
    """重置密码 · Forget somebody's password, end their sessions, print a new one-time code."""
    say_code(login, do(data, hall, "invite_user", {"login": login, "reset": True}))


@user.command("disable")
@LOGIN
@click.option("--enable", is_flag=True, help="重新启用 · let the person in again.")
@HALL
@DATA
def disable(login: str, enable: bool, hall: str | None, data: Path) -> None:
    """停用 · Shut somebody out at once."""
    do(data, hall, "disable_user", {"login": login, "disabled": not enable})
    click.echo(f"{login} 已启用 / {login} is enabled" if enable else f"{login} 已停用 / {login} is disabled")


@user.command("role")
@LOGIN
@click.argument("roles", type=ROLES, nargs=-1, required=True)
@HALL
@DATA
def role(login: str, roles: tuple[str, ...], hall: str | None, data: Path) -> None:
    """设置角色 · Replace somebody's roles."""
    do(data, hall, "set_roles", {"login": login, "roles": list(roles)})
    click.echo(f"{login}: {', '.join(roles)}")


@user.command("list")
@HALL
@DATA
def list_users(hall: str | None, data: Path) -> None:
    """列出人员 · Everybody with a login."""
    with client_of(data) as client:
        for one in client.list(hall or client.only_hall(), "users"):
            state = "disabled" if one["disabled"] else "" if one["has_password"] else "no password yet"
            click.echo(f"{one['login']:20} {one['name']:12} {','.join(one['roles']):30} {state}")
