"""``python -m gateway render``: the configuration on standard output, from ``GATEWAY_`` settings."""

import sys

from gateway import GatewaySettings, render

sys.stdout.write(render(GatewaySettings()))
