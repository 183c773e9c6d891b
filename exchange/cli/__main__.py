"""``python -m exchange.cli``: the commands without the script that installing writes."""

from exchange.cli import main

main()
