"""A phone with a camera before which a test holds pictures."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser
from verify_site import BLANK, FRAME, Device, Site

from bench.chromium import CHROMIUM, FLAGS, unwanted


class Camera:
    """A phone whose camera shows a film of JPEG frames, and which allows its use without asking.

    Its browser opens the file anew whenever a page asks for the camera, so that one browser shows all the films. It knows
    the camera by the size of its frames: all are of one.
    """

    def __init__(self, chromium: Browser, folder: Path, site: Site) -> None:
        self._film = folder / "film.mjpeg"
        self.sees(BLANK)
        camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
        flags = [*FLAGS, *camera, f"--use-file-for-fake-video-capture={self._film}"]
        self.browser = chromium.browser_type.launch(
            executable_path=CHROMIUM, args=flags, ignore_default_args=unwanted()
        )
        self.device = Device(self.browser, site)

    def sees(self, frame: Image.Image) -> None:
        """Hold something in front of it."""
        assert frame.size == FRAME
        out = io.BytesIO()
        frame.convert("RGB").save(out, "JPEG", quality=95)
        new = self._film.with_suffix(".new")
        new.write_bytes(out.getvalue() * 2)  # two frames in a row are a film
        new.replace(self._film)  # whole: a camera that is on reads the one before to its end
