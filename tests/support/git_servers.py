#!/usr/bin/python3
"""Real git servers on loopback for the tests: `git http-backend` behind HTTP and HTTPS, and `sshd`,
each on a port the system chooses, with throw-away keys and certificates; and two proxies before them
that cut or hold a connection after so many bytes.

usage: git_servers.py DIR

DIR/remote holds the repositories. Written to DIR: ca.pem, client_key, wrong_key, known_hosts,
changed_hosts (another key for each server), passwords and wrong_passwords (for git's "store").
DIR/requests gets a line for each HTTP request. DIR/fault, read at each connection of a proxy: "cut N"
ends it after N bytes to the client, "hold N" lets it hang then and makes DIR/held; without the file everything passes.
Below /auth/ a password is asked for, /forbidden/ is 403, /broken/ 500, /busy/ 429.
Prints "ready NAME=PORT ..." and runs until it is killed."""

import base64
import http.server
import os
import shutil
import socket
import socketserver
import ssl
import subprocess
import sys
import threading

DIR = sys.argv[1]
USER, PASSWORD = "reader", "s3cret word"
ANSWERS = {"/forbidden/": 403, "/broken/": 500, "/busy/": 429}


def run(*words, **options):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)


def path(name):
    return os.path.join(DIR, name)


def write(name, text, mode=0o600):
    with open(path(name), "w") as out:
        out.write(text)
    os.chmod(path(name), mode)


# --- HTTP ---


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def log_message(self, *_):
        pass

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def refuse(self, status, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def backend(self, body):
        where, _, query = self.path.partition("?")
        env = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": path("remote"),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "PATH_INFO": where.replace("/auth/", "/", 1),
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_ADDR": "127.0.0.1",
        }
        git = subprocess.Popen(["git", "http-backend"], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        feeder = threading.Thread(target=self.feed, args=(git.stdin, body))
        feeder.start()
        self.copy(git.stdout)
        git.stdout.close()
        git.wait()
        feeder.join()

    @staticmethod
    def feed(pipe, body):
        try:
            pipe.write(body)
            pipe.close()
        except OSError:
            pass

    def copy(self, pipe):
        status, headers = 200, []
        while line := pipe.readline().strip().decode("latin-1"):
            name, _, value = line.partition(": ")
            if name == "Status":
                status = int(value.split()[0])
            else:
                headers.append((name, value))
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while piece := pipe.read1(65536):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def answer(self):
        body = self.body()
        with open(path("requests"), "a") as log:
            log.write(f"{self.command} {self.path}\n")
        for prefix, status in ANSWERS.items():
            if self.path.startswith(prefix):
                return self.refuse(status)
        wanted = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.path.startswith("/auth/") and self.headers.get("Authorization") != wanted:
            return self.refuse(401, WWW_Authenticate='Basic realm="git"')
        try:
            self.backend(body)
        except OSError:
            self.close_connection = True

    do_GET = do_POST = answer


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    context = None

    def finish_request(self, request, client_address):
        if self.context:  # in the connection's own thread: a client that does not like us harms nobody
            request = self.context.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, *_):
        pass


def serve_http(certificate=None):
    server = Server(("127.0.0.1", 0), Handler)
    if certificate:
        server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.context.load_cert_chain(path(certificate + ".pem"), path(certificate + ".key"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def make_certificates():
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Throw-away CA",
        "-keyout", path("ca.key"), "-out", path("ca.pem"), "-addext", "basicConstraints=critical,CA:TRUE")
    run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-keyout", path("server.key"),
        "-out", path("server.csr"))
    write("extensions", "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
    run("openssl", "x509", "-req", "-in", path("server.csr"), "-CA", path("ca.pem"), "-CAkey", path("ca.key"),
        "-CAcreateserial", "-days", "2", "-extfile", path("extensions"), "-out", path("server.pem"))
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", path("self.key"), "-out", path("self.pem"))


# --- ssh ---

SSHD = """HostKey {dir}/host_key
AuthorizedKeysFile {dir}/authorized_keys
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AcceptEnv GIT_PROTOCOL
LogLevel ERROR
"""


def listen():
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    return listener, listener.getsockname()[1]


def accept_for_ever(listener, action):
    def loop():
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=action, args=(connection,), daemon=True).start()

    threading.Thread(target=loop, daemon=True).start()


def serve_ssh():
    for key in "host_key", "other_host_key", "client_key", "wrong_key":
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", path(key))
    shutil.copy(path("client_key.pub"), path("authorized_keys"))
    write("sshd_config", SSHD.format(dir=DIR))
    if os.getuid() == 0:  # where it drops its rights
        os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
    daemon = shutil.which("sshd", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    run(daemon, "-t", "-f", path("sshd_config"))

    def session(connection):
        with connection:
            subprocess.run([daemon, "-i", "-e", "-f", path("sshd_config")], stdin=connection, stdout=connection,
                           stderr=subprocess.DEVNULL)

    listener, port = listen()
    accept_for_ever(listener, session)
    return port


def write_known_hosts(ports):
    for name, key in ("known_hosts", "host_key.pub"), ("changed_hosts", "other_host_key.pub"):
        with open(path(key)) as public:
            words = public.read().split()
        write(name, "".join(f"[127.0.0.1]:{port} {words[0]} {words[1]}\n" for port in ports))
    write("no_hosts", "")


# --- proxies ---


def read_fault():
    try:
        with open(path("fault")) as text:
            kind, count = text.read().split()
            return kind, int(count)
    except OSError:
        return None, 0


def forward(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def answer_with_fault(upstream, client):
    kind, left = read_fault()
    try:
        while data := upstream.recv(65536):
            if kind and len(data) >= left:
                client.sendall(data[:left])
                if kind == "hold":
                    with open(path("held"), "w"):
                        threading.Event().wait(300)
                break
            left -= len(data)
            client.sendall(data)
    except OSError:
        pass
    for each in client, upstream:
        try:
            each.shutdown(socket.SHUT_RDWR)  # a close alone would wait for the thread that reads it
        except OSError:
            pass
        each.close()


def serve_proxy(port):
    def pass_on(client):
        upstream = socket.create_connection(("127.0.0.1", port))
        threading.Thread(target=forward, args=(client, upstream), daemon=True).start()
        answer_with_fault(upstream, client)

    listener, own = listen()
    accept_for_ever(listener, pass_on)
    return own


def main():
    os.makedirs(path("remote"), exist_ok=True)
    make_certificates()
    ports = {"http": serve_http(), "https": serve_http("server"), "self": serve_http("self"), "ssh": serve_ssh()}
    ports["http_proxy"] = serve_proxy(ports["http"])
    ports["ssh_proxy"] = serve_proxy(ports["ssh"])
    write_known_hosts([ports["ssh"], ports["ssh_proxy"]])
    secret = PASSWORD.replace(" ", "%20")
    for name, word in ("passwords", secret), ("wrong_passwords", "guess"):
        write(name, "".join(f"{scheme}://{USER}:{word}@127.0.0.1:{ports[scheme]}\n" for scheme in ("http", "https")))
    print("ready", *(f"{name}={port}" for name, port in ports.items()), flush=True)
    threading.Event().wait()


main()
