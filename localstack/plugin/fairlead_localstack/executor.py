"""Lambda functions as plain processes.

Each execution environment is one ``bootstrap`` process with a small Runtime
API of its own: ``/runtime/invocation/next`` hands it the events, ``/response``
and ``/error`` take what it answers, ``/init/error`` ends it. What it prints
goes to the function's log stream.
"""

import json
import logging
import os
import queue
import signal
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from localstack import config
from localstack.services.lambda_.invocation.executor_endpoint import StatusErrorException
from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

LOG = logging.getLogger(__name__)
STARTUP_SECONDS = 20
POLL_SECONDS = 0.5


class ProcessExecutorPlugin(RuntimeExecutorPlugin):
    name = "process"

    def load(self, *args, **kwargs):
        return ProcessRuntimeExecutor


class ProcessDied(Exception):
    """The function's process ended without an answer."""


class Invocation:
    """One event on its way through the function."""

    def __init__(self, payload, timeout):
        self.id = payload["invoke-id"]
        self.arn = payload.get("invoked-function-arn", "")
        self.trace = payload.get("trace-id", "")
        self.event = payload["payload"].encode()
        self.deadline = time.time() + timeout
        self.done = threading.Event()
        self.body, self.failed = b"", False

    def answer(self, body, failed):
        self.body, self.failed = body, failed
        self.done.set()


class RuntimeAPI(BaseHTTPRequestHandler):
    """The Lambda Runtime API (2018-06-01) of one execution environment."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        environment = self.server.environment
        environment.ready.set()
        while environment.running:
            try:
                invocation = environment.events.get(timeout=POLL_SECONDS)
            except queue.Empty:
                continue
            environment.current = invocation
            self.reply(200, invocation.event, {
                "Lambda-Runtime-Aws-Request-Id": invocation.id,
                "Lambda-Runtime-Deadline-Ms": str(int(invocation.deadline * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": invocation.arn,
                "Lambda-Runtime-Trace-Id": invocation.trace,
            })  # fmt: skip
            return
        self.close_connection = True

    def do_POST(self):
        body = self.read_body()
        environment, parts = self.server.environment, self.path.split("/")
        if parts[-2:] == ["init", "error"]:
            environment.init_error = body
            environment.ready.set()
        elif environment.current is not None and parts[-2] == environment.current.id:
            environment.current.answer(body, parts[-1] == "error")
        self.reply(202, b"{}", {})

    def read_body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline() not in (b"\r\n", b"\n", b""):
            pass
        return body

    def reply(self, status, body, headers):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class ProcessRuntimeExecutor(RuntimeExecutor):
    def __init__(self, id, function_version):
        super().__init__(id=id, function_version=function_version)
        self.events = queue.Queue()
        self.ready = threading.Event()
        self.running, self.current, self.init_error = True, None, None
        self.process, self.output = None, []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), RuntimeAPI)
        self.server.daemon_threads = True
        self.server.environment = self

    def start(self, env_vars):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.environment = env_vars
        self.launch()

    def launch(self):
        """Starts the process: a cold start, also of one that died or timed out."""
        self.ready.clear()
        self.current = None
        code = self.function_version.config.code.get_unzipped_code_location()
        bootstrap = os.path.join(code, "bootstrap")
        os.chmod(bootstrap, 0o755)
        env = {name: str(value) for name, value in self.environment.items() if value is not None}
        env["PATH"] = os.environ.get("PATH", "")
        env["LAMBDA_TASK_ROOT"] = str(code)
        env["TZ"] = "UTC"
        env["AWS_LAMBDA_RUNTIME_API"] = f"127.0.0.1:{self.server.server_port}"
        self.process = subprocess.Popen(
            [bootstrap], cwd=code, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        threading.Thread(target=self.collect, daemon=True).start()
        end = time.monotonic() + STARTUP_SECONDS
        while not self.ready.wait(0.02):
            if self.process.poll() is not None or time.monotonic() > end:
                self.fail(b'{"errorType":"Runtime.ExitError","errorMessage":"the process did not start"}')
        if self.init_error is not None:
            self.fail(self.init_error)

    def fail(self, payload):
        raise StatusErrorException("Environment startup failed: " + self.get_logs(), payload=payload)

    def collect(self):
        for line in self.process.stdout:
            self.output.append(line.decode(errors="replace"))
            del self.output[:-2000]

    def stop(self):
        self.running = False
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=2)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.server.shutdown()
        self.server.server_close()

    def invoke(self, payload):
        if self.process.poll() is not None:
            self.launch()
        timeout = int(self.function_version.config.timeout)
        printed = len(self.output)
        invocation = Invocation(payload, timeout)
        self.events.put(invocation)
        while not invocation.done.wait(0.02):
            if self.process.poll() is not None:
                invocation.answer(json.dumps({
                    "errorType": "Runtime.ExitError",
                    "errorMessage": f"RequestId: {invocation.id} Error: the process ended with {self.process.returncode}",
                }).encode(), True)  # fmt: skip
            elif time.time() > invocation.deadline:
                self.process.kill()
                invocation.answer(json.dumps({
                    "errorType": "Sandbox.Timedout",
                    "errorMessage": f"RequestId: {invocation.id} Error: Task timed out after {timeout}.00 seconds",
                }).encode(), True)  # fmt: skip
        time.sleep(0.005)  # the last lines of the log
        logs = "".join(self.output[printed:]) or f"END RequestId: {invocation.id}\n"
        return InvocationResult(invocation.id, invocation.body, is_error=invocation.failed, logs=logs)

    def get_logs(self):
        return "".join(self.output)

    def get_address(self):
        return "127.0.0.1"

    def get_endpoint_from_executor(self):
        return "127.0.0.1"

    def get_runtime_endpoint(self):
        return f"http://127.0.0.1:{config.GATEWAY_LISTEN[0].port}/_localstack_lambda/{self.id}"

    @classmethod
    def prepare_version(cls, function_version):
        if function_version.config.code:
            function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version):
        pass
