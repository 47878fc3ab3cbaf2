"""Documents of a case: the page where they are handed in, and the files themselves; the same at both desks."""
