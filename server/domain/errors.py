"""The one error of the rules: a named refusal, raised where the rule breaks and caught once at the edge."""

from contract.words import Code

Detail = str | int | list[str]


class Refusal(Exception):
    """A rule says no. `details` fill the sentences of `contract/refusals.py`.

    `allowed_from_ms` is set where waiting helps: epoch milliseconds from which the same deed is allowed.
    """

    def __init__(self, code: Code, *, allowed_from_ms: int | None = None, **details: Detail) -> None:
        super().__init__(code.value)
        self.code = code
        self.details = details
        self.allowed_from_ms = allowed_from_ms
