"""The command ``digitdet``: each sub-command's arguments, and what it does with them."""
