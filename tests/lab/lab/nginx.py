"""nginx in a host of the lab: BLOCKS are the top-level blocks of its configuration."""

import glob

from .system import program, wait_for


class Nginx:
    def __init__(self, lab, host, blocks, name="nginx"):
        modules = "".join(f"load_module {path};\n"
                          for path in glob.glob("/usr/lib/nginx/modules/ngx_stream_module.so"))
        self.pid_file = lab.path(f"{name}.pid")
        file = lab.write(f"{name}.conf", f"""daemon off;
pid {self.pid_file};
worker_processes 1;
error_log stderr;
{modules}events {{ worker_connections 20000; }}
{blocks}""")
        self.process = lab.start(host, name, program("nginx"), "-p", lab.directory, "-c", file, "-g", "user root;")
        wait_for(self.is_up, lambda: f"nginx to start: {self.process.output()}")

    def is_up(self):
        try:
            with open(self.pid_file) as file:
                return file.read().strip()
        except FileNotFoundError:
            return False
