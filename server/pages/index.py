"""The first page: the halls of this server, and what can be opened of each."""

from collections.abc import Mapping
from html import escape
from urllib.parse import quote

from server.storage.published import Published

_PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>排号 paihao</title>
<link rel="stylesheet" href="/assets/shared/tokens.css">
<link rel="stylesheet" href="/pages/index.css">
</head>
<body class="index">
<h1>排号 <small lang="en">paihao</small></h1>
{halls}
<p><a href="/openapi/">接口说明 <span lang="en">API</span></a></p>
</body>
</html>
"""
_NO_HALL = """<p>还没有大厅：用 <code>paihao hall load</code> 装入。</p>
<p lang="en">No hall yet: load one with <code>paihao hall load</code>.</p>"""


def index_page(halls: Mapping[str, Published]) -> str:
    """The page as HTML."""
    return _PAGE.format(halls="\n".join(_hall(one) for one in halls.values()) or _NO_HALL)


def _hall(published: Published) -> str:
    hall = published.definition
    code = quote(hall.code)
    boards = "".join(
        f'<li><a href="/{code}/board?zone={quote(zone.code)}">大屏 {escape(zone.name.zh)}'
        f' <span lang="en">board, {escape(zone.name.en)}</span></a></li>'
        for zone in hall.zones.values()
    )
    return (
        f'<section><h2>{escape(hall.name.zh)} <small lang="en">{escape(hall.name.en)}</small></h2>'
        f'<ul><li><a href="/{code}/desk">导办台 <span lang="en">desk</span></a></li>{boards}</ul></section>'
    )
