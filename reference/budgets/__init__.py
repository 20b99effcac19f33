"""The error that a careful implementation may make on this very input, derived and not guessed."""
