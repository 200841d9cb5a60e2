"""What a checkpoint holds, how it is written, found and read."""
