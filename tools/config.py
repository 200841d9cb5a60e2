"""Look at configs: ``python tools/config.py show|explain|diff|tree|list|check ...``."""

import argparse
from collections.abc import Sequence

from digitdet.command_line import add_options, call


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments and show."""
    parser = argparse.ArgumentParser(description="Look at configs; nothing is trained or built.")
    commands = parser.add_subparsers(dest="command", required=True)
    show = commands.add_parser("show", help="the merged config, which loads again to the same")
    show.add_argument("config", metavar="CONFIG")
    show.add_argument("--out", metavar="FILE.py", help="write it (default: print it)")
    explain = commands.add_parser("explain", help="where each value under a key comes from")
    explain.add_argument("config", metavar="CONFIG")
    explain.add_argument("key", metavar="KEY", help="for example optim_wrapper.optimizer.lr")
    diff = commands.add_parser("diff", help="what two configs differ in, nothing else")
    diff.add_argument("first", metavar="A")
    diff.add_argument("second", metavar="B")
    tree = commands.add_parser("tree", help="what inherits what, and sets which keys")
    tree.add_argument(
        "configs", nargs="*", metavar="CONFIG", help="(default: those of configs/experiments)"
    )
    listing = commands.add_parser("list", help="what is registered, each with its signature")
    listing.add_argument(
        "registry", nargs="?", metavar="REGISTRY", help="for example datasets (default: all)"
    )
    listing.add_argument("--config", help="one whose `custom_imports` are imported first")
    check = commands.add_parser("check", help="whether configs can be used; all that is wrong")
    check.add_argument("configs", nargs="+", metavar="CONFIG")
    for command, run in (
        (show, _show),
        (explain, _explain),
        (diff, _diff),
        (tree, _tree),
        (listing, _list),
        (check, _check),
    ):
        command.set_defaults(run=run)
        if command in (show, explain, check):
            add_options(command)
    args = parser.parse_args(argv)
    call(args.run, args)


def _show(args: argparse.Namespace) -> None:
    from digitdet.config_views.merged import show

    show(args.config, args.cfg_options, args.out)


def _explain(args: argparse.Namespace) -> None:
    from digitdet.config_views.explanation import explain

    explain(args.config, args.key, args.cfg_options)


def _diff(args: argparse.Namespace) -> None:
    from digitdet.config_views.difference import print_difference

    print_difference(args.first, args.second)


def _tree(args: argparse.Namespace) -> None:
    from digitdet.config_views.tree import print_trees

    print_trees(args.configs)


def _list(args: argparse.Namespace) -> None:
    from digitdet.config_views.registered import print_registered

    print_registered(args.registry, args.config)


def _check(args: argparse.Namespace) -> None:
    from digitdet.config_views.checking import check_configs

    if not check_configs(args.configs, args.cfg_options):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
