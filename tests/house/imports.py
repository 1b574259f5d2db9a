"""Who imports whom, read from the source without running it, and who may."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# What is installed, and the tests, which stay in the repository.
INSTALLED = (
    "paihao", "contract", "server", "terminal", "kiosk", "window_client", "display", "drivers", "browser", "demo",
)  # fmt: skip
OURS = (*INSTALLED, "tests")

# Inside the server each layer stands on the ones before it.
GROUND = ("server.crypto", "server.settings")
RULES = ("server.domain", "server.halls", "contract", *GROUND)
STORE = ("server.storage", *RULES)
DEEDS = ("server.actions", "server.reports", *STORE)
GATE = ("server.identity", *DEEDS)

# ARCHITECTURE.md, "Who may import whom". The longest name that fits a module decides; its own part is always allowed.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "paihao": OURS,
    "demo": OURS,
    "tests": OURS,
    "contract": ("contract.words",),
    "contract.words": (),
    "drivers": (),
    "drivers.simulators": (),
    "terminal": ("contract",),
    "kiosk": ("terminal", "drivers", "contract"),
    "window_client": ("terminal", "drivers", "contract"),
    "display": ("drivers.voices", "contract"),
    "display.agent": ("display", "drivers.voices", "contract", "terminal"),
    "display.box_command": ("display", "contract", "terminal"),
    "display.box_files": ("terminal",),
    "display.box_relay": ("display", "contract", "terminal"),
    "browser": (),
    "server": (),
    "server.app": ("server", "display", "drivers.voices", "contract"),
    "server.command": ("server", "contract"),
    "server.pages": GATE,
    "server.api": (*GATE, "server.monitoring"),
    "server.live": GATE,
    "server.actions": STORE,
    "server.reports": STORE,
    "server.identity": STORE,
    "server.clock": STORE,
    "server.monitoring": GATE,
    "server.storage": RULES,
    "server.halls": ("server.domain", "contract"),
    "server.domain": ("contract.words",),
    "server.crypto": ("contract",),
    "server.certificates": (),
    "server.settings": ("contract",),
}

# The rules get the world as arguments: they know nothing but Python itself.
STANDARD_LIBRARY_ONLY = ("server.domain", "contract.words")


@dataclass(frozen=True, slots=True)
class Import:
    """One import statement's target; `inside` says that it stands in a function."""

    module: str
    target: str
    line: int
    inside: bool

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.target}"


def modules_below(root: Path) -> dict[str, Path]:
    """Every module of ours by its dotted name."""
    files = [root / "paihao.py", *(file for name in OURS for file in (root / name).rglob("*.py"))]
    return {_dotted(file.relative_to(root)): file for file in files if file.exists()}


def _dotted(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(modules: dict[str, Path]) -> list[Import]:
    """All imports of all modules, those for type checkers and those inside functions too."""
    found: list[Import] = []
    for module, file in modules.items():
        tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
        inner = {
            node
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for node in ast.walk(function)
        }
        package = module if file.name == "__init__.py" else module.rpartition(".")[0]
        for node in ast.walk(tree):
            for target in _targets(node, package, modules):
                found.append(Import(module, target, getattr(node, "lineno", 0), node in inner))
    return found


def _targets(node: ast.AST, package: str, modules: dict[str, Path]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = package.rsplit(".", node.level - 1)[0] if node.level else ""
        source = ".".join(part for part in (above, node.module or "") if part)
        for alias in node.names:
            whole = f"{source}.{alias.name}"
            yield whole if whole in modules else source


def part_of(module: str) -> str | None:
    """The longest name in MAY_IMPORT that the module falls under."""
    names = [name for name in MAY_IMPORT if _within(module, name)]
    return max(names, key=len, default=None)


def _within(module: str, name: str) -> bool:
    return module == name or module.startswith(name + ".")


def breaches(imports: list[Import]) -> list[str]:
    """Imports that the table does not allow, and libraries where only Python itself is allowed."""
    wrong: list[str] = []
    for one in imports:
        part = part_of(one.module)
        if one.target.partition(".")[0] in OURS:
            if part is None or not _allowed(one.target, part):
                wrong.append(f"{one}: not in the table")
        elif any(_within(one.module, name) for name in STANDARD_LIBRARY_ONLY) and not _standard(one.target):
            wrong.append(f"{one}: only the standard library is allowed there")
    return wrong


def _allowed(target: str, part: str) -> bool:
    # A part may use itself, but not a smaller part that has a line of its own, unless the table names it.
    if part_of(target) == part:
        return True
    return any(_within(target, name) for name in MAY_IMPORT[part])


def _standard(target: str) -> bool:
    return target.partition(".")[0] in sys.stdlib_module_names


def cycles(imports: list[Import]) -> list[list[str]]:
    """Groups of modules that import each other, directly or round about (Tarjan's strongly connected components)."""
    graph: dict[str, set[str]] = {one.module: set() for one in imports}
    for one in imports:
        if one.target in graph:
            graph[one.module].add(one.target)
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    groups: list[list[str]] = []

    def visit(module: str) -> None:
        number[module] = low[module] = len(number)
        path.append(module)
        for target in graph[module]:
            if target not in number:
                visit(target)
            if target in path:
                low[module] = min(low[module], low[target])
        if low[module] == number[module]:
            group = path[path.index(module) :]
            del path[path.index(module) :]
            if len(group) > 1 or module in graph[module]:
                groups.append(sorted(group))

    for module in graph:
        if module not in number:
            visit(module)
    return groups
