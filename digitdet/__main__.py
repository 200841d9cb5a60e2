"""``python -m digitdet``: the command ``digitdet``, where that is not on the path."""

from digitdet.commands.main import main

if __name__ == "__main__":
    main()
