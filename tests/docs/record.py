"""Run the shell commands of pages of the documentation, and write what they print into the pages.

python tests/docs/record.py docs/index.md docs/how-to/pytest.md   # then read the difference

Seconds are replaced by an ellipsis; everything else is kept, and compared by the tests.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from test_docs import PROGRESS, run, sessions, workplace

SECONDS = (
    (r"\(\d+\.\d+ s\)", "(... s)"),
    (r"\bin \d+\.\d+ s\b", "in ... s"),
    (r"\bin \d+\.\d+s\b", "in ...s"),
    (r"\bin \d+\.\d+s ", "in ...s "),
)


def written(block: str, folder: Path) -> str:
    """Return a console block with what its commands print now."""
    text, status = "", 0
    for command, _ in sessions(block):
        done = run(command, folder, status)
        status = done.returncode
        printed = PROGRESS.sub("", done.stdout + done.stderr)
        for pattern, put in SECONDS:
            printed = re.sub(pattern, put, printed)
        printed = "\n".join(line.rstrip() for line in printed.splitlines())
        text += f"$ {command}\n" + (printed + "\n" if printed else "")
        print(f"$ {command}\n{printed}", flush=True)
    return text


def main() -> None:
    """Record the pages that are named."""
    for name in sys.argv[1:]:
        page = Path(name)
        with tempfile.TemporaryDirectory() as folder:
            workplace(Path(folder))
            text = page.read_text(encoding="utf-8")
            text = re.sub(
                r"^(```console\n)(.*?)^```",
                lambda found: found[1] + written(found[2], Path(folder)) + "```",
                text,
                flags=re.MULTILINE | re.DOTALL,
            )
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
