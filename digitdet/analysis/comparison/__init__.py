"""Two models beside one another: which reads what, whether that may be chance, and why."""
