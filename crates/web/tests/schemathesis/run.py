"""Property tests of a running product from its own OpenAPI document: as owner and as agent, no 5xx, no breach.

    python run.py ADDRESS OWNER_LINK AGENT_LINK [--examples 100] [--seconds 150]

The links are the one-click sign-ins that `madoguchi demo --print-json` prints. Needs schemathesis (requirements.txt).
"""

import argparse
import http.client
import json
import pathlib
import subprocess
import sys
import tempfile
import urllib.parse

# One event stream never ends; signing out or changing the password would end the run's own session.
LEFT_OUT = ["follow_events", "end_sessions", "change_password"]
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]
SEED = 7300
# Somebody made for the run.
TRIED = "tried"


def ask(address, path, cookie=None):
    """One GET without following redirects: status, headers, body."""
    where = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
    connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def sign_in(address, link):
    """Opens a one-click link; the headers that make a request the person's own."""
    path = urllib.parse.urlsplit(link).path
    status, headers, _ = ask(address, path)
    if status != 303:
        raise SystemExit(f"the sign-in link answered {status}")
    cookies = [value.split(";")[0] for value in headers.get_all("Set-Cookie")]
    cookie = next(pair for pair in cookies if pair.startswith("madoguchi="))
    _, _, body = ask(address, "/api/v1/me", cookie)
    return {"Cookie": cookie, "X-CSRF-Token": json.loads(body)["csrf"], "Origin": address}


def known_ids(address, cookie):
    """A few real ids of each kind of thing, so that requests reach more than "not found"."""

    def listed(path):
        status, _, body = ask(address, f"/api/v1{path}", cookie)
        return json.loads(body)["items"] if status == 200 else []

    cases = listed("/cases?limit=5")
    ids = {
        "cases": [case["id"] for case in cases],
        "contacts": [case["contact"] for case in cases],
        "messages": [message["id"] for case in cases[:3] for message in listed(f"/cases/{case['id']}/messages?limit=3")],
        # Not the people of the demo: whoever is kept out or demoted loses the session that the run goes by.
        "agents": [agent["id"] for agent in listed("/agents") if agent["name"] == TRIED],
    }
    for kind in ["apps", "channels", "workspaces", "parked"]:
        ids[kind] = [thing["id"] for thing in listed(f"/{kind}")[:3]]
    return ids


def invite(address, headers):
    """Makes somebody whom the run may keep out and let in again."""
    where = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
    body = json.dumps({"email": f"{TRIED}@properties.example"})
    connection.request("POST", "/api/v1/agents", body, {**headers, "Content-Type": "application/json"})
    connection.getresponse().read()


def document(address, ids):
    """The product's document, with real ids among the values, and without the login that every request brings anyway
    (the runner would draw passwords of its own and be turned away at the door)."""
    _, _, body = ask(address, "/api/openapi.json")
    made = json.loads(body)
    made.pop("security", None)
    made["components"].pop("securitySchemes", None)

    def among(schema, values):
        return {"anyOf": [{"enum": values}, schema]} if values else schema

    for path, operations in made["paths"].items():
        kind = path.split("/")[3]
        for operation in operations.values():
            operation.pop("security", None)
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path" and parameter["name"] == "id":
                    parameter["schema"] = among(parameter["schema"], ids.get(kind))
    for schema in made["components"]["schemas"].values():
        for name, kind in [("channel", "channels"), ("app", "apps"), ("agent", "agents"), ("answers", "messages")]:
            properties = schema.get("properties", {})
            if "format" in properties.get(name, {}) and "id" not in properties:
                properties[name] = among(properties[name], ids.get(kind))
    return made


def run(address, headers, examples, seconds):
    """Runs every phase; whether nothing was found."""
    program = pathlib.Path(sys.executable).with_name("schemathesis")
    # Its notes on earlier runs would make a run depend on the one before.
    with tempfile.TemporaryDirectory() as folder:
        described = pathlib.Path(folder, "openapi.json")
        described.write_text(json.dumps(document(address, known_ids(address, headers["Cookie"]))))
        command = [
            str(program), "run", str(described), f"--url={address}",
            f"--max-examples={examples}", f"--seed={SEED}", "--phases=examples,coverage,fuzzing,stateful",
            f"--checks={','.join(CHECKS)}", "--continue-on-failure", "--request-timeout=20", "--workers=2",
        ]
        if seconds:
            command.append(f"--max-time={seconds}")
        command += [f"--exclude-operation-id={operation}" for operation in LEFT_OUT]
        command += [f"--header={name}: {value}" for name, value in headers.items()]
        return subprocess.run(command, cwd=folder, check=False).returncode == 0


def main():
    """Runs as owner, then as agent."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("owner_link")
    parser.add_argument("agent_link")
    parser.add_argument("--examples", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=0)
    options = parser.parse_args()
    address = options.address.rstrip("/")
    invite(address, sign_in(address, options.owner_link))
    passed = True
    for who, link in [("owner", options.owner_link), ("agent", options.agent_link)]:
        print(f"== as {who}", flush=True)
        passed &= run(address, sign_in(address, link), options.examples, options.seconds)
    sys.exit(0 if passed else 1)


main()
