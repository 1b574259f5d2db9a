"""The clerk's terminal: page, keypad, call pad and strip of the windows that one agent looks after."""
