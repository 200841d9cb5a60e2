"""A config holds values alone."""

import re
from pathlib import Path

import pytest
from config_sources.writing import write_configs
from hypothesis import given
from hypothesis import strategies as st
from mmengine.config import Config

from digitdet.config_sources.literals import evaluate, find_code_in_value
from digitdet.config_sources.parsing import parse
from digitdet.config_sources.purity import find_code, refuse_code
from digitdet.config_sources.statements import assignments

ROOT = Path(__file__).parents[2]
CONFIGS = sorted((ROOT / "configs").rglob("*.py"))


@pytest.fixture(autouse=True)
def _work_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _found(text: str) -> list[str]:
    return [str(finding) for finding in find_code(write_configs(Path(), mine=text))]


@pytest.mark.parametrize("file", CONFIGS, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_the_configs_of_the_repository_hold_values_alone(file: Path) -> None:
    assert find_code(file) == []
    refuse_code(file)


@pytest.mark.parametrize(
    "text",
    [
        "",
        '"""A question."""\n# and a remark with {{ braces }}\npass',
        "a = dict()\nb = {}\nc = []\nd = ()\ne = set()\nf = None",
        "a = dict(b={'c d': [1, (2.5, 'x'), {3}]})",
        "a = -1e-3\nb = 2 * 3 + 4 ** 2 // 5 % 6 - 7 / 8\nc = +1\nd = [0.5] * 3 + [1]",
        "a = float('inf')\nb = -float('nan')\nc = int('7')",
        "a = list((1, 2))\nb = tuple([1, dict(c=2)])\nd = set([1])",
        "a = 'two ' 'parts'\nb = 'a{{b}}c'",
        "_base_ = []",
        "a = dict(_delete_=True, type='X')",
    ],
)
def test_values_are_no_code(text: str) -> None:
    assert _found(text) == []


IMPORT = (
    "a config holds values alone, no imports: write what `{}` was needed for as a value, or name"
)
VALUE = "write the value itself"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import os", IMPORT.format("os")),
        ("import torch.nn as nn", IMPORT.format("nn")),
        ("from math import pi, e", IMPORT.format("pi`, `e")),
        ("from mmengine.config import read_base", "`read_base` inherits nothing here: name the"),
        ("from .._base_.x import *", "a relative import inherits nothing here: name the bases"),
        ("with read_base():\n    from .x import *", "`read_base()` inherits nothing here: name"),
        ("with open('x') as f:\n    pass", "a config holds values alone, no `with` blocks: write"),
        ("def f(): pass", "a config holds values alone, no functions: write what comes out of"),
        ("class A: pass", "a config holds values alone, no classes: write what"),
        ("for i in 1, 2: pass", "a config holds values alone, no loops: write what"),
        ("if True:\n    a = 1", "a config holds values alone, no conditions: write what"),
        ("try:\n    a = 1\nfinally:\n    pass", "a config holds values alone, no `try` blocks"),
        ("del a", "a config holds values alone, no `del`"),
        ("global a", "a config holds values alone, no code"),
        ("print('hello')", "this line sets nothing: write `key = value`"),
        ("a: int = 1", "write `a = value`, without anything before the `=`"),
        ("a += 1", "write `a = value`, without anything before the `=`"),
        ("a = b = 1", "write one `key = value` a line"),
        ("a, b = 1, 2", "write one `key = value` a line"),
        ("a['b'] = 1", "write one `key = value` a line, and entries of a dict as dict(key=value)"),
        ("__a = 1", "`__a` begins with `__`, which no config keeps"),
        ("dict = 1", "`dict` is what configs call, no key: give the key another name"),
        ("a = rate", "`rate` is a variable: write its value here"),
        ("a = [dict(b=rate)]", "`rate` is a variable: write its value here"),
        ("a = true", "`true` is no value of Python; did you mean `True`?"),
        ("a = null", "`null` is no value of Python; did you mean `None`?"),
        ("a = -inf", '`inf` is no value of Python; did you mean `float("inf")`?'),
        ("a = _base_.b", "`_base_.b` reads an attribute: write the value itself"),
        ("a = os.environ['HOME']", "`os.environ['HOME']` reads an entry of something"),
        ("a = os.getenv('HOME')", "a config calls nothing but dict, list, tuple, set, float, int,"),
        ("a = Path('x')", "got `Path(...)`: write the value itself, or `dict(type=...)`"),
        ("a = range(3)", "got `range(...)`"),
        ("a = f'{1}'", "an f-string is code: write the text itself"),
        ("a = [i for i in b]", "a comprehension is code: write its items one by one"),
        ("a = {i: 1 for i in b}", "a comprehension is code: write its entries one by one"),
        ("a = lambda x: x", "a lambda is code: register a function of your own module"),
        ("a = 1 if b else 2", "`1 if b else 2` is computed: write the value itself"),
        ("a = not True", "`not True` is computed"),
        ("a = 1 << 3", "`1 << 3` is computed"),
        ("a = 1 < 3", "`1 < 3` is computed"),
        ("a = (b := 3)", "`(b := 3)` is computed"),
        ("a = [*b]", "`*b` unpacks something: write the value itself"),
        ("a = dict(**b)", "`**` unpacks something: write the entries themselves"),
        ("a = {**b}", "`**` unpacks something: write the entries themselves"),
        ("a = dict([('b', 1)])", "`dict(...)` takes its entries by name: dict(key=value)"),
        ("a = list(1, 2)", "`list(...)` takes one value, by position"),
        ("a = {1 + 1: 2}", "`1 + 1` is a computed key"),
        ("a = {'b': 1, 'b': 2}", "the key 'b' stands twice in one dict"),
        ("a = ...", "`...` is no value that a config can hold"),
        ("a = b'x'", "`b'x'` is no value that a config can hold"),
        ("a = 1 / 0", "`1 / 0` can't be computed (division by zero): write the value itself"),
        ("a = 'x' + 1", "can't be computed"),
        ("a = 'x%s' % 1", "can't be computed (a text can't be filled in)"),
        ("a = float('x')", "can't be computed (could not convert string to float: 'x')"),
        ("a = {dict()}", "can't be computed (unhashable type: 'dict')"),
        ("a = [0] * 10 ** 9", "can't be computed (1000000000 repetitions are too many)"),
        ("a = 9 ** 9 ** 9", "can't be computed (a power of 387420489 is too large)"),
        ("a = '{{ fileDirname }}'", "`{{ }}` is not replaced in a config: write the value itself"),
        ("a = {{$HOME:1}}", "`{{ }}` is not replaced in a config"),
        ("a = '''{{\n$HOME:1}}'''", "`{{ }}` is not replaced in a config"),
        ("a = '{{_base_.b}}'", "`{{ }}` is not replaced in a config"),
        ("_base_ = ('x.py',)", "`_base_` is a list of files: _base_ = ["),
        ("_base_ = 3", "`_base_` is a list of files"),
        ("_base_ = ['../' + x]", "`_base_` is a list of files"),
        ("_base_ = ['none.py']", "`_base_`: no file none.py; "),
        ("_base_ = ['mmdet::x.py']", "`_base_`: no file mmdet::x.py"),
        ("_base_ = 'mine.py'", "`_base_` names mine.py, which inherits this file"),
        ("a = dict(", "can't be read as a config: '(' was never closed"),
        ("a = dict(b=1, b=2)", "can't be read as a config: keyword argument repeated: b"),
        ("\ufeffa = 1", "it begins with a byte order mark; save it as UTF-8 without one"),
        ("a = '\0'", "it holds a null byte; save it as UTF-8"),
        (f"a = {'[' * 300}{']' * 300}", "can't be read as a config"),
        (f"a = {'-' * 20000}1", "can't be read as a config: it is nested too deeply"),
        (f"a = {'1 + ' * 900}1", "can't be read as a config: it is nested too deeply"),
    ],
)
def test_code_is_one_sentence_with_its_line_and_a_remedy(text: str, message: str) -> None:
    (found,) = _found(text)
    assert found.startswith("mine.py:1: ")
    assert message in found
    assert "\n" not in found


def test_each_place_is_told_by_itself() -> None:
    text = "import os\na = 1\nb = dict(\n    c=os.name,\n    d=[rate],\n)\na = 2\n"
    assert [re.match(r"mine\.py:(\d+): ", found)[1] for found in _found(text)] == list("1457")  # type: ignore[index]
    assert "`a` stands twice in this file, first in line 2" in _found(text)[-1]


def test_all_files_are_searched_and_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    file = write_configs(
        tmp_path,
        deep="import os",
        first="_base_ = 'deep.py'\na = rate",
        second="b = 1\nc = dict(",
        mine="_base_ = ['first.py', 'none.py', 'second.py']\nd = f''",
    )
    with pytest.raises(ValueError, match="5 problems") as caught:
        refuse_code(file)
    lines = str(caught.value).splitlines()
    assert lines[0] == "mine.py: 5 problems"
    places = [line.split(": ")[0] for line in lines[1:]]
    assert places == ["  deep.py:1", "  first.py:2", "  mine.py:1", "  second.py:2", "  mine.py:2"]


def test_a_base_of_two_bases_is_told_once() -> None:
    write_configs(Path(), deep="import os", first="_base_ = 'deep.py'", second="_base_ = 'deep.py'")
    assert len(_found("_base_ = ['first.py', 'second.py']")) == 1


@pytest.mark.parametrize(
    ("content", "line"), [(b"a = 1\nb = '\xff'\n", 2), ("a = 1".encode("utf-16"), 1)]
)
def test_a_file_of_another_encoding_is_named_with_its_line(content: bytes, line: int) -> None:
    Path("mine.py").write_bytes(content)
    (found,) = find_code(Path("mine.py"))
    assert str(found).startswith(f"mine.py:{line}: can't be read as a config: it ")
    assert "UTF-8" in str(found)


@pytest.mark.parametrize(
    ("name", "message"),
    [("none.py", "none.py: no such config"), ("mine.yaml", "mine.yaml: a config is a Python file")],
)
def test_what_is_no_config_file_is_refused(name: str, message: str) -> None:
    Path("mine.yaml").write_text("a: 1", encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(message)):
        refuse_code(Path(name))


def test_a_circle_of_bases_is_refused() -> None:
    write_configs(Path(), first="_base_ = 'second.py'", second="_base_ = 'first.py'")
    (found,) = find_code(Path("first.py"))
    assert str(found).startswith("second.py:1: `_base_` names first.py, which inherits this file")


def test_two_bases_that_set_one_key_are_refused_with_both_lines() -> None:
    write_configs(Path(), first="a = 1\nb = 1", second="c = 1\n\nb = 2")
    (found,) = _found("_base_ = ['first.py', 'second.py']\na = 3")
    assert found.startswith("mine.py:1: two bases set `b`: first.py:2 and second.py:3; ")


def test_many_keys_of_two_bases_are_one_message() -> None:
    text = "\n".join(f"{key} = 1" for key in "abcde")
    write_configs(Path(), deep=text, first="_base_ = 'deep.py'\na = 2", second="_base_ = 'deep.py'")
    (found,) = _found("_base_ = ['first.py', 'second.py']")
    assert "two bases set `a`, `b`, `c` and 2 more keys: first.py:2 and deep.py:1" in found
    (found,) = _found("_base_ = ['first.py', './first.py']")
    assert "`_base_` names first.py twice" in found


def test_a_dict_that_meets_something_else_in_a_base_is_refused() -> None:
    write_configs(Path(), base="a = [1]\nb = dict(c=3)\nd = None")
    found = _found("_base_ = 'base.py'\na = dict(x=1)\nb = dict(c=dict())\nd = dict(y=1)")
    assert [line.split(" `_delete_=True` to the dict")[0] for line in found] == [
        "mine.py:2: `a` is a dict here and a list in base.py:1: write a list, or add",
        "mine.py:3: `b.c` is a dict here and `3` in base.py:2: add",
        "mine.py:4: `d` is a dict here and `None` in base.py:3: add",
    ]
    assert _found("_base_ = 'base.py'\na = dict(_delete_=True, x=1)\nb = None") == []


def test_nothing_of_a_config_is_run() -> None:
    text = "a = open('made.txt', 'w')\nopen('made.txt', 'w')\nb = [open('made.txt', 'w')]"
    assert len(_found(text)) == 3
    assert not Path("made.txt").exists()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3)
    | st.lists(inner, max_size=3).map(tuple)
    | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(VALUES)
def test_every_literal_is_a_value_and_is_computed_as_python_does(
    tmp_path_factory: pytest.TempPathFactory, value: object
) -> None:
    file = write_configs(tmp_path_factory.getbasetemp(), literal=f"a = [{value!r}]")
    ((_, node),) = assignments(parse(file).tree)
    assert list(find_code_in_value(node)) == []
    assert evaluate(node) == [value]


SOUP = (
    "dict( { } [ ] ( ) , = : 1 1.5 1e999 'x' - + * ** / % None x _delete_=True lambda for in if "
    "float( int( set( tuple( {{ f' @ ... 0x1f 1j not < and ; # \\ ''' a= b= _base_='base.py'; 'a':"
)
TOKENS = [*SOUP.split(), "\n", "\n    ", "\r", "\f", "\0"]


@given(
    st.lists(st.sampled_from(TOKENS), max_size=9),
    st.sampled_from(["", "a=", "b=dict(c=", "b=[1,", "_base_='base.py'\nb=dict(c="]),
)
def test_what_is_no_code_can_be_read_by_mmengine(
    tmp_path_factory: pytest.TempPathFactory, tokens: list[str], start: str
) -> None:
    folder = tmp_path_factory.getbasetemp()
    file = write_configs(folder, base="b = dict(c=[1], d=2)", soup=start + " ".join(tokens))
    if not find_code(file):
        Config.fromfile(str(file), lazy_import=False)
