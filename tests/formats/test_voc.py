"""Reading and writing of Pascal VOC."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fuzzing import judge

from digitdet.formats.pictures import Box, Picture
from digitdet.formats.voc import read_voc, write_voc

Save = Callable[..., Path]
Write = Callable[[Path, str], Path]
EDGES = {"xmin": "10", "ymin": "5", "xmax": "18.5", "ymax": "25"}


def _object(name: str = "7", **edges: str) -> str:
    values = "".join(f"<{key}>{value}</{key}>" for key, value in {**EDGES, **edges}.items())
    return f"<object><name>{name}</name><bndbox>{values}</bndbox></object>"


def _xml(*objects: str, size: str = "<width>60</width><height>40</height>") -> str:
    return f"<annotation><size>{size}</size>{''.join(objects)}</annotation>"


@pytest.fixture
def root(tmp_path: Path, save: Save, write: Write) -> Path:
    """A folder of one picture, 40 high and 60 wide, as labelImg writes it."""
    save(tmp_path / "1.png")
    write(tmp_path / "1.xml", _xml(_object()))
    return tmp_path


def test_an_empty_folder_has_no_pictures(tmp_path: Path) -> None:
    assert read_voc(tmp_path).pictures == []


def test_edges_are_read_as_they_stand(root: Path) -> None:
    (picture,) = read_voc(root).pictures
    assert (picture.split, picture.name, picture.size) == ("train", "1.png", (40, 60))
    assert picture.boxes == (Box("7", (10, 5, 18.5, 25)),)


def test_one_based_pixels_become_edges(root: Path) -> None:
    # The devkit's 10 to 18 covers the pixels 9 to 17, from the edge 9 to the edge 18.
    assert read_voc(root, one_based=True).pictures[0].boxes[0].xyxy == (9, 4, 18.5, 25)


def test_a_picture_without_objects_or_without_file_has_no_digits(
    root: Path, save: Save, write: Write
) -> None:
    save(root / "2.png")
    save(root / "3.png")
    write(root / "2.xml", _xml())
    found = read_voc(root)
    assert [len(picture.boxes) for picture in found.pictures] == [1, 0, 0]
    assert found.notes == ["1 pictures without XML file taken as without digits"]


def test_difficult_boxes_are_kept_and_counted(root: Path, write: Write) -> None:
    marks = [f"</name><difficult>{mark}</difficult>" for mark in ("0", "1", " ", "True")]
    write(root / "1.xml", _xml(*(_object().replace("</name>", mark) for mark in marks)))
    found = read_voc(root)
    assert len(found.pictures[0].boxes) == 4
    assert found.notes == ["2 boxes marked as difficult taken as any other"]


def test_the_devkits_folders_and_lists_are_read(tmp_path: Path, save: Save, write: Write) -> None:
    for stem in ("a", "b", "c", "d"):
        save(tmp_path / "JPEGImages" / f"{stem}.jpg")
        write(tmp_path / "Annotations" / f"{stem}.xml", _xml(_object()))
    lists = tmp_path / "ImageSets" / "Main"
    write(lists / "train.txt", "a\nb\n")
    write(lists / "val.txt", "c\n")
    write(lists / "trainval.txt", "a\nb\nc\n")
    found = read_voc(tmp_path)
    assert [(p.split, p.name) for p in found.pictures] == [
        ("train", "a.jpg"),
        ("train", "b.jpg"),
        ("valid", "c.jpg"),
    ]
    assert found.left_out["pictures beside the splits"] == 1
    write(lists / "test.txt", "a\n")
    with pytest.raises(ValueError, match=r"'a' stands in another list, too"):
        read_voc(tmp_path)


def test_splits_are_read_from_folders(tmp_path: Path, save: Save, write: Write) -> None:
    for split in ("train", "valid", "test"):
        save(tmp_path / split / "1.png")
    for split in ("train", "valid"):
        write(tmp_path / split / "1.xml", _xml(_object()))
    kept = [(p.split, p.labelled, len(p.boxes)) for p in read_voc(tmp_path).pictures]
    assert sorted(kept) == [("test", False, 0), ("train", True, 1), ("valid", True, 1)]


def test_annotations_without_picture_are_counted_and_two_of_one_refused(
    root: Path, write: Write
) -> None:
    write(root / "9.xml", _xml())
    assert read_voc(root).left_out["annotation files without picture"] == 1
    write(root / "Annotations" / "1.xml", _xml())
    with pytest.raises(ValueError, match="belongs to the same picture as"):
        read_voc(root)


def test_a_size_of_0_that_some_tools_write_is_passed_over(root: Path, write: Write) -> None:
    write(root / "1.xml", _xml(_object(), size="<width>0</width><height>0</height>"))
    assert len(read_voc(root).pictures[0].boxes) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not readable as XML"),
        ("<annotation><object>", "is not readable as XML"),
        ("<html/>", "is no Pascal VOC annotation, its root is 'html'"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><annotation/>", "it has a DOCTYPE"),
        ('<?xml version="1.0" encoding="none-such"?><annotation/>', "is not readable as XML"),
        (_xml(_object(), _object(name=" ")), "object 2: has no <name>"),
        (_xml("<object><name>7</name></object>"), "object 1: has no <bndbox> with <xmin>"),
        (_xml(_object(xmax="x")), "object 1: <xmax> has to be a finite number, got 'x'"),
        (_xml(_object(ymin="inf")), "object 1: <ymin> has to be a finite number, got 'inf'"),
        (_xml(_object(xmax="9")), "object 1: xmin and ymin have to be at most xmax and ymax"),
        (_xml(size="<width>x</width><height>40</height>"), "the size has to be a finite number"),
    ],
)
def test_bad_files_are_refused_with_file_and_object(
    root: Path, write: Write, text: str, message: str
) -> None:
    file = write(root / "1.xml", text)
    with pytest.raises(ValueError, match=message) as error:
        read_voc(root)
    assert str(error.value).startswith(f"{file}: ")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_no_entity_grows_and_none_names_another_file(root: Path, encoding: str) -> None:
    laughs = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
    text = f"<!DOCTYPE a [<!ENTITY a0 SYSTEM 'file:///etc/hostname'>{laughs}]><annotation>&a9;"
    head = f"<?xml version='1.0' encoding='{encoding}'?>"
    (root / "1.xml").write_bytes(f"{head}{text}</annotation>".encode(encoding))
    refusal = judge(lambda: read_voc(root), root)
    assert "1.xml: is not readable as XML (it has a DOCTYPE; take it out)" in str(refusal)


def test_another_size_than_stated_is_refused(root: Path, write: Write) -> None:
    write(root / "1.xml", _xml(size="<width>40</width><height>60</height>"))
    with pytest.raises(ValueError, match=r"1\.png: is 40 x 60 .*1\.xml states 60 x 40"):
        read_voc(root)


def test_a_file_that_is_no_annotation_by_its_size_is_refused(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digitdet.formats.voc.MAX_BYTES", 20)
    with pytest.raises(ValueError, match=r"1\.xml: has more than"):
        read_voc(root)


@pytest.mark.parametrize("one_based", [False, True])
def test_what_is_written_is_read_as_it_was(tmp_path: Path, save: Save, one_based: bool) -> None:
    boxes = (Box("7", (0.125, 0.2, 33.3, 39.9)), Box("0", (-1.0, -2.0, 120.0, 50.0)))
    save(tmp_path / "valid" / "JPEGImages" / "sub" / "ü &.png")
    picture = Picture(tmp_path / "x.png", "valid", "sub/ü &.png", (40, 60), boxes)
    write_voc(tmp_path, {"valid": [picture]}, one_based=one_based)
    (found,) = read_voc(tmp_path, one_based=one_based).pictures
    assert (found.split, found.name) == ("valid", "sub/ü &.png")
    assert [box.name for box in found.boxes] == ["7", "0"]
    for box, other in zip(found.boxes, boxes, strict=True):
        assert box.xyxy == pytest.approx(other.xyxy, abs=1e-9)


def test_unlabelled_pictures_have_no_file(tmp_path: Path) -> None:
    one = Picture(Path("1.png"), "train", "1.png", (40, 60))
    two = Picture(Path("2.png"), "test", "2.png", (40, 60), labelled=False)
    write_voc(tmp_path, {"train": [one], "test": [two]})
    assert [file.name for file in tmp_path.rglob("*.xml")] == ["1.xml"]
