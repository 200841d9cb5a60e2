"""What is wrong with a config: keys, types, arguments, values, and what does not fit together."""
