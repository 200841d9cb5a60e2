"""Where the values of a config come from: its files as they are written, without running them."""
