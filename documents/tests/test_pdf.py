"""Papers are closed to the outside."""

import http.server
import threading

import pytest
from PIL import ImageFile

from documents.pdf import FONTS, render_pdf
from documents.tests.papers import read, words

PAGE = """{% extends "pdf/base.html" %}
{% block title %}Closed{% endblock %}
{% block css %}body { background: url(ADDRESS) } @import url(ADDRESS);{% endblock %}
{% block main %}
<img src="ADDRESS" alt="outside"><object data="ADDRESS"></object><p>Still here.</p>
{% endblock %}
"""


@pytest.fixture
def paper(settings, tmp_path):
    """Makes a paper that names an address in each way HTML and CSS have."""
    options = {**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}
    settings.TEMPLATES = [options]

    def make(address: str) -> bytes:
        (tmp_path / "paper.html").write_text(PAGE.replace("ADDRESS", address))
        return render_pdf("paper.html", {})

    return make


def test_a_file_of_this_machine_is_not_read(paper, tmp_path):
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text y="20">secret-words</text></svg>')
    text = words(paper(secret.as_uri()))
    assert "Still here." in text
    assert "secret-words" not in text


def test_nothing_is_asked_from_the_network(paper):
    asked = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

    server = http.server.HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        text = words(paper(f"http://127.0.0.1:{server.server_port}/picture.png"))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert "Still here." in text
    assert asked == []


def test_a_data_address_is_refused_too(paper):
    svg = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"
    resources = read(paper(svg)).pages[0]["/Resources"]
    assert not resources.get("/XObject")


def test_every_font_that_papers_name_exists():
    assert all(path.is_file() for path in FONTS.values())


def test_a_process_that_made_a_paper_still_refuses_cut_off_pictures():
    render_pdf("pdf/base.html", {})
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False
