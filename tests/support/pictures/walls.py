"""Pictures with several codes, as they hang beside each other on a wall."""

from __future__ import annotations

import qrcode
from PIL import Image

PAYMENT = "wxp://f2f0dWXUSpaRjSlOcWv3k2b8L0example"
WIFI = "WIFI:T:WPA;S:Guest;P:12345678;;"
_MODULE = 4  # pixels
_GAP = 40


def symbol(text: str, module: int = _MODULE) -> Image.Image:
    """The QR symbol of any text, drawn by another library than ours."""
    code = qrcode.QRCode(box_size=module, border=4)
    code.add_data(text)
    code.make(fit=True)
    return code.make_image().get_image().convert("RGB")


def wall(*texts: str, size: tuple[int, int] | None = None) -> Image.Image:
    """The symbols of ``texts`` in a row, the first in the middle of the height; on grey, or on a picture of ``size``."""
    symbols = [symbol(text) for text in texts]
    width, height = sum(each.width + _GAP for each in symbols) + _GAP, max(each.height for each in symbols) + 2 * _GAP
    picture = Image.new("RGB", (width, height), "#e8e8e8")
    left = _GAP
    for each in symbols:
        picture.paste(each, (left, (height - each.height) // 2))
        left += each.width + _GAP
    if size is None:
        return picture
    picture.thumbnail(size)
    frame = Image.new("RGB", size, "#e8e8e8")
    frame.paste(picture, ((size[0] - picture.width) // 2, (size[1] - picture.height) // 2))
    return frame
