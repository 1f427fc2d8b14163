"""The greeting of a platform to whoever started it, once it is ready: its address, its clients, the first steps."""

from collections.abc import Sequence

from rtp_operations.clients import RegisteredClient


def build_greeting(public_url: str, clients: Sequence[RegisteredClient], *, demo: str) -> str:
    """Return the greeting; `demo` is the sentence about the demonstration, which not every platform can show."""
    return f"""
Right to Provide is at {public_url}

  {public_url}/docs            API documentation, to read and to try
  {public_url}/openapi.json    OpenAPI 3.1
  {public_url}/asyncapi.json   AsyncAPI 3.0: the events
{_describe_clients(public_url, clients)}
To add a client of your own, whose secret is then printed once (`make client` says what else there is):

make client DO='add my-client --name "What it is" --organisation GB-LAE-CMD --scopes "cases:read cases:write"'

{demo} Ctrl-C stops everything; what is in the data directory stays.
"""


def _describe_clients(public_url: str, clients: Sequence[RegisteredClient]) -> str:
    if not clients:
        return ""
    lines = "\n".join(f"  {each.client_id:<18}{each.secret}  {each.purpose}" for each in clients)
    first = clients[0]
    return f"""
Sandbox clients (client id, secret, what it stands for):
{lines}

Try it: open a case

curl -s {public_url}/v1/cases -H 'Content-Type: application/json' -H 'On-Behalf-Of: p-4f1d9a' \\
  -d '{{"serviceName": "Home care"}}' \\
  -H "Authorization: Bearer $(curl -s {public_url}/oauth2/token -d grant_type=client_credentials \\
    -u {first.client_id}:{first.secret} \\
    | python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])')"
"""
