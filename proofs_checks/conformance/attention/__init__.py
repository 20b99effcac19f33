"""What conformance of attention needs beside what it shares with that of a mapping."""
