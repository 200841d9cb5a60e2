"""Defects of one record or picture; all of them fit in one split."""

import shutil

from PIL import Image

from planting.folders import SIZE, Place, noise


def missing_key(place: Place) -> None:
    del place.image["height"]


def not_finite(place: Place) -> None:
    place.box["bbox"][2] = float("nan")


def wrong_value(place: Place) -> None:
    place.box["bbox"] = place.box["bbox"][:3]


def number_as_text(place: Place) -> None:
    place.box["bbox"] = [str(value) for value in place.box["bbox"]]
    place.box["image_id"] = str(place.number)
    place.image["width"] = float(SIZE[1])


def unsafe_name(place: Place) -> None:
    place.image["file_name"] = f"../{place.name}/{place.number}.png"


def repeated_image_id(place: Place) -> None:
    place.add_picture("other.png", noise(11))
    place.add_image(place.number, "other.png")


def record_twice(place: Place) -> None:
    place.add_image(place.number, f"{place.number}.png")


def repeated_file_name(place: Place) -> None:
    place.add_image(5000, f"{place.number}.png")
    place.box["image_id"] = 5000


def repeated_annotation_id(place: Place) -> None:
    place.box["id"] = place.content["annotations"][2 * place.number - 1]["id"]


def orphan(place: Place) -> None:
    place.add_box(image_id=77_777)


def category_zero(place: Place) -> None:
    place.box["category_id"] = 0


def unknown_category(place: Place) -> None:
    place.box["category_id"] = 11


def empty_box(place: Place) -> None:
    place.add_box(bbox=[80, 5, 0, 20])


def box_wholly_outside(place: Place) -> None:
    place.add_box(bbox=[SIZE[1], 5, 10, 20])


def box_repeated(place: Place) -> None:
    place.add_box()


def picture_missing(place: Place) -> None:
    place.file.unlink()


def name_with_folder(place: Place) -> None:
    place.image["file_name"] = f"{place.name}\\{place.number}.png"


def picture_truncated(place: Place) -> None:
    place.file.write_bytes(place.file.read_bytes()[:2000])


def picture_of_no_bytes(place: Place) -> None:
    place.file.write_bytes(b"")


def picture_is_text(place: Place) -> None:
    place.file.write_text("<html>not found</html>", encoding="utf-8")


def unlabelled_broken(place: Place) -> None:
    """In the split without labels."""
    (place.root / "test" / "2.png").write_bytes(b"broken")


def unlabelled_number_twice(place: Place) -> None:
    noise(16).save(place.root / "test" / "01.png")


def picture_outside(place: Place) -> None:
    noise(12).save(place.root.parent / f"elsewhere-{place.name}.png")
    place.file.unlink()
    place.file.symlink_to(place.root.parent / f"elsewhere-{place.name}.png")


def size_differs(place: Place) -> None:
    place.image["width"] += 1


def resized(place: Place) -> None:
    """The boxes fit, but may have been drawn on the larger picture."""
    place.image["height"], place.image["width"] = 2 * SIZE[0] + 1, 2 * SIZE[1]


def cropped(place: Place) -> None:
    place.add_picture(f"{place.number}.png", noise(15, (SIZE[0], SIZE[1] - 30)))


def sides_swapped(place: Place) -> None:
    place.image["height"], place.image["width"] = SIZE[1], SIZE[0]


def leak(place: Place) -> None:
    """The same pixels, in another format, in the smallest split."""
    with Image.open(place.root / "test" / "1.png") as picture:
        place.add_picture(f"{place.number}.bmp", picture)
    place.file.unlink()
    place.image.update(file_name=f"{place.number}.bmp")


def duplicate(place: Place) -> None:
    shutil.copyfile(place.file, place.file.with_name("copy.png"))
    place.add_image(6000, "copy.png")
    place.add_box(image_id=6000)


def unlisted(place: Place) -> None:
    place.add_picture("unlisted.png", noise(13))


def without_boxes(place: Place) -> None:
    place.add_picture("no-box.png", noise(14))
    place.add_image(7000, "no-box.png")


def annotation_without_id(place: Place) -> None:
    del place.box["id"]


def box_outside(place: Place) -> None:
    place.add_box(bbox=[SIZE[1] - 9, 5, 10, 20])


def box_huge(place: Place) -> None:
    place.add_box(bbox=[80, 5, 10, SIZE[0] + 20])


def box_tiny(place: Place) -> None:
    place.add_box(bbox=[80, 5, 2, 20])


def overlap(place: Place) -> None:
    x, y, w, h = place.box["bbox"]
    place.add_box(bbox=[x + 1, y, w, h])
