"""How a report writes numbers."""


def share(value: float) -> str:
    """``0.5123``; what is no share, such as a count of errors, to the same digits."""
    return f"{value:.4f}"


def duration(seconds: float) -> str:
    """``8.3 s``, ``4 min 20 s``, ``2 h 05 min``."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    return f"{minutes // 60} h {minutes % 60:02} min"


def megabytes(value: float) -> str:
    """``1,204 MB``."""
    return f"{value:,.0f} MB"
