"""Reading and writing of YOLO text files."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fuzzing import judge

from digitdet.formats.pictures import Box, Picture
from digitdet.formats.yolo import read_yolo, write_yolo

Save = Callable[..., Path]
Write = Callable[[Path, str], Path]
NAMES = "names: ['zero', 'one', 'two']\n"


@pytest.fixture
def root(tmp_path: Path, save: Save, write: Write) -> Path:
    """A folder of one picture, 40 high and 100 wide, in Ultralytics' layout."""
    save(tmp_path / "images" / "train" / "1.png", (40, 100))
    write(tmp_path / "labels" / "train" / "1.txt", "2 .5 .5 .2 .5\n")
    write(tmp_path / "data.yaml", f"train: images/train\n{NAMES}")
    return tmp_path


def test_an_empty_folder_has_no_pictures(tmp_path: Path) -> None:
    assert read_yolo(tmp_path).pictures == []


def test_a_picture_is_read_with_its_boxes_in_pixels(root: Path) -> None:
    (picture,) = read_yolo(root).pictures
    assert picture.file == root / "images" / "train" / "1.png"
    assert (picture.split, picture.name, picture.size) == ("train", "1.png", (40, 100))
    assert picture.boxes == (Box("two", (40.0, 10.0, 60.0, 30.0)),)


def test_empty_and_missing_label_files_are_pictures_without_digits(
    root: Path, save: Save, write: Write
) -> None:
    save(root / "images" / "train" / "2.png")
    save(root / "images" / "train" / "3.png")
    write(root / "labels" / "train" / "2.txt", "\n")
    found = read_yolo(root)
    assert [len(picture.boxes) for picture in found.pictures] == [1, 0, 0]
    assert found.notes == ["1 pictures without label file taken as without digits"]


def test_a_label_file_of_two_pictures_is_refused(root: Path, save: Save) -> None:
    save(root / "images" / "train" / "1.jpg")
    with pytest.raises(ValueError, match=r"1\.txt: is of .*1\.jpg and of .*1\.png; take one"):
        read_yolo(root)


def test_an_export_of_roboflow_is_read(tmp_path: Path, save: Save, write: Write) -> None:
    for folder in ("train", "valid", "test"):
        save(tmp_path / folder / "images" / f"a_png.rf.{'0' * 31}{folder[0]}.jpg")
    for folder in ("train", "valid"):
        write(tmp_path / folder / "labels" / f"a_png.rf.{'0' * 31}{folder[0]}.txt", "0 .5 .5 1 1")
    places = "train: ../train/images\nval: ../valid/images\ntest: ../test/images\nnc: 3\n"
    write(tmp_path / "data.yaml", places + NAMES)
    write(tmp_path / "README.roboflow.txt", "about")
    found = read_yolo(tmp_path)
    kept = [(p.split, len(p.boxes), p.labelled) for p in found.pictures]
    assert kept == [("train", 1, True), ("valid", 1, True), ("test", 0, False)]
    assert not +found.left_out


def test_numbers_are_the_digits_where_no_file_names_them(
    tmp_path: Path, save: Save, write: Write
) -> None:
    save(tmp_path / "1.png", (40, 100))
    write(tmp_path / "1.txt", "7 .5 .5 .2 .5")
    found = read_yolo(tmp_path)
    assert [box.name for box in found.pictures[0].boxes] == ["7"]
    assert "class numbers are taken for the digits" in found.notes[0]


def test_names_come_from_classes_txt(tmp_path: Path, save: Save, write: Write) -> None:
    save(tmp_path / "1.png")
    write(tmp_path / "1.txt", "1 .5 .5 .2 .5")
    write(tmp_path / "classes.txt", "zero\none\n")
    assert [box.name for box in read_yolo(tmp_path).pictures[0].boxes] == ["one"]
    (tmp_path / "classes.txt").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ValueError, match=r"classes\.txt: can't be read as text"):
        read_yolo(tmp_path)


def test_polygons_are_read_as_their_boxes(root: Path, write: Write) -> None:
    write(root / "labels" / "train" / "1.txt", "1 .1 .5 .3 .25 .2 .75\n")
    found = read_yolo(root)
    assert found.pictures[0].boxes[0].xyxy == pytest.approx((10, 10, 30, 30))
    assert found.notes == ["1 polygons read as their bounding boxes"]


def test_lists_of_pictures_are_read(root: Path, save: Save, write: Write) -> None:
    save(root / "images" / "train" / "2.png")
    write(root / "mine.txt", "./images/train/2.png\n\n")
    write(root / "data.yaml", f"train: mine.txt\n{NAMES}")
    found = read_yolo(root)
    assert [picture.name for picture in found.pictures] == ["2.png"]
    assert found.left_out["pictures beside the splits"] == 1
    write(root / "mine.txt", "images/train/9.png\n")
    with pytest.raises(ValueError, match=r"mine\.txt: names images/train/9\.png, which is not in"):
        read_yolo(root)
    write(root / "mine.txt", "../9.png\n")
    with pytest.raises(ValueError, match=r"mine\.txt: line 1: has to be a path inside"):
        read_yolo(root)


def test_labels_without_picture_are_counted(root: Path, write: Write) -> None:
    write(root / "labels" / "train" / "9.txt", "1 .5 .5 .2 .5")
    assert read_yolo(root).left_out["annotation files without picture"] == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2 .5 .5 .2", "has to hold five numbers .* got 4"),
        ("2 .5 .5 .2 .5 .9", "has to hold five numbers .* got 6"),
        ("2 a .5 .2 .5", "a coordinate has to be a finite number, got 'a'"),
        ("2 nan .5 .2 .5", "a coordinate has to be a finite number, got 'nan'"),
        ("2 1e999 .5 .2 .5", "a coordinate has to be a finite number"),
        ("2 50 20 20 20", "coordinates are shares of the picture"),
        ("2 .5 .5 -.2 .5", "width and height have to be 0 or more"),
        ("3 .5 .5 .2 .5", "there is no class 3 among"),
        ("-1 .5 .5 .2 .5", "the class has to be a whole number, got '-1'"),
        ("1.5 .5 .5 .2 .5", "the class has to be a whole number, got '1.5'"),
        ("two .5 .5 .2 .5", "the class has to be a finite number, got 'two'"),
    ],
)
def test_bad_lines_are_refused_with_file_and_line(
    root: Path, write: Write, text: str, message: str
) -> None:
    file = write(root / "labels" / "train" / "1.txt", f"2 .5 .5 .2 .5\n\n{text}\n")
    with pytest.raises(ValueError, match=message) as error:
        read_yolo(root)
    assert str(error.value).startswith(f"{file}: line 3: ")


def test_labels_that_are_no_text_are_refused(root: Path) -> None:
    (root / "labels" / "train" / "1.txt").write_bytes(b"\xff\xff")
    with pytest.raises(ValueError, match=r"1\.txt: can't be read as text"):
        read_yolo(root)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "needs 'names'"),
        ("names: [a", "is not readable as YAML"),
        ("names: one", "'names' has to be a list or a mapping"),
        ("names: {a: one}", "'names' has the class number 'a'"),
        ("names: [1.5]", "'names' has to hold texts, got 1.5; quote it"),
        ("names: [a]\ntrain: 3", "'train': has to be a path, got 3"),
        ("names: [a]\ntrain: nowhere", "'train': there is no nowhere in"),
        ("names: [a]\ntrain: ../../elsewhere", "'train': has to be a path inside"),
        ("names: [a]\ntrain: /etc", "'train': has to be a path inside"),
        ("names: [a]\ntrain: outside", "'train': outside leads by a link out of"),
        ("names: !!python/object/apply:os.getcwd []", "is not readable as YAML"),
    ],
)
def test_a_bad_data_yaml_is_refused_with_its_key(
    root: Path, write: Write, tmp_path_factory: pytest.TempPathFactory, text: str, message: str
) -> None:
    (root / "outside").symlink_to(tmp_path_factory.mktemp("outside"))
    file = write(root / "data.yaml", text)
    with pytest.raises(ValueError, match=message) as error:
        read_yolo(root)
    assert str(error.value).startswith(f"{file}: ")


@pytest.mark.parametrize("name", ["data.yaml", "classes.txt", "labels/classes.txt"])
def test_a_list_of_classes_outside_the_folder_is_not_read(
    root: Path, tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    outside = tmp_path_factory.mktemp("outside") / name.rpartition("/")[2]
    outside.write_text("names: [a]", encoding="utf-8")
    (root / name).unlink(missing_ok=True)
    (root / name).symlink_to(outside)
    if name != "data.yaml":
        (root / "data.yaml").unlink(missing_ok=True)
    refusal = judge(lambda: read_yolo(root), root)
    assert "leads by a link to" in str(refusal)


def test_aliases_and_giants_of_yaml_are_refused(
    root: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(root / "data.yaml", "names: &a [zero]\nmore: *a\n")
    with pytest.raises(ValueError, match=r"data\.yaml: .*alias \*a"):
        read_yolo(root)
    monkeypatch.setattr("digitdet.formats.yolo_config.MAX_BYTES", 4)
    with pytest.raises(ValueError, match=r"data\.yaml: .*more than"):
        read_yolo(root)


def test_names_may_be_a_mapping_and_the_yaml_have_another_name(root: Path, write: Write) -> None:
    (root / "data.yaml").unlink()
    write(root / "digits.yml", f"path: {root / 'images'}\ntrain: [train]\nnames: {{2: 7, '5': x}}")
    assert [box.name for box in read_yolo(root).pictures[0].boxes] == ["7"]
    write(root / "other.yaml", NAMES)
    with pytest.raises(ValueError, match=r"holds digits\.yml, other\.yaml; leave one of them"):
        read_yolo(root)


def test_what_is_written_is_read_as_it_was(tmp_path: Path, save: Save) -> None:
    boxes = (Box("7", (0.1, 0.2, 33.3, 39.9)), Box("0", (-1.0, -2.0, 120.0, 50.0)))
    for name, found in (("1.png", boxes), ("sub/1.png", ())):
        save(tmp_path / "images" / "valid" / name, (40, 100))
        picture = Picture(tmp_path / name, "valid", name, (40, 100), found)
        folder = tmp_path / name.partition("/")[0].removesuffix(".png")
        write_yolo(folder, {"valid": [picture]})
    picture = Picture(tmp_path / "1.png", "valid", "1.png", (40, 100), boxes)
    nested = Picture(tmp_path / "1.png", "valid", "sub/1.png", (40, 100), ())
    write_yolo(tmp_path, {"valid": [picture, nested]})
    found = [p for p in read_yolo(tmp_path).pictures if p.file.is_relative_to(tmp_path / "images")]
    assert [p.split for p in found] == ["valid", "valid"]
    assert [box.name for box in found[0].boxes] == ["7", "0"]
    for box, other in zip(found[0].boxes, boxes, strict=True):
        assert box.xyxy == pytest.approx(other.xyxy, abs=1e-12)
    assert found[1].boxes == ()


def test_unlabelled_pictures_have_no_file(tmp_path: Path) -> None:
    one = Picture(Path("1.png"), "train", "1.png", (40, 100), (Box("1", (1, 2, 3, 4)),))
    two = Picture(Path("2.png"), "test", "2.png", (40, 100), labelled=False)
    write_yolo(tmp_path, {"train": [one], "test": [two]})
    assert len((tmp_path / "labels" / "train" / "1.txt").read_text().splitlines()) == 1
    assert list((tmp_path / "labels" / "test").iterdir()) == []


def test_a_box_that_readers_would_take_for_pixels_is_refused(tmp_path: Path) -> None:
    far = Picture(Path("1.png"), "train", "1.png", (40, 100), (Box("7", (500, 2, 510, 4)),))
    with pytest.raises(ValueError, match=r"1\.png: its box .* lies so far outside the picture"):
        write_yolo(tmp_path, {"train": [far]})
