"""A camera that ends, falls silent, tells late what it can do, or is not there: it goes on, or says why and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from accessible import violations
from camera_film import Camera
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from screens import POLLING
from verify_site import BLANK, FRAME, Site, answered, new_context, opened, settled
from walls import wall

from bench.chromium import CHROMIUM, FLAGS, unwanted

TRACK = "document.getElementById('video').srcObject?.getVideoTracks()[0]"
SILENT = "相机暂时没有画面"
WORDS = """async (names) => {
  const page = document.querySelector("script[type=module]").src;
  const { cameraProblem, CameraProblem } = await import(page.replace("verify/page.js", "reading/camera_problems.js"));
  return names.map((name) => cameraProblem(new CameraProblem(name)));
}"""
NAMES = (
    "NotAllowedError", "NotFoundError", "NotReadableError", "OverconstrainedError", "SecurityError",
    "insecure", "unsupported", "ended", "AbortError",
)  # fmt: skip
FAILS = """(name) => {
  navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", name); };
}"""
ENDS_AT_ONCE = """() => {
  window.opened = 0;
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    opened += 1;
    const stream = await open(wanted);
    for (const track of stream.getTracks()) track.stop();
    return stream;
  };
}"""

Sees = Callable[[Image.Image], Page]


def start(page: Page) -> Page:
    """Start the camera and wait for its picture."""
    page.get_by_role("button", name="用相机扫描").click()
    page.wait_for_function(f"() => {TRACK}?.readyState === 'live'", polling=POLLING)
    page.wait_for_function("() => document.getElementById('video').videoWidth > 0", polling=POLLING)
    return page


@pytest.fixture
def looking(before_camera: Sees) -> Page:
    """The page with its camera on, which sees no code."""
    return start(before_camera(BLANK))


@pytest.fixture
def harmed(before_camera: Sees) -> Iterator[Sees]:
    """The same page, of which a test takes something away, and its camera: whole again after the test."""
    pages = []

    def hold(frame: Image.Image) -> Page:
        pages.append(before_camera(frame))
        return pages[-1]

    yield hold
    pages[-1].reload()
    settled(pages[-1])


def reopened(page: Page, before: str) -> None:
    """Wait until another track than the one of that id shows a picture."""
    page.wait_for_function(
        f"(before) => {TRACK}?.readyState === 'live' && {TRACK}.id !== before", arg=before, polling=POLLING
    )
    expect(page.locator("#camera")).to_be_visible()
    expect(page.locator("#outcome")).to_be_hidden()


@pytest.mark.parametrize("told", [True, False], ids=["with the event", "without a word"])
def test_a_camera_that_ends_is_opened_again(looking: Page, told: bool) -> None:
    before = looking.evaluate(f"() => {TRACK}.id")
    end = f"const track = {TRACK}; track.stop();"
    looking.evaluate(f"() => {{ {end} {'track.dispatchEvent(new Event(`ended`));' if told else ''} }}")
    reopened(looking, before)


def test_after_it_was_opened_again_it_reads(looking: Page, site: Site, camera: Camera) -> None:
    page = looking
    camera.sees(wall(site.link(site.newest(permits=1)), size=FRAME))
    page.evaluate(f"() => {{ const track = {TRACK}; track.stop(); track.dispatchEvent(new Event('ended')); }}")
    expect(page.locator("#outcome")).to_be_visible()
    expect(page.locator("#outcome h2.headline")).to_contain_text("核验通过")


def test_a_camera_that_ends_and_is_refused_then_says_so_and_can_be_started(harmed: Sees) -> None:
    looking = start(harmed(BLANK))
    looking.evaluate(FAILS, "NotReadableError")
    looking.evaluate(f"() => {{ const track = {TRACK}; track.stop(); track.dispatchEvent(new Event('ended')); }}")
    expect(looking.locator("#outcome .verdict")).to_contain_text("可能正在通话，或被其他程序占用")
    expect(looking.locator("#start")).to_be_visible()
    expect(looking.locator("#camera")).to_be_hidden()


def test_a_camera_that_ends_whenever_it_is_opened_is_given_up(harmed: Sees) -> None:
    page = harmed(BLANK)
    page.evaluate(ENDS_AT_ONCE)
    page.get_by_role("button", name="用相机扫描").click()
    expect(page.locator("#outcome .verdict")).to_contain_text("相机停了，没有再出现画面")
    expect(page.locator("#start")).to_be_visible()
    assert page.evaluate("() => opened") == 3


def test_a_camera_that_falls_silent_says_so_until_it_is_back(looking: Page) -> None:
    looking.evaluate(f"() => {TRACK}.dispatchEvent(new Event('mute'))")
    expect(looking.locator("#looking")).to_contain_text(SILENT)
    assert not violations(looking)
    looking.evaluate(f"() => {TRACK}.dispatchEvent(new Event('unmute'))")
    expect(looking.locator("#looking")).to_contain_text("把二维码放进画面")


def test_frames_that_do_not_come_are_told_without_an_event(looking: Page) -> None:
    looking.evaluate("() => document.getElementById('video').pause()")
    expect(looking.locator("#looking")).to_contain_text(SILENT)
    looking.evaluate("() => document.getElementById('video').play()")
    expect(looking.locator("#looking")).to_contain_text("把二维码放进画面")


def test_it_is_stopped_while_it_is_silent(looking: Page) -> None:
    looking.evaluate(f"() => {TRACK}.dispatchEvent(new Event('mute'))")
    looking.get_by_role("button", name="停止").click()
    expect(looking.locator("#start")).to_be_focused()
    expect(looking.locator("#outcome")).to_be_hidden()


def test_it_lets_go_when_it_is_stopped(looking: Page) -> None:
    assert not violations(looking)
    looking.get_by_role("button", name="停止").click()
    expect(looking.locator("#start")).to_be_focused()
    assert looking.evaluate("() => document.getElementById('video').srcObject") is None


def test_it_is_stopped_before_it_has_opened(before_camera: Sees) -> None:
    page = before_camera(BLANK)
    page.locator("#text").focus()
    page.evaluate("() => { for (const id of ['start', 'stop']) document.getElementById(id).click(); }")
    expect(page.locator("#start")).to_be_focused()
    expect(page.locator("#outcome")).to_be_hidden()
    assert page.evaluate("() => document.getElementById('video').srcObject") is None


LATE = """() => {
  window.asked = 0;
  MediaStreamTrack.prototype.getCapabilities = () =>
    (asked += 1) < 3 ? {} : { torch: true, zoom: { min: 1, max: 4, step: 0.5 } };
  MediaStreamTrack.prototype.applyConstraints = async () => {};
}"""


def test_a_light_that_the_camera_tells_of_late_is_offered_and_stays_on(harmed: Sees) -> None:
    page = harmed(BLANK)
    page.evaluate(LATE)
    start(page)
    torch = page.get_by_role("button", name="手电")
    torch.click()
    expect(torch).to_have_attribute("aria-pressed", "true")
    page.get_by_role("slider", name="放大").press("End")
    before = page.evaluate("() => asked")
    page.wait_for_function("(before) => asked > before + 1", arg=before, polling=POLLING)  # it has told so again
    expect(torch).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("slider", name="放大")).to_have_value("4")


MISSING = [
    "delete window.AudioContext",
    "delete MediaStreamTrack.prototype.getCapabilities",
    "delete HTMLVideoElement.prototype.requestVideoFrameCallback",
    "MediaDevices.prototype.enumerateDevices = async () => { throw new DOMException('', 'NotAllowedError'); }",
    "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError'); } })",
]
NO_MORE_SOUND = "window.AudioContext = class { constructor() { throw new DOMException('', 'NotSupportedError'); } }"


@pytest.mark.campaign
def test_a_device_without_all_that_may_be_missing_still_scans(
    harmed: Sees, site: Site, rounds: Callable[[int, int], int]
) -> None:
    """Without all of it at once; in the campaign without each alone, too."""
    cases = ["; ".join(MISSING), NO_MORE_SOUND, *MISSING]
    for missing in cases[: rounds(2, len(cases))]:
        page = harmed(wall(site.link(site.newest(permits=1)), size=FRAME))
        page.reload()
        settled(page)
        page.evaluate(f"() => {{ {missing}; }}")
        with answered(page):
            page.get_by_role("button", name="用相机扫描").click()
        expect(page.locator("#outcome h2.headline")).to_contain_text("核验通过")


# --- why not -----------------------------------------------------------------------------------------------------


MENDED = "() => { delete navigator.mediaDevices?.getUserMedia; return 'mediaDevices' in navigator; }"


@pytest.fixture
def cameraless(standing_page: Page) -> Iterator[Page]:
    """A browser on a machine without a camera; what a test takes away from it or puts before it is mended."""
    yield standing_page
    if not standing_page.evaluate(MENDED):
        standing_page.reload()
        settled(standing_page)


def refused(page: Page, said: str) -> None:
    """Start the camera and hold what the page says against ``said``; the other ways are there."""
    with answered(page):
        page.get_by_role("button", name="用相机扫描").click()
    expect(page.locator("#outcome h2.headline")).to_contain_text("相机不能使用")
    expect(page.locator("#outcome .verdict")).to_contain_text(said)
    expect(page.locator("#outcome .verdict")).to_contain_text("也可以选一张照片，或粘贴链接、输入编号")
    for way in ("#start", "label[for=file]", "#text"):
        expect(page.locator(way)).to_be_visible()


def test_a_machine_without_a_camera_is_told_from_a_refusal(cameraless: Page) -> None:
    cameraless.context.grant_permissions(["camera"])
    refused(cameraless, "这台设备没有相机")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("NotAllowedError", "相机未获允许"),
        ("NotReadableError", "被其他程序占用"),
        ("OverconstrainedError", "这台设备的相机不能用于扫描"),
        ("SecurityError", "浏览器的设置禁止"),
        ("AbortError", "相机没有启动（AbortError）"),
    ],
)
def test_each_refusal_of_the_browser_has_its_words(cameraless: Page, name: str, said: str) -> None:
    cameraless.evaluate(FAILS, name)
    refused(cameraless, said)


@pytest.mark.parametrize(("secure", "said"), [("true", "这个浏览器不能使用相机"), ("false", "只有经 https 打开的页面")])
def test_a_browser_without_cameras_says_whether_https_is_missing(cameraless: Page, secure: str, said: str) -> None:
    cameraless.evaluate("() => delete Navigator.prototype.mediaDevices")
    cameraless.evaluate(f"() => Object.defineProperty(window, 'isSecureContext', {{ value: {secure} }})")
    refused(cameraless, said)


def test_no_two_problems_have_the_same_words(cameraless: Page) -> None:
    said = cameraless.evaluate(WORDS, NAMES)
    assert len({zh for zh, _ in said}) == len({en for _, en in said}) == len(NAMES)


# --- lenses ------------------------------------------------------------------------------------------------------


@pytest.fixture
def of_three_cameras(chromium: Browser, site: Site) -> Iterator[Page]:
    """The page on a phone with three cameras, which allows their use."""
    flags = [*FLAGS, "--use-fake-device-for-media-stream=device-count=3", "--use-fake-ui-for-media-stream"]
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=flags, ignore_default_args=unwanted())
    yield opened(new_context(browser).new_page(), site)
    browser.close()


def lens(page: Page) -> str:
    found: str = page.evaluate(f"() => {TRACK}.getSettings().deviceId")
    return found


def test_one_of_several_cameras_is_chosen_and_chosen_again_at_the_next_visit(
    of_three_cameras: Page, site: Site
) -> None:
    page = start(of_three_cameras)
    choice = page.get_by_label("镜头")
    expect(choice).to_be_visible()
    assert choice.input_value() == lens(page)
    assert not violations(page)
    before = page.evaluate(f"() => {TRACK}.id")
    values = choice.locator("option").evaluate_all("(options) => options.map(({ value }) => value)")
    other = next(value for value in values if value != lens(page))
    choice.select_option(other)
    reopened(page, before)
    assert lens(page) == other
    start(opened(page, site))
    assert lens(page) == other
    expect(page.get_by_label("镜头")).to_have_value(other)


def test_a_single_camera_offers_no_choice(looking: Page) -> None:
    expect(looking.locator("#lens-row")).to_be_hidden()


def test_a_chosen_camera_that_is_gone_is_forgotten(before_camera: Sees) -> None:
    page = before_camera(BLANK)
    page.evaluate("() => localStorage.setItem('lens', 'gone')")
    start(page)
    assert page.evaluate("() => localStorage.getItem('lens')") is None
