"""Checks webhooks with Standard Webhooks' own Python library: SECRET-FILE, and a file with one JSON
object of headers and body per line. At the end one whose body was changed, which must not pass."""

import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

with open(sys.argv[1], encoding="utf-8") as file:
    webhook = Webhook(file.read().strip())
with open(sys.argv[2], encoding="utf-8") as file:
    messages = [json.loads(line) for line in file]
for message in messages:
    webhook.verify(message["body"], message["headers"])
    print("good")
forged = messages[0]
try:
    webhook.verify(forged["body"].replace("warning", "info"), forged["headers"])
    print("the forged one passed")
except WebhookVerificationError as error:
    print(f"forged: {error}")
