"""The http probe against nginx, in clear and over TLS with certificates of every quality, and against bad servers."""

import datetime
import shutil

from lab.case import main
from lab.certificates import Authority
from lab.nginx import Nginx
from lab.probes import PATIENT, ProbeCase
from lab.system import wait_for

HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nContent-Type: text/plain\r\n\r\nonly the beginning"


def block(url, more=""):
    return f'http {{ url "{url}"; {more} }}'


def server(port, certificate, key, more=""):
    return (f"server {{ listen 127.0.0.1:{port} ssl http2; ssl_certificate {certificate}; ssl_certificate_key {key}; "
            f"{more} location / {{ return 200 well; }} }}\n")


def moment(days):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime("%y%m%d%H%M%SZ")


class Http(ProbeCase):
    def test_a_real_server(self):
        Nginx(self.lab, self.host, f"""http {{
            server {{ listen 127.0.0.1:8081;
                location / {{ return 200 "all is well\\n"; }}
                location /host {{ if ($host != shop.example.net) {{ return 421; }} return 204; }}
                location /header {{ if ($http_x_probe != "yes") {{ return 400; }} return 200 well; }}
                location /post {{ if ($request_method != POST) {{ return 405; }} return 200 well; }}
                location /gone {{ return 410; }}
                location /moved {{ return 302 /gone; }} }}
            server {{ listen 127.0.0.1:8082 proxy_protocol; return 200 $proxy_protocol_addr; }}
            server {{ listen unix:{self.lab.path("web.sock")}; return 200 well; }} }}""")
        base = "http://127.0.0.1:8081"
        results = self.run_checks({
            "plain": block(f"{base}/"),
            "body": block(f"{base}/", 'expect-body "is (well|fine)$";'),
            "another-body": block(f"{base}/", 'expect-body "^well";'),
            "gone": block(f"{base}/gone"),
            "expected-gone": block(f"{base}/gone", "expect-status [ 200 400-499 ];"),
            "moved": block(f"{base}/moved"),
            "host": block("http://shop.example.net/host", "connect-to 127.0.0.1:8081; expect-status 204;"),
            "header": block(f"{base}/header", 'header "X-Probe: yes"; expect-status 200;'),
            "post": block(f"{base}/post", "method POST; expect-status 200;"),
            "head": block(f"{base}/", "method HEAD;"),
            "proxy-protocol": block("http://127.0.0.1:8082/", 'proxy-protocol true; expect-body "^127.0.0.1$";'),
            "no-proxy-protocol": block("http://127.0.0.1:8082/"),
            "socket": block("http://localhost/", f"unix-socket {self.lab.path('web.sock')};"),
            "no-socket": block("http://localhost/", f"unix-socket {self.lab.path('no.sock')};"),
            "nobody": block("http://127.0.0.1:8089/"),
        })
        for name in ("plain", "body", "expected-gone", "moved", "host", "header", "post", "head", "proxy-protocol",
                     "socket"):
            self.assert_ok(results[name])
        self.assert_fail(results["another-body"], "mismatch")
        self.assert_fail(results["gone"], "status")
        self.assertIn("410", results["gone"]["detail"])
        self.assert_fail(results["no-proxy-protocol"], "closed", "reset", "status", "protocol")
        self.assert_fail(results["nobody"], "refused")
        self.assertEqual("unable", results["no-socket"]["outcome"], results["no-socket"])

    def test_tls(self):
        authority, stranger = Authority(self.lab), Authority(self.lab, "stranger")
        good, key, both = authority.issue("good", "shop.example.net")
        old, old_key, _ = authority.issue("old", "shop.example.net", moment(-9), moment(-2))
        soon, soon_key, _ = authority.issue("soon", "shop.example.net", moment(-9), moment(2))
        local, local_key, _ = authority.issue("local", "localhost")
        Nginx(self.lab, self.host, "http {" + server(8443, good, key) + server(8444, old, old_key)
              + server(8445, soon, soon_key)
              + server(8446, good, key, f"ssl_client_certificate {authority.certificate}; ssl_verify_client on;")
              + server(8447, stranger.certificate, stranger.key) + server(8448, local, local_key) + "}")

        def tls(port, more="", trusted=True):
            ca_file = f"ca-file {authority.certificate};" if trusted else ""
            return block("https://shop.example.net/", f"connect-to 127.0.0.1:{port}; {ca_file} {more}")

        # Whoever first trusts what the system trusts waits until all of that is read.
        results = self.run_checks({name: f"{probe} {PATIENT}" for name, probe in {
            "good": tls(8443, 'expect-body "well";'),
            "unknown-authority": tls(8443, trusted=False),
            "unverified": tls(8443, "verify false;", trusted=False),
            "name": block("https://localhost:8448/", f"ca-file {authority.certificate};"),
            "another-name": block("https://127.0.0.1:8443/", f"ca-file {authority.certificate};"),
            "server-name": block("https://127.0.0.1:8443/",
                                 f"ca-file {authority.certificate}; server-name shop.example.net;"),
            "expired": tls(8444),
            "expired-unverified": tls(8444, "verify false;"),
            "soon": tls(8445, "certificate-days 7;"),
            "soon-enough": tls(8445, "certificate-days 1;"),
            "client": tls(8446, f"client-certificate {both};"),
            "no-client": tls(8446),
            "self-signed": tls(8447),
            "no-ca-file": tls(8443, "ca-file /nonexistent;", trusted=False),
        }.items()})
        for name in ("good", "unverified", "name", "server-name", "expired-unverified", "soon-enough", "client"):
            self.assert_ok(results[name])
        for name in ("unknown-authority", "another-name", "expired", "soon", "self-signed"):
            self.assert_fail(results[name], "certificate")
        self.assert_fail(results["no-client"], "status", "tls")
        self.assertEqual("unable", results["no-ca-file"]["outcome"], results["no-ca-file"])
        self.assertIn("tls", [phase["name"] for phase in results["good"]["phase"]])

    def test_versions(self):
        authority = Authority(self.lab)
        good, key, _ = authority.issue("good", "shop.example.net")
        pages = "location / { return 200 well; } location /large { alias " + self.lab.write("large", "x" * 1_000_000) + "; }"
        tls = f"ssl_certificate {good}; ssl_certificate_key {key};"
        Nginx(self.lab, self.host, f"""http {{
            server {{ listen 127.0.0.1:8443 ssl http2; {tls} {pages} 
                location /name {{ if ($host != mail.example.net) {{ return 421; }} return 204; }}
                location /version {{ return 200 $server_protocol; }} }}
            server {{ listen 127.0.0.1:8444 ssl; {tls} {pages} }}
            server {{ listen 127.0.0.1:8445 ssl proxy_protocol; {tls} return 200 $proxy_protocol_addr; }}
            server {{ listen unix:{self.lab.path("tls.sock")} ssl; {tls} {pages} }}
            server {{ listen 127.0.0.1:8081 http2; {pages} }} }}""")

        def ask(port, path="", more="http-version 2;"):
            return block(f"https://shop.example.net/{path}",
                         f"connect-to 127.0.0.1:{port}; ca-file {authority.certificate}; {more}")

        in_clear = "connect-to 127.0.0.1:8081; http-version 2;"
        results = self.run_checks({
            "two": ask(8443, "version", 'http-version 2; expect-body "^HTTP/2";'),
            "one": ask(8443, "version", 'expect-body "^HTTP/1.1";'),
            "head": ask(8443, more="http-version 2; method HEAD;"),
            "name": ask(8443, "name", 'http-version 2; expect-status 204; header [ "Host: mail.example.net" '
                                      '"Connection: close" "X-Probe: yes" ];'),
            "large": ask(8443, "large", 'http-version 2; expect-body "xxxx";'),
            "large-one": ask(8444, "large", 'expect-body "xxxx";'),
            "large-otherwise": ask(8443, "large", 'http-version 2; expect-body "y";'),
            "not-spoken": ask(8444),
            "clear": block("http://shop.example.net/", in_clear + ' expect-body "^well$";'),
            "clear-large": block("http://shop.example.net/large", in_clear),
            "not-known": block("http://shop.example.net/", "connect-to 127.0.0.1:8444; http-version 2;"),
            "proxy": ask(8445, more='proxy-protocol true; expect-body "^127.0.0.1$";'),
            "socket": block("https://shop.example.net/",
                            f"unix-socket {self.lab.path('tls.sock')}; ca-file {authority.certificate};"),
        })
        for name in ("two", "one", "head", "name", "large", "large-one", "clear", "clear-large", "proxy", "socket"):
            self.assert_ok(results[name])
        self.assert_fail(results["large-otherwise"], "mismatch")
        self.assertIn("first 65536 bytes", results["large-otherwise"]["detail"])
        self.assert_fail(results["not-spoken"], "protocol", "tls")
        self.assert_fail(results["not-known"], "protocol")

    def test_files_that_come_late_and_change(self):
        authority, stranger = Authority(self.lab), Authority(self.lab, "stranger")
        good, key, _ = authority.issue("good", "shop.example.net")
        Nginx(self.lab, self.host, "http {" + server(8443, good, key) + "}")
        trusted = self.lab.path("trusted.crt")
        gate = self.vipgate(f"check late {{ {block('https://shop.example.net/', 'connect-to 127.0.0.1:8443; ca-file ' + trusted + ';')}"
                            " interval 1h; timeout 5s; }\n")
        gate.start_healthd()
        wait_for(lambda: gate.cli("show", "checks").returncode == 0, "the health daemon to answer")

        def becomes(outcome, reason):
            def found():
                last = self.run_one(gate, "late")
                return (last["outcome"], last["reason"]) == (outcome, reason) and last
            return wait_for(found, f"{outcome} {reason}", deadline=30.0, pause=0.2)

        self.assertIn("no such file", becomes("unable", "local")["detail"])
        with open(trusted, "w") as file:
            file.write("no certificate\n")
        wait_for(lambda: "no such file" not in becomes("unable", "local")["detail"], "the file to be read")
        shutil.copy(stranger.certificate, trusted)
        becomes("fail", "certificate")
        shutil.copy(authority.certificate, trusted)
        becomes("ok", "passed")

    def test_bad_servers(self):
        ports = self.bad_servers(HALF)
        results = self.run_checks({habit: block(f"http://127.0.0.1:{port}/", 'expect-body "end";')
                                   for habit, port in ports.items()})
        self.assert_fail(results["silent"], "timeout")
        self.assert_fail(results["closes"], "closed", "reset")
        self.assert_fail(results["resets"], "closed", "reset")
        self.assert_fail(results["garbage"], "protocol", "too-large", "closed")
        self.assert_fail(results["half"], "closed")
        self.assert_fail(results["endless"], "mismatch", "timeout", "too-large")


if __name__ == "__main__":
    main()
