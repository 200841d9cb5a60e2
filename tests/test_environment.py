import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from digitdet.environment import check_torch, torch_requirement

ROOT = Path(__file__).parents[1]
CHECK = """
import sys
from digitdet.environment import check_torch
try:
    check_torch()
except ImportError as error:
    print("ImportError:", error)
print("torch imported:", "torch" in sys.modules)
"""


def run(code: str, *folders: Path) -> str:
    """Run code with folders first on the path; return what it prints."""
    path = os.pathsep.join(str(folder) for folder in (*folders, ROOT))
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def write_distribution(folder: Path, name: str, version: str, requirement: str = "") -> None:
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    if requirement:
        lines.append(f"Requires-Dist: {requirement}")
    (info / "METADATA").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("requirements", "expected"),
    [
        (None, None),
        ([], None),
        (["numpy", "pillow!=8.3.*,>=5.3.0"], None),
        (["torchaudio==1.0", "torch-model==2.0"], None),
        (["numpy", "torch==2.6.0"], "torch==2.6.0"),
        (["torch (==1.0)"], "torch==1.0"),
        (["torch>=2.6 ; python_version > '3'"], 'torch>=2.6; python_version > "3"'),
        (["torch"], "torch"),
    ],
)
def test_the_requirement_on_torch_is_found(
    requirements: list[str] | None, expected: str | None
) -> None:
    found = torch_requirement(requirements)
    assert (None if found is None else str(found)) == expected


def test_the_pair_of_this_environment_is_accepted() -> None:
    check_torch()


def test_importing_digitdet_imports_neither_torch_nor_mmengine() -> None:
    code = "import sys, digitdet; print(digitdet.__version__); print(sorted(sys.modules))"
    version, modules = run(code).splitlines()
    assert version == "0.1.0"
    assert "'digitdet'" in modules
    for heavy in ("'torch'", "'torchvision'", "'mmengine'", "'numpy'"):
        assert heavy not in modules


def test_a_torchvision_that_asks_for_another_torch_is_refused_before_torch_is_imported(
    tmp_path: Path,
) -> None:
    write_distribution(tmp_path, "torchvision", "0.2.1", "torch==1.0")
    printed = run(CHECK, tmp_path)
    assert f"torch {metadata.version('torch')} is installed" in printed
    assert "ImportError: torchvision 0.2.1 asks for torch==1.0" in printed
    assert "`pip install 'torch==1.0' 'torchvision==0.2.1'`" in printed
    assert "torch imported: False" in printed


def test_operators_that_do_not_load_or_lack_are_refused_with_the_remedy(tmp_path: Path) -> None:
    """One after the other in a process, as torch takes long to import."""
    for name in ("failing", "lacking"):
        (tmp_path / name / "torchvision").mkdir(parents=True)
        (tmp_path / name / "torchvision" / "__init__.py").touch()
    (tmp_path / "failing" / "torchvision" / "__init__.py").write_text(
        "raise RuntimeError('operator torchvision::nms does not exist')\n", encoding="utf-8"
    )
    lacking = f"sys.path.insert(0, {str(tmp_path / 'lacking')!r})"
    failing, lacking = run(f"{CHECK}{lacking}{CHECK}", tmp_path / "failing").split("True\n")[:2]
    assert "ImportError: The operators of torchvision" in failing
    assert metadata.version("torchvision") in failing
    assert f"torch {metadata.version('torch')} (operator torchvision::nms does not" in failing
    assert "pip install '" in failing
    assert "ImportError: The operators of torchvision" in lacking


def test_a_missing_torchvision_is_named(tmp_path: Path) -> None:
    write_distribution(tmp_path, "torch", "2.6.0")
    code = f"import sys; sys.path[:] = [p for p in sys.path if 'site-packages' not in p]\n{CHECK}"
    # packaging is all that the check itself needs.
    import packaging

    (tmp_path / "packaging").symlink_to(Path(packaging.__file__).parent)
    printed = run(code, tmp_path)
    assert "ImportError: digitdet needs torchvision, which is not installed" in printed
    assert "pip install torch torchvision" in printed
    assert "torch imported: False" in printed


def test_an_opencv_that_does_not_load_is_told_with_the_headless_build(tmp_path: Path) -> None:
    message = "libGL.so.1: cannot open shared object file"
    (tmp_path / "cv2.py").write_text(f"raise ImportError({message!r})", encoding="utf-8")
    code = """
from digitdet.environment import check_opencv
try:
    check_opencv()
except ImportError as error:
    print("ImportError:", error)
"""
    printed = run(code, tmp_path)
    assert message in printed
    assert "pip install opencv-python-headless" in printed
