"""The commands of README.md and docs/*.md: found, parsed, and run in a prepared world."""
