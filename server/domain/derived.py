"""What follows from a hall's definition alone, worked out once per definition: the definition never changes."""

from collections.abc import Callable
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

if TYPE_CHECKING:
    from server.domain.hall import Hall

P = ParamSpec("P")
R = TypeVar("R")
_MOST = 4096  # answers one definition keeps; some depend on the date, and a hall runs for years


def derived(work: Callable[Concatenate["Hall", P], R]) -> Callable[Concatenate["Hall", P], R]:
    """A pure function of the hall and of hashable positional arguments whose answers are never changed by callers."""

    def known(hall: "Hall", /, *args: P.args, **kwargs: P.kwargs) -> R:
        place = (work, args)
        answers: dict[Any, Any] = hall.answers
        try:
            found: R = answers[place]
        except KeyError:
            if len(answers) >= _MOST:
                answers.clear()
            found = answers[place] = work(hall, *args, **kwargs)
        return found

    return update_wrapper(known, work)
