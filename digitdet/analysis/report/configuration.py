"""The config of a run, as a page shows it."""

import json

from digitdet.analysis.charts.sections import TextSection
from digitdet.analysis.runs import Run


def config_section(run: Run) -> list[TextSection]:
    """Return the merged config as its file in the work folder; nothing where none is kept.

    A run whose config has another name, or lies elsewhere, is shown by its record.
    """
    file = run.folder / f"{run.name}.py"
    if file.is_file():
        text = file.read_text(encoding="utf-8", errors="replace")
    elif run.record and run.record.config:
        text = json.dumps(run.record.config, indent=2)
    else:
        return []
    return [TextSection("Config, merged", text, is_code=True, is_folded=True)]
