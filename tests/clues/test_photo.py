import io
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from PIL import Image

from clues.errors import PhotoError
from clues.photo import find_photos, open_photo


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


@pytest.fixture
def gradient() -> Image.Image:
    rows, columns = np.mgrid[0:64, 0:96]
    return Image.fromarray(np.stack([rows * 3, columns * 2, rows + columns], -1).astype(np.uint8))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_common_formats_open_as_rgb(gradient, kind):
    photo = open_photo(encoded(gradient, kind))
    assert photo.pixels.shape == (64, 96, 3)
    assert photo.pixels.dtype == np.uint8


def test_path_bytes_image_and_array_give_the_same_photo(gradient, tmp_path):
    path = tmp_path / "a.png"
    gradient.save(path)
    photos = [open_photo(s) for s in (path, path.read_bytes(), gradient, np.asarray(gradient))]
    assert len({photo.sha256 for photo in photos}) == 1
    assert photos[0].name == "a.png"


def test_orientation_is_applied_and_metadata_is_dropped(gradient):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: 96 x 64 is really 64 x 96
    exif.get_ifd(0x8825)[2] = (40.0, 25.0, 0.0)
    photo = open_photo(encoded(gradient, "JPEG", exif=exif))
    assert (photo.width, photo.height) == (64, 96)
    assert not photo.image().getexif()
    assert not photo.image().info


def test_cmyk_16_bit_palette_and_transparent_images_become_8_bit_rgb(gradient):
    cmyk = open_photo(encoded(gradient.convert("CMYK"), "JPEG"))
    palette = open_photo(encoded(gradient.convert("P"), "PNG"))
    deep = Image.fromarray(np.full((32, 32), 40_000, np.uint16))
    grey = open_photo(encoded(deep, "PNG"))
    clear = open_photo(encoded(Image.new("RGBA", (32, 32), (0, 0, 0, 0)), "PNG"))
    assert cmyk.pixels.shape == palette.pixels.shape == (64, 96, 3)
    assert abs(int(grey.pixels[0, 0, 0]) - 155) <= 1
    assert (clear.pixels == 255).all()  # transparent is white, not black


def test_what_a_camera_of_12_megapixels_takes_stays_as_it_is():
    assert open_photo(np.zeros((3024, 4032, 3), np.uint8)).pixels.shape == (3024, 4032, 3)


def test_larger_photos_are_scaled_down_in_every_form(monkeypatch):
    monkeypatch.setattr("clues.photo.SEEN_PIXELS", 15_000)
    large = Image.new("RGB", (300, 200), (200, 100, 50))
    large.paste((0, 0, 255), (0, 0, 150, 100))
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    turned = large.rotate(180)
    sources = {
        "array": np.asarray(turned),
        "image": turned,
        "JPEG": encoded(large, "JPEG", exif=exif),
        "TIFF": encoded(large, "TIFF", exif=exif),
        "palette": encoded(turned.convert("P", palette=Image.Palette.ADAPTIVE), "PNG"),
        "clear": encoded(turned.convert("RGBA"), "PNG"),
        "deep": encoded(Image.fromarray(np.full((200, 300), 40_000, np.uint16)), "PNG"),
    }
    photos = {name: open_photo(source) for name, source in sources.items()}
    assert {(photo.width, photo.height) for photo in photos.values()} == {(150, 100)}
    assert abs(int(photos.pop("deep").pixels[0, 0, 0]) - 155) <= 1
    for name, photo in photos.items():
        blue, brown = photo.pixels[90, 140].astype(int), photo.pixels[10, 10].astype(int)
        assert abs(blue - (0, 0, 255)).max() < 9, name
        assert abs(brown - (200, 100, 50)).max() < 9, name
    assert turned.size == (300, 200)


def test_a_jpeg_of_48_megapixels_is_decoded_at_half_its_size():
    photo = open_photo(encoded(Image.new("L", (8000, 6000)), "JPEG"))
    assert (photo.width, photo.height) == (4000, 3000)


def test_an_animation_gives_its_first_frame(gradient):
    second = Image.new("RGB", gradient.size, "red")
    data = encoded(gradient, "GIF", save_all=True, append_images=[second])
    assert open_photo(data).sha256 == open_photo(encoded(gradient, "GIF")).sha256


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header claims any size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"hello, I am not an image", "not an image"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 40, "image"),
        (png_claiming(60_000, 60_000), "not an image|megapixels"),
        (png_claiming(10_000, 6_000), "megapixels"),
        (png_claiming(4_000, 16), "thin"),
        (png_claiming(1, 1), "too small"),
    ],
)
def test_bad_bytes_give_one_sentence(data, says):
    with pytest.raises(PhotoError, match=says) as caught:
        open_photo(data, name="photo.png")
    assert "photo.png" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_truncated_photo_gives_one_sentence(gradient):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8))
    data = encoded(noise, "JPEG")
    with pytest.raises(PhotoError, match="truncated or damaged"):
        open_photo(data[: len(data) // 2])


def test_missing_files_and_folders_give_one_sentence(tmp_path):
    with pytest.raises(PhotoError, match="no such file"):
        open_photo(tmp_path / "none.jpg")
    with pytest.raises(PhotoError, match="folder"):
        open_photo(tmp_path)


def test_a_file_over_25_mb_is_refused_unread(tmp_path):
    big = tmp_path / "big.jpg"
    with big.open("wb") as stream:
        stream.truncate(26 * 2**20)
    with pytest.raises(PhotoError, match="25 MB"):
        open_photo(big)


def test_an_array_must_be_rgb_uint8():
    with pytest.raises(PhotoError, match="float64"):
        open_photo(np.zeros((20, 20, 3)))


def test_find_photos_goes_by_suffix_and_skips_hidden_files(tmp_path, gradient):
    (tmp_path / "sub").mkdir()
    for name in ("b.JPG", "sub/a.png", ".hidden.jpg", "notes.txt"):
        (tmp_path / name).write_bytes(b"x")
    assert [path.name for path in find_photos(tmp_path)] == ["b.JPG", "a.png"]


def test_pillow_adds_no_word_of_its_own_to_a_refusal(gradient, tmp_path):
    tag = struct.pack("<HHIH", 277, 3, 1, 3)  # samples per pixel
    lying = encoded(gradient, "TIFF").replace(tag, struct.pack("<HHIH", 277, 3, 1, 13824))
    path = tmp_path / "lying.tif"
    path.write_bytes(lying)
    program = (
        "import sys\nfrom clues.errors import PhotoError\nfrom clues.photo import open_photo\n"
        "try:\n    open_photo(sys.argv[1])\nexcept PhotoError as error:\n    print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, text=True, check=True
    )
    assert "lying.tif" in done.stdout
    assert done.stderr == ""
