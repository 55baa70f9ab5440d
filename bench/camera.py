"""How often a printed code is read through a cheap camera: a model of paper, lens and sensor, and two QR readers.

A symbol is printed at 600 dpi on white card beside some lettering, stained, photographed from a hand that holds the
camera a little aslant, and compressed. Everything is drawn from a seed, so that the same version and number give the same
picture. What the model is and what it leaves out stands in docs/verifying/interop.md.

``BENCH_FULL=1`` takes 1,000 pictures a row instead of 150, and adds version 13 at 28 mm.
"""

from __future__ import annotations

import io
import math
import os
import random
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from statistics import NormalDist, fmean
from typing import Any

import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFilter
from pyzbar import pyzbar

from licence_qr.printing.codewords import codewords
from licence_qr.printing.modules import place
from licence_qr.printing.qr import Symbol, min_size_mm
from licence_qr.reading.pictures import closer_looks

DIGITS_OF_VERSION = {9: 350, 10: 420, 11: 490, 12: 560, 13: 650}
SIZES = [(version, min_size_mm(version)) for version in DIGITS_OF_VERSION]
NOT_DRAWN = 12  # what needs it is drawn as 13, see printing/codewords.py
SIZES_IN_FULL = [*SIZES, (13, 28)]
GOAL_SIZE, GOAL = (11, 28), 0.97
PICTURES, PICTURES_IN_FULL = 150, 1000
STAINS = (0.0, 0.05, 0.10)
READERS = ("zxing-cpp", "ZBar")

PX_PER_MM = 8  # of the camera, at the middle of the symbol
OVERSAMPLING = 3  # paper and lens are drawn this much finer than the sensor: 24 px/mm, about 600 dpi
FINE = PX_PER_MM * OVERSAMPLING
MARGIN_MM = 9  # of card around the quiet zone, with lettering on it
DISTANCE_MM = 150
PAPER = 255

Coefficients = tuple[float, ...]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Conditions:
    """One way to take the picture. Lengths in pixels of the sensor, angles in degrees, light from 0 to 255."""

    pitch: float
    yaw: float
    roll: float
    blur: float
    paper_light: float
    contrast: float  # (paper - ink) / paper
    shadow: float  # share of the light that is lost at the darkest edge
    shadow_angle: float
    noise: float
    jpeg_quality: int
    stain: float  # share of the symbol that it covers

    @property
    def ink_light(self) -> float:
        """Light that comes back from the ink."""
        return self.paper_light * (1 - self.contrast)


def chosen(chance: random.Random, stain: float) -> Conditions:
    """Conditions as somebody in a hurry meets them, in a room with one lamp."""
    return Conditions(
        pitch=chance.uniform(-25, 25),
        yaw=chance.uniform(-25, 25),
        roll=chance.uniform(-30, 30),
        blur=chance.uniform(0.3, 0.9),
        paper_light=chance.uniform(130, 235),
        contrast=chance.uniform(0.35, 0.9),
        shadow=chance.uniform(0, 0.3),
        shadow_angle=chance.uniform(0, 360),
        noise=chance.uniform(2, 8),
        jpeg_quality=chance.randint(50, 90),
        stain=stain,
    )


def picture(symbol: Symbol, mm: float, conditions: Conditions, chance: random.Random) -> Image.Image:
    """What the camera delivers, in grey: the symbol printed ``mm`` wide (quiet zone included) under ``conditions``."""
    card = printed(symbol, mm, chance)
    if conditions.stain:
        paste_stain(card, mm * symbol.size / symbol.size_with_quiet_zone, conditions.stain, chance)
    aslant = looking_at(conditions, card.width / 2)
    seen = card.transform(card.size, Image.Transform.PERSPECTIVE, aslant, Image.Resampling.BILINEAR)
    sensed = seen.filter(ImageFilter.GaussianBlur(conditions.blur * OVERSAMPLING)).reduce(OVERSAMPLING)
    return compressed(noisy(lit(sensed, conditions), conditions.noise, chance), conditions.jpeg_quality)


def printed(symbol: Symbol, mm: float, chance: random.Random) -> Image.Image:
    """The card around the symbol, 24 px/mm, ink 0 and paper 255: lettering above and below, nothing in the quiet zone."""
    side, whole = round(mm * FINE), round((mm + 2 * MARGIN_MM) * FINE)
    card = Image.new("L", (whole, whole), PAPER)
    pen = ImageDraw.Draw(card)
    for top in (*range(0, (whole - side) // 2 - 40, 60), *range((whole + side) // 2 + 20, whole, 60)):
        for left in range(chance.randrange(40), whole, 44):
            pen.rectangle((left, top, left + chance.randint(8, 34), top + chance.randint(8, 34)), fill=0)
    grey = b"".join(symbol.matrix).translate(bytes.maketrans(b"\x00\x01", b"\xff\x00"))
    modules = Image.frombytes("L", (symbol.size, symbol.size), grey)
    inner = round(side * symbol.size / symbol.size_with_quiet_zone)
    corner = (whole - inner) // 2
    card.paste(modules.resize((inner, inner), Image.Resampling.NEAREST), (corner, corner))
    return card


def paste_stain(card: Image.Image, symbol_mm: float, share: float, chance: random.Random) -> None:
    """Cover ``share`` of the symbol with an opaque elliptic stain of one tone, wholly inside the symbol."""
    side = symbol_mm * FINE
    aspect = chance.uniform(1, 2)
    across = math.sqrt(share * side * side / math.pi * aspect)
    down = across / aspect
    if chance.random() < 0.5:
        across, down = down, across
    middle = card.width / 2
    x = middle + chance.uniform(-1, 1) * (side / 2 - across)
    y = middle + chance.uniform(-1, 1) * (side / 2 - down)
    ImageDraw.Draw(card).ellipse((x - across, y - down, x + across, y + down), fill=chance.randint(0, PAPER))


def looking_at(conditions: Conditions, middle: float) -> Coefficients:
    """Pillow's coefficients, from picture to card, of a pinhole camera ``DISTANCE_MM`` before the middle of the card."""
    (a, b), (d, e), (g, h) = _turned(conditions)
    away = DISTANCE_MM * FINE
    # The pinhole maps (X, Y) to away * (aX + bY, dX + eY) / (away + gX + hY); this is the inverse, around the middle.
    flat = a * e - b * d
    across, down = (d * h - e * g) / (flat * away), (b * g - a * h) / (flat * away)
    rows = (
        (e / flat + middle * across, -b / flat + middle * down),
        (-d / flat + middle * across, a / flat + middle * down),
        (across, down),
    )
    constants = [size - middle * (left + right) for size, (left, right) in zip((middle, middle, 1), rows, strict=True)]
    numbers = [number for (left, right), last in zip(rows, constants, strict=True) for number in (left, right, last)]
    return tuple(number / numbers[8] for number in numbers[:8])


def _turned(conditions: Conditions) -> tuple[Point, Point, Point]:
    """The first two columns of the rotation: about the card's upright, then its horizontal, then the line of sight."""
    cos_p, sin_p = _cos_sin(conditions.pitch)
    cos_y, sin_y = _cos_sin(conditions.yaw)
    cos_r, sin_r = _cos_sin(conditions.roll)
    x, y, z = (cos_y, 0.0), (sin_p * sin_y, cos_p), (-cos_p * sin_y, sin_p)
    turned_x = (cos_r * x[0] - sin_r * y[0], cos_r * x[1] - sin_r * y[1])
    turned_y = (sin_r * x[0] + cos_r * y[0], sin_r * x[1] + cos_r * y[1])
    return turned_x, turned_y, z


def _cos_sin(degrees: float) -> Point:
    return math.cos(math.radians(degrees)), math.sin(math.radians(degrees))


def lit(sensed: Image.Image, conditions: Conditions) -> Image.Image:
    """Ink and paper in the light there is, with a shadow that deepens evenly to one side."""
    ink, span = conditions.ink_light, conditions.paper_light - conditions.ink_light
    toned = sensed.point([round(ink + span * value / PAPER) for value in range(256)])
    ramp = Image.linear_gradient("L").rotate(conditions.shadow_angle, Image.Resampling.BILINEAR, fillcolor=128)
    middle = ramp.crop((38, 38, 218, 218)).resize(sensed.size)  # inside the turned square on every side
    return ImageChops.multiply(toned, middle.point([round(255 - conditions.shadow * value) for value in range(256)]))


def noisy(shot: Image.Image, sigma: float, chance: random.Random) -> Image.Image:
    """Normally distributed noise, pixel by pixel."""
    # A byte picks one of 256 quantiles; Pillow's own noise cannot be seeded.
    spread = NormalDist(128, sigma)
    quantiles = bytes(min(255, max(0, round(spread.inv_cdf((byte + 0.5) / 256)))) for byte in range(256))
    grain = Image.frombytes("L", shot.size, chance.randbytes(shot.width * shot.height).translate(quantiles))
    return ImageChops.add(shot, grain, offset=-128)


def compressed(shot: Image.Image, quality: int) -> Image.Image:
    """What is left after JPEG."""
    buffer = io.BytesIO()
    shot.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("L")


def texts_read(taken: Image.Image) -> tuple[set[str], set[str]]:
    """What zxing-cpp and what ZBar reads."""
    by_zxing = zxingcpp.read_barcodes(taken, formats=zxingcpp.BarcodeFormat.QRCode)
    by_zbar = pyzbar.decode(taken, symbols=[pyzbar.ZBarSymbol.QRCODE])
    return {found.text for found in by_zxing}, {found.data.decode() for found in by_zbar}


def symbol_of(version: int, number: int) -> Symbol:
    """A symbol of exactly this version, in the form of a code; the digits are made up."""
    chance = random.Random(f"digits {version} {number}")
    digits = "".join(chance.choices("123456789", k=DIGITS_OF_VERSION[version]))
    text = f"https://code.demo.example/c/{digits}"
    # Not make_symbol: it passes over version 12, and the measurement is to show why.
    return Symbol(place(codewords(text, version), version), version, text)


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture of a code, the stain on the print, and what a reader should read."""

    taken: Image.Image
    stain: float
    text: str


def shoot(version: int, mm: float, number: int) -> Shot:
    """Picture ``number`` of a size, always the same; a third each without a stain, with one of 5 and of 10 %."""
    symbol, chance = symbol_of(version, number), random.Random(f"{version} {mm} {number}")
    stain = STAINS[number % len(STAINS)]
    return Shot(picture(symbol, mm, chosen(chance, stain), chance), stain, symbol.text)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the two readers made of one picture: as it was, and with the closer looks that ``reading`` then takes."""

    stain: float
    at_once: tuple[bool, bool]
    closer: tuple[bool, bool]


def outcome(version: int, mm: float, number: int) -> Outcome:
    """Take one picture and have it read."""
    shot = shoot(version, mm, number)
    zxing, zbar = (shot.text in texts for texts in texts_read(shot.taken))
    at_once = (zxing, zbar)
    for look in closer_looks(shot.taken):
        if zxing and zbar:
            break
        by_zxing, by_zbar = texts_read(look)
        zxing, zbar = zxing or shot.text in by_zxing, zbar or shot.text in by_zbar
    return Outcome(shot.stain, at_once, (zxing, zbar))


def measure() -> list[dict[str, Any]]:
    """A row for each size and reader: figure, goal, measured, and as ratio the share read with closer looks."""
    full = os.environ.get("BENCH_FULL", "") not in ("", "0")
    count = PICTURES_IN_FULL if full else PICTURES
    rows: list[dict[str, Any]] = []
    with get_context("spawn").Pool(os.cpu_count()) as pool:
        for version, mm in SIZES_IN_FULL if full else SIZES:
            outcomes = pool.map(partial(outcome, version, mm), range(count), chunksize=10)
            rows += [_row(version, mm, reader, outcomes) for reader in range(len(READERS))]
            rows.append(_row_of_either(version, mm, outcomes))
    return rows


def _row(version: int, mm: int, reader: int, outcomes: list[Outcome]) -> dict[str, Any]:
    by_stain = (fmean(each.at_once[reader] for each in outcomes if each.stain == stain) for stain in STAINS)
    stained = ", ".join(f"{share:.1%}" for share in by_stain)
    at_once = fmean(each.at_once[reader] for each in outcomes)
    return {
        "figure": f"camera, {_named(version, mm)}, {READERS[reader]}",
        "goal": _goal(version, mm),
        "measured": f"at once {at_once:.1%} (stain 0, 5, 10 %: {stained})",
        "ratio": round(fmean(each.closer[reader] for each in outcomes), 3),
    }


def _row_of_either(version: int, mm: int, outcomes: list[Outcome]) -> dict[str, Any]:
    both, either = (fmean(how(each.at_once) for each in outcomes) for how in (all, any))
    return {
        "figure": f"camera, {_named(version, mm)}, one of the two",
        "goal": _goal(version, mm),
        "measured": f"at once {either:.1%}, by both {both:.1%}; {len(outcomes)} pictures",
        "ratio": round(fmean(any(each.closer) for each in outcomes), 3),
    }


def _named(version: int, mm: int) -> str:
    return f"{version}-M at {mm} mm" + (" (not drawn)" if version == NOT_DRAWN else "")


def _goal(version: int, mm: int) -> str:
    return f"≥ {GOAL}" if (version, mm) == GOAL_SIZE else ""


if __name__ == "__main__":
    for row in measure():
        print(f"{row['figure']:<44} {row['goal']:>7}  {row['measured']:<72} {row['ratio']}")
