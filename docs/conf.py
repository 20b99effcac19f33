"""Configuration of the documentation; ``sphinx-build -W --keep-going -b html docs docs/_build/html``."""

import sys
from importlib.metadata import version as installed_version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "entmax-oracle"
version = release = installed_version("entmax-oracle")
author = "the entmax-oracle developers"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.doctest",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinxarg.ext",
    "mathml",
    "inline_svg",
    "inline_code",
    "cli_headings",
    "theorem_pages",
    "law_pages",
    "figures",
    "property_matrix",
]
exclude_patterns = ["_build", "_data", "_ext", "examples"]
nitpicky = True  # a reference to nothing is an error

smartquotes_action = "q"  # two hyphens begin an option, and three dots stand in code
myst_enable_extensions = ["dollarmath", "deflist", "colon_fence", "substitution"]
myst_heading_anchors = 3
myst_links_external_new_tab = False

copybutton_prompt_text = r"\$ |>>> |\.\.\. "  # what is copied has no prompt, and no output where there is a prompt
copybutton_prompt_is_regexp = True
copybutton_line_continuation_character = "\\"
copybutton_selector = (
    "div.highlight-console pre, div.highlight-shell pre, div.highlight-bash pre, div.highlight-text pre, "
)
copybutton_selector += "div.highlight-default pre, div.highlight-pycon pre, div.highlight-python pre, div.doctest pre"

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings state shapes and dtypes, which say more
napoleon_google_docstring = False
napoleon_use_rtype = False
add_module_names = False

html_theme = "furo"
html_title = f"entmax-oracle {version}"
html_theme_options = {"navigation_with_keys": True}
html_copy_source = False
html_show_copyright = False
html_static_path = ["_static", "../proofs_checks/report/templates/maths.woff"]
html_css_files = ["site.css"]
html_math_renderer = "mathml"


def setup(app):
    """Take the types in docstrings for prose: they state shapes and ranges, and are no references."""
    app.connect("warn-missing-reference", lambda app, domain, node: None if "refwarn" in node else True)
