"""The hall: the only place that decides."""
