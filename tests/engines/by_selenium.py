"""WebKit and chromium, driven by selenium and the drivers that Debian packages with them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common import WebDriverException
from selenium.webdriver.chrome.service import Service as ChromiumService
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.webkitgtk.options import Options as WebKitOptions
from selenium.webdriver.webkitgtk.service import Service as WebKitService
from window import PATIENCE, Failed, Window, called

from bench.chromium import CHROMIUM, FLAGS

_ASYNC = """const done = arguments[arguments.length - 1];
(async () => done(JSON.stringify((await %s) ?? null)))().catch((error) => done({ error: String(error) }));"""
_INTO_VIEW = "(selector) => document.querySelector(selector)?.scrollIntoView({ block: 'center' })"


class _BySelenium(Window):
    """A window that a driver of selenium leads."""

    def __init__(self, driver: WebDriver) -> None:
        super().__init__()
        self._driver = driver
        driver.set_script_timeout(PATIENCE)
        driver.set_page_load_timeout(PATIENCE)

    def _element(self, selector: str) -> WebElement:
        return self._driver.find_element(By.CSS_SELECTOR, selector)

    def open(self, address: str) -> None:
        try:
            self._driver.get(address)
        except WebDriverException as error:
            raise Failed(error.msg) from error

    def press_now(self, selector: str) -> None:
        self.evaluate(_INTO_VIEW, selector)
        try:
            self._element(selector).click()
        except WebDriverException as error:
            raise Failed(error.msg) from error

    def type(self, selector: str, text: str) -> None:
        try:
            field = self._element(selector)
            field.clear()
            field.send_keys(text)
        except WebDriverException as error:
            raise Failed(error.msg) from error

    def upload(self, selector: str, files: Sequence[Path]) -> None:
        try:
            self._element(selector).send_keys("\n".join(str(path) for path in files))
        except WebDriverException as error:
            raise Failed(error.msg) from error

    def evaluate(self, function: str, *given: Any) -> Any:
        try:
            answer = self._driver.execute_async_script(_ASYNC % called(function, given))
        except WebDriverException as error:
            raise Failed(error.msg) from error
        if isinstance(answer, dict):
            raise Failed(answer["error"])
        return json.loads(answer)

    def close(self) -> None:
        self._driver.quit()


class Chromium(_BySelenium):
    """Debian's chromium whole, as people have it, with an empty profile."""

    def __init__(self) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for flag in FLAGS:
            options.add_argument(flag)
        super().__init__(webdriver.Chrome(options, ChromiumService("/usr/bin/chromedriver")))


class WebKit(_BySelenium):
    """WebKitGTK in its small browser, on a screen that nobody sees. What it keeps is gone with the window."""

    def __init__(self) -> None:
        program = ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]
        self._screen = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._screen.stdout
        display = f":{self._screen.stdout.readline().strip()}"
        service = WebKitService("/usr/bin/WebKitWebDriver", env={**os.environ, "DISPLAY": display})
        super().__init__(webdriver.WebKitGTK(WebKitOptions(), service))

    def close(self) -> None:
        super().close()
        self._screen.terminate()
        self._screen.communicate()
