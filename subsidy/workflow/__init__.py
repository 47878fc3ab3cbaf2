"""Who may do what to an application, and everything that follows from it: one table, one door, one event for each change."""
