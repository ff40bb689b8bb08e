"""`listener queries`: what each network is asked of the brands, how often, and what that costs."""

import argparse
import os
import sys
from pathlib import Path

from domain.brand import Brand
from listener.commands.sizing import cadence, print_today
from listener.config.load import load
from listener.config.values import ConfigError
from listener.environment import SettingsError
from listener.networks.registry import NETWORKS
from listener.settings import read_config_dir, read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="DIR", help="the configuration (LISTENER_CONFIG_DIR)")
    parser.add_argument("--brand", metavar="ID", help="this brand alone")
    parser.add_argument(
        "--today",
        action="store_true",
        help="ask the networks how much there was in the last 24 hours (X takes half a cent for it)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0; 2 when there is no such brand, or the config cannot be read."""
    try:
        brands = load(arguments.config or read_config_dir(os.environ, Path(".env"))).brands
        settings = read_settings(os.environ, Path(".env")) if arguments.today else None
    except (ConfigError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 2
    chosen = [brand for brand in brands if arguments.brand in (None, brand.id)]
    if not chosen:
        print(f"Бренда «{arguments.brand}» нет; есть: {', '.join(brand.id for brand in brands)}", file=sys.stderr)
        return 2
    for brand in chosen:
        _show(brand)
        if settings is not None:
            print_today(settings, brand)
    return 0


def _show(brand: Brand) -> None:
    print(f"{brand.title} ({brand.id})")
    for name, watch in brand.watch.items():
        network = NETWORKS[name]
        if watch.search:
            print(f"  {network.short}, поиск {cadence(network, brand)}:")
            for query in network.queries(brand):
                print(f"    {len(query)} зн.: {query}")
        else:
            print(f"  {network.short}: без поиска")
