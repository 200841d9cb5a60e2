"""``digitdet read``: reads photographs, videos and cameras."""
