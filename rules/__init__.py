"""What is granted and why: pure functions over published policies, which are data in `packs/`."""

ENGINE = "1"
"""Version of the meaning of assessments; a receipt names it, and it changes only when the same facts would be answered differently."""
