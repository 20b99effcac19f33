"""What a check found: events, reports, counterexamples, JUnit."""
