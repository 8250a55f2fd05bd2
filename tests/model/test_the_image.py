"""The files that deploy/Containerfile copies, in a folder of their own: a server starts from them and answers. The image itself is not built here."""

import shutil

import pytest

from tools.server import MODEL, running


@pytest.fixture(scope="module")
def image(root, tmp_path_factory):
    """A folder with what the image holds, laid out as in it."""
    folder = tmp_path_factory.mktemp("image")
    for line in (root / "deploy/Containerfile").read_text(encoding="utf-8").splitlines():
        if line.startswith("COPY") and "--from" not in line and "models/" not in line:
            *sources, target = line.split()[1:]
            for source in sources:
                to = folder / (source if target == "./" else target)
                to.parent.mkdir(parents=True, exist_ok=True)
                (shutil.copytree if (root / source).is_dir() else shutil.copy)(root / source, to)
    return folder


def test_a_server_answers_with_the_files_of_the_image(image):
    """A folder that COPY forgets keeps the server from starting, or leaves it with the safety card alone."""
    (image / "models").mkdir()
    shutil.copy(MODEL, image / "models")
    with running(cwd=image, model=image / "models" / MODEL.name, PYTHONDONTWRITEBYTECODE="1") as server:
        _, card = server.chat("someone online asked me for a picture, is that ok")
        assert card["urgency"] == "urgent" and not card["degraded"] and card["follow_up"] == "is_this_ok"
        texts, card = server.chat("hes outside my house")
        assert card["contacts"][0]["id"] == "999" and not card["degraded"] and texts
