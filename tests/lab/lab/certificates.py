"""A certificate authority made on the spot, and certificates of every quality."""

from .system import run


class Authority:
    def __init__(self, lab, name="ca"):
        self.lab = lab
        self.key, self.certificate = lab.path(f"{name}.key"), lab.path(f"{name}.crt")
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", self.key, "-out", self.certificate, "-days", "30", "-subj", "/CN=the lab's authority")

    def issue(self, name, host, begin=None, end=None):
        """A certificate for HOST, with key: (certificate, key, both in one file). BEGIN and END are of the form
        YYMMDDHHMMSSZ; absent: valid for 20 days from now on."""
        key, request = self.lab.path(f"{name}.key"), self.lab.path(f"{name}.csr")
        certificate, both = self.lab.path(f"{name}.crt"), self.lab.path(f"{name}.pem")
        run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
            "-out", request, "-subj", f"/CN={host}")
        extensions = self.lab.write(f"{name}.ext", f"subjectAltName=DNS:{host}\n")
        if end:
            self._issue_between(name, request, certificate, extensions, begin, end)
        else:
            run("openssl", "x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-days", "20",
                "-CAcreateserial", "-extfile", extensions, "-out", certificate)
        with open(both, "w") as out:
            for part in (certificate, key):
                with open(part) as file:
                    out.write(file.read())
        return certificate, key, both

    def _issue_between(self, name, request, certificate, extensions, begin, end):
        """`openssl x509` cannot set a beginning; `openssl ca` can, with a database."""
        self.lab.write(f"{name}.index", "")
        self.lab.write(f"{name}.serial", "1000\n")
        config = self.lab.write(f"{name}.ca", f"""[ca]
default_ca = own
[own]
database = {self.lab.path(name + '.index')}
serial = {self.lab.path(name + '.serial')}
new_certs_dir = {self.lab.directory}
default_md = sha256
policy = any
[any]
commonName = supplied
""")
        run("openssl", "ca", "-batch", "-config", config, "-cert", self.certificate, "-keyfile", self.key, "-in", request,
            "-out", certificate, "-startdate", begin, "-enddate", end, "-extfile", extensions, "-notext")
