"""The implementation under test: how it is loaded, called, isolated and given its arrays."""
