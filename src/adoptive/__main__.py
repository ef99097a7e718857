"""Let ``python -m adoptive`` be the command line."""

from adoptive.workbench.cli import main

if __name__ == "__main__":
    main()
