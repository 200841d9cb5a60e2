"""How Sphinx makes the site: ``sphinx-build -W -b html docs docs/_build/html``."""

from importlib.metadata import version as installed_version

project = "digitdet"
version = release = installed_version("digitdet")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
default_role = "code"  # docstrings name things in single backticks

# Headings get the anchors that a forge gives them, and links to files of the repository that are
# no pages, such as configs, become downloads.
myst_heading_anchors = 4

autodoc_class_signature = "mixed"
autodoc_default_options = {"members": True, "show-inheritance": True}
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints_format = "short"
napoleon_numpy_docstring = False
napoleon_use_rtype = False

html_theme = "furo"
html_title = f"digitdet {release}"
html_show_copyright = False
html_copy_source = False
