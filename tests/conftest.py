"""All tests run as the programs do: gevent takes the place of threads and sockets before anything else is imported."""

from gevent import monkey

monkey.patch_all()

from hypothesis import HealthCheck, settings  # noqa: E402

from tests.browser.chromium import browser  # noqa: E402
from tests.window_client.desktop import desktop  # noqa: E402

# A machine that stands still for a moment says nothing of what is tested.
settings.register_profile("hall", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hall")

__all__ = ["browser", "desktop"]  # one Chromium for all tests that open pages; an X11 desktop for those that press keys
