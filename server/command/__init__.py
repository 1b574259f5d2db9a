"""The command line of the server: serve it, load halls, enrol devices, look after people."""
