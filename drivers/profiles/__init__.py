"""Device families as data: one TOML file per device, read by drivers.profiles.loader."""
