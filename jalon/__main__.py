"""The command `jalon`, also as `python -m jalon`."""

import signal


def main() -> None:
    """Runs the command. Ctrl-C while Python is still loading it ends quietly, without a traceback of imports."""
    usual = signal.signal(signal.SIGINT, signal.SIG_DFL)
    from jalon.cli import app  # what takes time

    signal.signal(signal.SIGINT, usual)
    app(prog_name="jalon")


if __name__ == "__main__":
    main()
