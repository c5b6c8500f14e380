"""The command: settings, wiring, and the one process of the default. It alone may import every room."""
