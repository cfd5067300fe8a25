"""A training as people start it: its settings as TOML, its folder, what it prepares, resumes and leaves behind."""
