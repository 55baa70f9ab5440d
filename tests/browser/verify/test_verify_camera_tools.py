"""What the camera of a phone may have besides a picture: a light, zoom, a tone and a buzz; on cameras that have them or not.

The fake camera of the browser has none of them, so the camera's own words about itself are replaced, and what the page
asks of it is written down. The page's script is the real one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from screens import POLLING
from verify_site import BLANK, Site, answered, camera_frame, settled, sheet

from licence_qr.domain.roles import Actor, Role

STARTED = datetime.now(UTC)  # keys are made today and the server asks the real clock
CLERK = Actor(1, "clerk-baishiyi", "白市驿镇窗口", "baishiyi", frozenset({Role.CLERK}))
TORCH = {"torch": True}
ZOOM = {"zoom": {"min": 1, "max": 4, "step": 0.5}}
HIT = "核验通过，码内证照均有效"

CAMERA = """(() => {
  window.is = (can, refuses) => {
    window.camera = { can, refuses };
    window.asked = { constraints: [], camera: null, frames: 0, buzz: [], tones: 0 };
  };
  window.is({}, false);
  MediaStreamTrack.prototype.getCapabilities = () => camera.can;
  MediaStreamTrack.prototype.getSettings = () => ({ zoom: 2 });
  MediaStreamTrack.prototype.applyConstraints = async (given) => {
    asked.constraints.push(given.advanced[0]);
    if (camera.refuses) throw new OverconstrainedError("torch");
  };
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = (wanted) => { asked.camera = wanted; return open(wanted); };
  Navigator.prototype.vibrate = (pattern) => { asked.buzz.push(pattern); return true; };
  const look = CanvasRenderingContext2D.prototype.getImageData;
  CanvasRenderingContext2D.prototype.getImageData = function (...area) { asked.frames += 1; return look.apply(this, area); };
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) { asked.tones += 1; return start.apply(this, when); };
})()"""

Opens = Callable[..., Page]


@pytest.fixture(scope="module")
def printed(one_site: Site) -> Image.Image:
    """What the camera sees of a printed sheet."""
    one_site.reset()
    return camera_frame(sheet(one_site.services, CLERK, one_site.newest(permits=1), STARTED))


@pytest.fixture(scope="module")
def told_of(camera_page: Page) -> Page:
    """The page, which believes what it is told of its camera; one for all tests."""
    camera_page.add_init_script(CAMERA)
    camera_page.reload()
    settled(camera_page)
    return camera_page


@pytest.fixture
def looking(before_camera: Callable[[Image.Image], Page], told_of: Page) -> Opens:
    """Opens the page's camera, which sees ``frame`` and says of itself what it ``can``."""

    def look(frame: Image.Image, can: dict[str, object], *, refuses: bool = False) -> Page:
        page = before_camera(frame)
        page.evaluate("([can, refuses]) => is(can, refuses)", [can, refuses])
        page.get_by_role("button", name="用相机扫描").click()
        return page

    return look


def showing(page: Page) -> Page:
    """Wait until a frame was looked at for a code: the tools have been offered, or not, before that."""
    page.wait_for_function("() => asked.frames > 0", polling=POLLING)
    return page


def asked(page: Page, of: str) -> Any:
    """What the page has asked of the device so far."""
    return page.evaluate(f"() => asked.{of}")


def constrained(page: Page, times: int) -> list[Any]:
    """What the camera was asked to do, once it was asked that many times."""
    page.wait_for_function("(times) => asked.constraints.length >= times", arg=times, polling=POLLING)
    found: list[Any] = asked(page, "constraints")
    return found


@pytest.mark.parametrize(
    ("can", "light", "zoom"),
    [
        ({}, False, False),
        (TORCH, True, False),
        (ZOOM, False, True),
        (TORCH | ZOOM, True, True),
        ({"torch": False, "zoom": {"min": 1, "max": 1, "step": 0}}, False, False),
    ],
    ids=["nothing", "light", "zoom", "both", "a zoom of one step"],
)
def test_light_and_zoom_are_offered_where_the_camera_has_them(
    looking: Opens, can: dict[str, object], light: bool, zoom: bool
) -> None:
    page = showing(looking(BLANK, can))
    assert (page.locator("#torch").is_visible(), page.locator("#zoom-row").is_visible()) == (light, zoom)


def test_the_light_goes_on_and_off(looking: Opens) -> None:
    page = looking(BLANK, TORCH)
    button = page.get_by_role("button", name="手电")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert constrained(page, 2) == [{"torch": True}, {"torch": False}]


def test_a_light_that_does_not_obey_is_not_said_to_be_on(looking: Opens) -> None:
    page = looking(BLANK, TORCH, refuses=True)
    button = page.get_by_role("button", name="手电")
    button.click()
    assert constrained(page, 1) == [{"torch": True}]
    expect(button).to_have_attribute("aria-pressed", "false")


def test_the_slider_zooms_within_what_the_camera_can_and_begins_where_it_stands(looking: Opens) -> None:
    page = looking(BLANK, ZOOM)
    slider = page.get_by_role("slider", name="放大")
    expect(slider).to_have_value("2")
    assert [slider.get_attribute(name) for name in ("min", "max", "step")] == ["1", "4", "0.5"]
    slider.press("ArrowRight")
    assert constrained(page, 1) == [{"zoom": 2.5}]
    slider.press("End")
    assert constrained(page, 2)[1] == {"zoom": 4}


def test_the_camera_at_the_back_is_asked_for_and_no_microphone(looking: Opens) -> None:
    wanted = asked(showing(looking(BLANK, {})), "camera")
    assert wanted["video"]["facingMode"] == {"ideal": "environment"}
    assert wanted["audio"] is False


def test_a_hit_is_heard_and_felt_once(looking: Opens, printed: Image.Image) -> None:
    page = looking(printed, {})
    expect(page.locator("#outcome")).to_be_visible()
    expect(page.locator("#outcome h2.headline")).to_contain_text(HIT)
    assert (asked(page, "buzz"), asked(page, "tones")) == ([80], 1)


def test_stopping_without_a_hit_is_silent(looking: Opens) -> None:
    page = showing(looking(BLANK, {}))
    page.get_by_role("button", name="停止").click()
    expect(page.locator("#start")).to_be_focused()
    assert (asked(page, "buzz"), asked(page, "tones")) == ([], 0)


def test_a_device_that_cannot_buzz_still_tells(
    before_camera: Callable[[Image.Image], Page], told_of: Page, printed: Image.Image
) -> None:
    page = before_camera(printed)
    page.evaluate("() => { delete Navigator.prototype.vibrate; }")
    with answered(page):
        page.get_by_role("button", name="用相机扫描").click()
    expect(page.locator("#outcome h2.headline")).to_contain_text(HIT)
    assert page.evaluate("() => 'vibrate' in navigator") is False
    told_of.reload()  # it has it again
    settled(told_of)
