"""Tests in a real browser; a package, so that the server and the browser they share end with the last of them."""
