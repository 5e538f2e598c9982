"""The server around the app: compressed files, response headers and a warm start."""
