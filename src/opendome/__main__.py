"""`python -m opendome` is `opendome`."""

from opendome.cli import main

main()
