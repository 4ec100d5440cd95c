"""A CLIP of the real architecture, small and without training, saved as CLIP is published."""

import json
from pathlib import Path

import pytest

CONFIG = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "patch_size": 16},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1},
}


@pytest.fixture(scope="session")
def tiny_clip(tmp_path_factory) -> Path:
    """Return the weights' file; the architecture is called ``tiny-clip``."""
    open_clip = pytest.importorskip("open_clip")
    import torch

    folder = tmp_path_factory.mktemp("clip")
    (folder / "tiny-clip.json").write_text(json.dumps(CONFIG))
    open_clip.add_model_config(folder / "tiny-clip.json")
    torch.manual_seed(0)
    network = open_clip.create_model("tiny-clip", pretrained=None).eval()
    example = (torch.zeros(1, 3, 32, 32), torch.zeros(1, 77, dtype=torch.int64))
    torch.jit.trace(network, example, check_trace=False).save(str(folder / "ViT-B-32.pt"))
    return folder / "ViT-B-32.pt"
