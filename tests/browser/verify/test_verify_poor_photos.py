"""Photos in poor light: what the verify page does not see at first sight it reads at a closer look."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from verify_site import FRAME, Site

from bench.camera import shoot

MADE_UP_HOST = "code.demo.example"  # of the codes that the camera of the bench sees


@pytest.fixture
def page(standing_page: Page) -> Page:
    """The page, one for all tests that only show files to it."""
    return standing_page


@pytest.mark.parametrize("number", [8, 31, 135])
def test_a_photo_in_shadow_and_grain_is_read_at_a_closer_look(page: Page, number: int) -> None:
    """These three show nothing as they are, enlarged or not. That their host is named proves that they were read."""
    out = io.BytesIO()
    shoot(11, 28, number).taken.save(out, "PNG")
    page.locator("#file").set_input_files({"name": "p.png", "mimeType": "image/png", "buffer": out.getvalue()})
    expect(page.locator("#outcome")).to_be_visible()
    expect(page.locator("#outcome .host")).to_have_text(MADE_UP_HOST)


def test_the_camera_too_looks_closer_at_every_other_frame(
    before_camera: Callable[[Image.Image], Page], site: Site
) -> None:
    frame = Image.new("L", FRAME, 160)
    frame.paste(shoot(11, 28, 8).taken, (456, 296))
    page = before_camera(frame)
    page.get_by_role("button", name="用相机扫描").click()
    expect(page.locator("#outcome")).to_be_visible()
    expect(page.locator("#outcome .host")).to_have_text(MADE_UP_HOST)


PREPARE = """async ([width, height, grey, how]) => {
  const page = document.querySelector('script[type=module]').src;
  const { prepared } = await import(page.replace('verify/page.js', 'reading/prepared.js'));
  const image = new ImageData(width, height);
  grey.forEach((value, i) => image.data.set([value, value, value, 255], 4 * i));
  return Array.from(prepared(image, how).data.filter((_, i) => i % 4 === 0));
}"""


def expected(width: int, height: int, grey: list[int], reach: int) -> list[int]:
    """Black where a point is darker by more than 4 than the mean of its surroundings, written down plainly."""
    out = []
    for y in range(height):
        for x in range(width):
            rows = range(max(0, y - reach), min(height, y + reach + 1))
            window = [grey[v * width + u] for v in rows for u in range(max(0, x - reach), min(width, x + reach + 1))]
            out.append(0 if round(sum(window) / len(window)) - grey[y * width + x] > 4 else 255)
    return out


@pytest.mark.parametrize(("width", "height", "reach"), [(9, 7, 2), (5, 3, 8), (1, 1, 1), (12, 4, 3)])
def test_a_point_is_held_against_its_surroundings_up_to_the_edges(
    page: Page, width: int, height: int, reach: int
) -> None:
    grey = [(37 * i * i + 11 * i) % 256 for i in range(width * height)]
    found = page.evaluate(PREPARE, [width, height, grey, {"reach": reach, "grain": 0}])
    assert found == expected(width, height, grey, reach)


def test_blank_paper_stays_blank(page: Page) -> None:
    grey = [200 + i % 5 for i in range(400)]
    assert set(page.evaluate(PREPARE, [20, 20, grey, {"reach": 8, "grain": 1}])) == {255}
