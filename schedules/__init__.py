"""On which day money moves: the clock, the working days, dated instalments, and the tick that asks what is due."""
