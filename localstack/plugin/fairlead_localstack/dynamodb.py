"""DynamoDB Local from its Maven artifacts, started as a plain process.

LocalStack's own installer fetches it, a Java and an agent from elsewhere.
``DYNAMODB_LOCAL_LIB`` names the folder with its jars and native library.
"""

import os

from localstack.runtime import hooks


def command(port):
    lib = os.environ["DYNAMODB_LOCAL_LIB"]
    return [
        "java", f"-Djava.library.path={lib}", "-cp", f"{lib}/*",
        "com.amazonaws.services.dynamodbv2.local.main.ServerRunner",
        "-port", str(port), "-inMemory", "-sharedDb",
    ]  # fmt: skip


@hooks.on_infra_start(should_load=lambda: "DYNAMODB_LOCAL_LIB" in os.environ)
def use_local_process():
    from localstack.services.dynamodb.server import DynamodbServer
    from localstack.utils.common import TMP_THREADS, ShellCommandThread

    def start(server):
        thread = ShellCommandThread(
            command(server.port), strip_color=True, auto_restart=True,
            name="dynamodb-local", env_vars={"DDB_LOCAL_TELEMETRY": "0"},
        )  # fmt: skip
        TMP_THREADS.append(thread)
        thread.start()
        return thread

    DynamodbServer.do_start_thread = start
