"""Files that people hand in: what they are by their content, and where their bytes are kept."""
