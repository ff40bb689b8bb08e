"""The command line's commands, one file each: `add_arguments(parser)` and `run(arguments) -> exit code`."""
