"""A headless chromium without a network, and what is asked of its pages."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

_PROGRAMS = (("chromium", "chromium-browser", "google-chrome"), ("chromedriver",))
_OPTIONS = ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu")
DESKTOP, PHONE = (1280, 900), (360, 740)


class Browser:
    """One window, used by one test after the other."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver
        driver.execute_cdp_cmd("Network.enable", {})
        driver.set_network_conditions(
            offline=True, latency=0, download_throughput=0, upload_throughput=0
        )

    def open(self, page: Path, hash_: str = "", size: tuple[int, int] = DESKTOP) -> None:
        """Open a page anew, in light colours, at a size in CSS pixels."""
        self.emulate()
        self.resize(*size)
        self.driver.get("about:blank")
        self.messages(), self.requests()
        self.driver.get(page.as_uri() + hash_)

    def resize(self, width: int, height: int) -> None:
        metrics = dict(width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self.settle()

    def settle(self) -> None:
        """Wait until the page was told of a change and is drawn."""
        self.run("return new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")

    def emulate(self, media: str = "", **features: str) -> None:
        """Emulate media features, their underscores as hyphens: ``prefers_color_scheme="dark"``."""
        named = [dict(name=k.replace("_", "-"), value=v) for k, v in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", dict(media=media, features=named))

    def messages(self) -> list[str]:
        """What the console has said since it was asked last."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """The addresses that were requested since it was asked last."""
        entries = [json.loads(e["message"])["message"] for e in self.driver.get_log("performance")]
        sent = [e for e in entries if e["method"] == "Network.requestWillBeSent"]
        return [e["params"]["request"]["url"] for e in sent]

    def run(self, script: str, *args: Any) -> Any:
        return self.driver.execute_script(script, *args)

    def wait(self, script: str) -> None:
        """Wait until a script returns true, at most some seconds."""
        WebDriverWait(self.driver, 10, poll_frequency=0.05).until(lambda _: self.run(script))

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector: str) -> list[str]:
        script = "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)"
        return self.run(script, selector)

    def count(self, selector: str) -> int:
        return self.run("return document.querySelectorAll(arguments[0]).length", selector)

    def press(self, *keys: str) -> None:
        ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    def press_with(self, modifier: str, key: str) -> None:
        chain = ActionChains(self.driver, duration=0).key_down(modifier).send_keys(key)
        chain.key_up(modifier).perform()

    @property
    def focused(self) -> WebElement:
        return self.driver.switch_to.active_element

    def shown_ids(self) -> list[int]:
        """The picture ids of the cards in the document."""
        return [int(card.removeprefix("card-")) for card in self.run(_IDS)]

    @property
    def status(self) -> str:
        return self.one("#status").text


_IDS = "return [...document.querySelectorAll('.card h3')].map((heading) => heading.id)"


@contextmanager
def start_browser() -> Iterator[Browser]:
    """Start a chromium, or skip the test where there is none."""
    found = [next(filter(None, map(shutil.which, names)), None) for names in _PROGRAMS]
    if not all(found):
        pytest.skip("no chromium with a chromedriver (apt-get install chromium chromium-driver)")
    options = Options()
    options.binary_location = str(found[0])
    for option in _OPTIONS:
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(found[1])))
    try:
        yield Browser(driver)
    finally:
        driver.quit()
