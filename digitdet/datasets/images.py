"""Reads picture files as RGB."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torchvision import tv_tensors

IMAGE_SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".webp"})


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # Pillow holds a 16-bit grey picture as "I;16" or, from some files, as 32-bit "I".
        grey = np.asarray(image).astype(np.float64) / 257
        image = Image.fromarray(grey.round().clip(0, 255).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return image.convert("RGB")


def read_image(file: Path) -> tv_tensors.Image:
    """Read a picture as RGB, turned upright as its EXIF orientation says.

    Grey, palette and 16-bit pictures become 8-bit RGB; transparent parts become white.

    Args:
        file: A picture in any format that Pillow reads.

    Returns:
        (3, H, W) uint8.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it can't be decoded.
    """
    try:
        with Image.open(file) as image:
            upright = ImageOps.exif_transpose(image)
            pixels = np.array(_to_rgb(upright))
    except FileNotFoundError:
        raise FileNotFoundError(f"{file}: no such picture") from None
    except Image.DecompressionBombError as error:
        raise ValueError(f"{file}: too large to be decoded safely ({error})") from error
    except Exception as error:  # Pillow's plugins raise anything on broken files
        raise ValueError(f"{file}: can't be decoded as a picture ({error})") from error
    return tv_tensors.Image(torch.from_numpy(pixels).permute(2, 0, 1).contiguous())
