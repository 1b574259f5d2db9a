"""What follows from a hall's definition alone, worked out once per definition: the definition never changes."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

_MOST = 4096  # answers one definition keeps; some depend on the date, and a hall runs for years


class Definition(Protocol):
    """What is asked of it."""

    @property
    def answers(self) -> dict[Any, Any]:
        """What was worked out before."""


P = ParamSpec("P")
R = TypeVar("R")
D = TypeVar("D", bound=Definition)


def derived(work: Callable[Concatenate[D, P], R]) -> Callable[Concatenate[D, P], R]:
    """A pure function of the hall and of hashable positional arguments whose answers are never changed by callers."""

    def known(hall: D, /, *args: P.args, **kwargs: P.kwargs) -> R:
        place = (work, args)
        answers = hall.answers
        try:
            found: R = answers[place]
        except KeyError:
            if len(answers) >= _MOST:
                answers.clear()
            found = answers[place] = work(hall, *args, **kwargs)
        return found

    return update_wrapper(known, work)
