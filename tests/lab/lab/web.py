"""A web server that a proxy has as its backend: every path answers one page. Run as a program in a host of the lab:

    python3 web.py ADDRESS PORT PAGE
"""

import http.server
import os
import sys


class Page(http.server.BaseHTTPRequestHandler):
    text = b""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(self.text)))
        self.end_headers()
        self.wfile.write(self.text)

    do_HEAD = do_OPTIONS = do_GET

    def log_message(self, *_):
        """Says nothing: thousands of requests come by."""


def start(lab, host, name, address, page, port=80):
    """Starts one in HOST of LAB."""
    return lab.start(host, name, sys.executable, "-B", os.path.abspath(__file__), address, port, page)


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """A proxy that resets its check's connection is no news."""


if __name__ == "__main__":
    Page.text = (sys.argv[3] + "\n").encode()
    Server((sys.argv[1], int(sys.argv[2])), Page).serve_forever()
