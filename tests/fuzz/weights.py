"""`python -m tests.fuzz.weights`: mutated weights, manifests, calibrations and region data.

A file that was altered is refused by its sha256 before anything reads it (`sealed`). The other
targets ask what would happen if its entry were altered as well: the readers themselves must not
crash, hang, run code or take more memory than they may.
"""

import atexit
import gzip
import io
import json
import random
import shutil
import struct
import tempfile
import zipfile
import zlib
from functools import cache
from pathlib import Path

import numpy as np

from clues.paths import KB_DIR, WEIGHTS_DIR
from clues.regions import store
from detectors.appearance.cells import Cells
from detectors.appearance.neighbours import Neighbours
from detectors.manifest import FILE_NAME, load_manifest, weight_file
from detectors.scene.calibration import SceneScales
from detectors.session import open_session
from tests.fuzz import mutate
from tests.fuzz.engine import Target, main


@cache
def folder() -> Path:
    """Return a scratch folder with copies of the manifest and of the small weights."""
    root = Path(tempfile.mkdtemp(prefix="clues-fuzz-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    shutil.copyfile(WEIGHTS_DIR / FILE_NAME, root / FILE_NAME)
    return root


@cache
def graph() -> bytes:
    """Return a small ONNX graph: a convolution and a matrix product."""
    from onnx import TensorProto, helper, numpy_helper

    rng = np.random.default_rng(0)
    weights = [
        numpy_helper.from_array(rng.normal(size=(4, 3, 3, 3)).astype(np.float32), "w"),
        numpy_helper.from_array(rng.normal(size=(4, 2)).astype(np.float32), "m"),
    ]
    nodes = [
        helper.make_node("Conv", ["image", "w"], ["c"], pads=[1, 1, 1, 1]),
        helper.make_node("GlobalAveragePool", ["c"], ["p"]),
        helper.make_node("Flatten", ["p"], ["f"]),
        helper.make_node("MatMul", ["f", "m"], ["tags"]),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, 16, 16])
    tags = helper.make_tensor_value_info("tags", TensorProto.FLOAT, ["n", 2])
    made = helper.make_graph(nodes, "tiny", [image], [tags], weights)
    opset = [helper.make_opsetid("", 17)]
    return bytes(helper.make_model(made, opset_imports=opset, ir_version=8).SerializeToString())


@cache
def files() -> dict[str, bytes]:
    """Return honest files by name."""
    found = {name: (WEIGHTS_DIR / name).read_bytes() for name in ("scene.npz", "scene_places.npz")}
    found["leaves.npz"] = _small_leaves()
    found["neighbours.npz"] = _small_neighbours()
    names = gzip.decompress((KB_DIR / "regions" / store.NAMES).read_bytes())
    found["names.tsv.gz"] = gzip.compress(b"".join(names.splitlines(keepends=True)[:500]))
    return found


def _small_leaves() -> bytes:
    with np.load(KB_DIR / "regions" / store.LEAVES, allow_pickle=False) as data:
        few = {name: data[name][:300] for name in data.files}
    few["leaves_of_subdivision"] = np.array([100, 200])
    stream = io.BytesIO()
    np.savez_compressed(stream, **few)
    return stream.getvalue()


def _small_neighbours() -> bytes:
    stream = io.BytesIO()
    rng = np.random.default_rng(1)
    np.savez_compressed(
        stream, codes=rng.integers(0, 255, (5, 8)).astype(np.uint8), weight=np.ones(5, np.float16),
        row=np.arange(5), places=np.ones((5, 3), np.float16), prior=np.ones(3, np.float32),
        settings=np.array([0.1, 1.0]),
    )  # fmt: skip
    return stream.getvalue()


def mutate_npz(data: bytes, rng: random.Random) -> tuple[bytes, str]:
    """Mutate the archive's bytes, or an array inside with the archive's checksums right."""
    way = rng.choice(("bits", "cut", "header", "inside", "inside", "shape", "swap", "bomb", "drop"))
    if way == "bits":
        return mutate.flip_bits(data, rng), way
    if way == "cut":
        return mutate.truncate(data, rng), way
    if way == "header":
        at = max(0, len(data) - 400)
        return data[:at] + mutate.lie_in_header(data[at:], rng), way
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = rng.choice(sorted(members))
    if way == "inside":
        members[name] = rng.choice((mutate.flip_bits, mutate.lie_in_header))(members[name], rng)
    elif way == "shape":
        members[name] = _array_claiming(rng)
    elif way == "swap":
        members[name] = members[rng.choice(sorted(members))]
    elif way == "bomb":
        members[name] = _zeros(rng.choice((1, 10, 100)))
    else:
        del members[name]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return out.getvalue(), way


def _array_claiming(rng: random.Random) -> bytes:
    kind = rng.choice(("|O", "<f8", "<i8", "|V1000000", "<U9", "|b1", "<M8[ns]", "<c16"))
    shape = rng.choice(((2**40,), (2**31, 2**31), (-5,), (0,), (3, 4), (), (1,) * 64, (2**70, 0)))
    header = repr({"descr": kind, "fortran_order": rng.random() < 0.5, "shape": shape}).encode()
    body = rng.randbytes(rng.choice((0, 8, 96, 800)))
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header + body


@cache
def _zeros(megabytes: int) -> bytes:
    header = repr({"descr": "|u1", "fortran_order": False, "shape": (megabytes << 20,)}).encode()
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header + bytes(megabytes << 20)


def from_file(name: str):
    """Return the maker of mutated copies of an ``.npz`` file."""
    return lambda rng: mutate_npz(files()[name], rng)


def feed_npz(read, suffix: str = ".npz"):
    """Return what feeds bytes to a reader of files."""

    def feed(data: bytes) -> None:
        path = folder() / f"fuzz{suffix}"
        path.write_bytes(data)
        read(path)

    return feed


def make_graph(rng: random.Random) -> tuple[bytes, str]:
    """Return a mutated graph."""
    way = rng.choice(("bits", "cut", "header", "repeat", "noise"))
    if way == "noise":
        return mutate.noise(rng), way
    change = {"bits": mutate.flip_bits, "cut": mutate.truncate, "header": mutate.lie_in_header,
              "repeat": mutate.repeat}[way]  # fmt: skip
    return change(graph(), rng), way


def make_manifest(rng: random.Random) -> tuple[bytes, str]:
    """Return a mutated manifest."""
    text = (WEIGHTS_DIR / FILE_NAME).read_bytes()
    rows = json.loads(text)
    way = rng.choice(("bits", "cut", "depth", "type", "name", "noise", "size"))
    if way == "bits":
        return mutate.flip_bits(text, rng), way
    if way == "cut":
        return mutate.truncate(text, rng), way
    if way == "depth":
        return b"[" * rng.choice((50, 100_000)), way
    if way == "noise":
        return mutate.splice(text, mutate.noise(rng) + b"}", rng), way
    if way == "size":
        return json.dumps(rows * rng.choice((100, 3_000))).encode(), way
    row = rng.choice(rows)
    if way == "name":
        row["file"] = rng.choice(("../../etc/passwd", "/etc/passwd", "", "a\0b", "x" * 9_999, ".."))
    else:
        row[rng.choice(sorted(row))] = rng.choice(
            (None, 1e308, [], {}, "", -1, True, [[1]], "\ud800")
        )
    return json.dumps(rng.choice((rows, row, {"rows": rows}))).encode(), way


def feed_manifest(data: bytes) -> None:
    """Read a manifest; a name in it may not lead out of the folder."""
    (folder() / FILE_NAME).write_bytes(data)
    for entry in load_manifest(folder()).values():
        assert (folder() / entry.file).resolve().parent == folder().resolve()


def feed_sealed(data: bytes) -> None:
    """Ask for an altered weight file under the shipped manifest."""
    shutil.copyfile(WEIGHTS_DIR / FILE_NAME, folder() / FILE_NAME)
    (folder() / "scene.npz").write_bytes(data)
    weight_file.__wrapped__("scene.npz", folder())
    assert data == files()["scene.npz"], "an altered file was accepted"


def feed_graph(data: bytes) -> None:
    """Open an altered graph and run it once."""
    path = folder() / "fuzz.onnx"
    path.write_bytes(data)
    session = open_session(path)
    inputs = session.get_inputs()
    try:
        session.run(None, {inputs[0].name: np.zeros((1, 3, 16, 16), np.float32)})
    except Exception:
        return  # a detector's failure is a value: the pipeline reports it beside the answer


def make_names(rng: random.Random) -> tuple[bytes, str]:
    """Return mutated gzip of names."""
    data, way = files()["names.tsv.gz"], rng.choice(("bits", "cut", "noise"))
    if way == "noise":
        return zlib.compress(mutate.noise(rng)), way
    return (mutate.flip_bits if way == "bits" else mutate.truncate)(data, rng), way


def warm() -> None:
    """Make the honest files."""
    files(), folder(), graph()


TARGETS = [
    Target("sealed", from_file("scene.npz"), feed_sealed, warm=warm),
    Target("manifest", make_manifest, feed_manifest, warm=warm),
    Target("scales", from_file("scene.npz"), feed_npz(SceneScales.load), warm=warm),
    Target("cells", from_file("scene_places.npz"), feed_npz(Cells.load), warm=warm),
    Target("neighbours", from_file("neighbours.npz"), feed_npz(Neighbours.load), warm=warm),
    Target("leaves", from_file("leaves.npz"), feed_npz(store.read_leaves), warm=warm),
    Target("names", make_names, feed_npz(store.read_names, ".tsv.gz"), warm=warm),
    Target("graph", make_graph, feed_graph, warm=warm),
]

if __name__ == "__main__":
    main(TARGETS)
