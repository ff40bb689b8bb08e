"""The daemon: hears mentions, remembers them, judges them and wires everything together."""
