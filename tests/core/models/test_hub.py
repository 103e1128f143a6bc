"""Fetching from a hub: a real HTTP server of our own stands in for it."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from core.errors import EncoderUnavailable
from core.models import hub

SHA = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def server(tiny_encoder):
    """A hub with three models: one whole, one pickled, one without a fast tokenizer."""
    listed = {
        "us/whole": ["config.json", "model.safetensors", "tokenizer.json", "pytorch_model.bin", "onnx/model.onnx"],
        "us/pickled": ["config.json", "pytorch_model.bin", "tokenizer.json"],
        "us/slow": ["config.json", "model.safetensors", "vocab.txt"],
    }
    asked: list[str] = []

    class Hub(BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.do_GET()

        def do_GET(self):
            asked.append(self.path)
            path = self.path.split("?")[0]
            name = next((model for model in listed if f"/{model}" in path), None)
            if name is None:
                body, status, kind = b"{}", 404, "application/json"
            elif path.startswith("/api/"):
                siblings = [{"rfilename": file} for file in listed[name]]
                tree = [{"type": "file", "path": file, "size": 1, "oid": "0" * 40} for file in listed[name]]
                reply = tree if "/tree/" in path else {"id": name, "sha": SHA, "siblings": siblings}
                body, status, kind = json.dumps(reply).encode(), 200, "application/json"
            else:
                body = (tiny_encoder / path.rsplit("/", 1)[1]).read_bytes()
                status, kind = 200, "application/octet-stream"
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("X-Repo-Commit", SHA)
            self.send_header("ETag", f'"{len(body)}-{path.rsplit("/", 1)[1]}"')
            if status == 404:
                self.send_header("X-Error-Code", "RepoNotFound")
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, *_):
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}", asked
    httpd.shutdown()
    httpd.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)


def test_only_the_needed_files_are_fetched_and_the_second_time_none(server, tiny_encoder):
    endpoint, asked = server
    folder = hub.fetch("us/whole", endpoint=endpoint)
    assert {path.name for path in folder.iterdir()} == {"config.json", "model.safetensors", "tokenizer.json"}
    assert (folder / "model.safetensors").read_bytes() == (tiny_encoder / "model.safetensors").read_bytes()
    asked.clear()
    assert hub.fetch("us/whole", endpoint=endpoint) == folder
    assert asked == []


@pytest.mark.parametrize(
    ("name", "said"), [("us/pickled", "pickle"), ("us/slow", "no fast tokenizer"), ("us/nothing", "no model")]
)
def test_what_cannot_be_used_is_said_before_anything_is_downloaded(server, name, said):
    endpoint, asked = server
    with pytest.raises(EncoderUnavailable, match=said) as refusal:
        hub.fetch(name, endpoint=endpoint)
    assert "Give a local folder or choose the built-in" in str(refusal.value)
    assert not any("/resolve/" in path for path in asked)


def test_an_unreachable_hub_is_said_with_the_way_out():
    with pytest.raises(EncoderUnavailable, match=r"No model hub can be reached.*local folder or choose the built-in"):
        hub.fetch("us/whole", endpoint="http://127.0.0.1:9")


def test_a_download_that_broke_off_is_taken_up_again(server):
    endpoint, asked = server
    folder = hub.fetch("us/whole", endpoint=endpoint)
    (folder / "model.safetensors").unlink()
    asked.clear()
    assert hub.fetch("us/whole", endpoint=endpoint) == folder
    assert (folder / "model.safetensors").is_file()
    assert asked != []


def test_a_name_that_can_be_no_model_id_asks_nobody():
    with pytest.raises(EncoderUnavailable, match="neither a model id"):
        hub.fetch("not a/model/id")
