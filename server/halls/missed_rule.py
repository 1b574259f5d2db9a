"""The hall's sentence for missed numbers, made from its rules so that paper, phone and kiosk say what is done."""

from server.domain.hall import ReturnRule, Rules, Text


def missed_rule(rules: Rules) -> Text:
    """What happens to a citizen who misses the call, and how often that goes well."""
    if rules.return_rule is ReturnRule.VOID or not rules.return_limit:
        return Text("过号作废，请重新取号。", "A missed number is void; please take a new one.")
    if rules.return_rule is ReturnRule.TAIL:
        where = Text("排到队尾", "at the end of the line")
    else:
        places = "one place" if rules.return_places == 1 else f"{rules.return_places} places"
        where = Text(f"排在 {rules.return_places} 位之后", f"{places} later")
    half_day = Text("限同一半天内，", "within the same half day, ") if rules.return_same_half_day else Text("", "")
    often = {1: "once", 2: "twice"}.get(rules.return_limit, f"{rules.return_limit} times")
    return Text(
        f"过号请到导办台或窗口登记，{where.zh}再呼；{half_day.zh}最多 {rules.return_limit} 次，之后请重新取号。",
        f"If you miss your call, tell the desk or the window: you are called {where.en}, {half_day.en}at most {often};"
        " after that please take a new number.",
    )
