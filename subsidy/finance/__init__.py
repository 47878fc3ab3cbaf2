"""What finance does: generate what is due, and tell what will be."""
