"""`python -m harness` is the command line, and so is `harness`."""

import sys

from harness.errors import EXIT_BAD_INPUT, HarnessError


def run() -> None:
    """Runs a command; ends with one line and status 2 if what there is to choose from can't be found."""
    try:
        # Here: commands are made of the faults that there are, those of suites elsewhere among them.
        from harness.cli import main
    except HarnessError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(EXIT_BAD_INPUT)
    main(prog_name="harness")


if __name__ == "__main__":
    run()
